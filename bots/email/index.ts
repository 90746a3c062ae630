import { createTransport, type SentMessageInfo } from 'nodemailer'
import { type PartTools, SECOND } from '../../src/kernel/index.ts'
import type { Delivery, Messenger, News, Post } from '../../src/notifications/index.ts'
import { type Reply, words } from '../commands/index.ts'
import { renderMail } from './render.ts'

const SAYS = {
  loginRefused: 'the mail server refused the login: {reason}',
  notWorded: 'the message could not be worded',
  notEdited: 'a mail cannot be edited',
} as const

const DEADLINE_MS = 20 * SECOND
const LONGEST_WHY = 200

interface SmtpError extends Error {
  readonly code?: string
  readonly responseCode?: number
}

/** What the mail server's refusal means for the lane. */
function toDelivery(error: SmtpError): Delivery {
  const why = error.message.replaceAll(/\s+/g, ' ').slice(0, LONGEST_WHY)
  if (error.code === 'EAUTH')
    return { kind: 'stop', why: words(SAYS.loginRefused, { reason: why }) }
  // 5xx is its last word about this mail; anything else may pass.
  const isFinal = error.responseCode !== undefined && error.responseCode >= 500
  return isFinal ? { kind: 'ours', why } : { kind: 'again', why, uncertain: true }
}

const hostOf = (from: string): string => /@([^\s<>@]+)/.exec(from)?.[1] ?? 'uptalk.invalid'

/** Tells mailboxes: a mail an event, those of one incident in one thread. */
export function openMail(
  access: { readonly url: string; readonly from: string },
  word: (news: News) => Reply,
  { clock, log }: Pick<PartTools, 'clock' | 'log'>,
): Messenger {
  const transport = createTransport({
    url: access.url,
    connectionTimeout: DEADLINE_MS,
    greetingTimeout: DEADLINE_MS,
    socketTimeout: DEADLINE_MS,
    // Nothing a mail says may read a file or fetch an address.
    disableFileAccess: true,
    disableUrlAccess: true,
  } as Parameters<typeof createTransport>[0])

  async function post({ news, keeps, nonce, replyTo, silent }: Post): Promise<Delivery> {
    let letter
    try {
      letter = renderMail(word(news), clock.now())
    } catch (error) {
      log.error({ err: error, news: news.kind }, 'news was not worded')
      return { kind: 'ours', why: SAYS.notWorded }
    }
    const { to } = JSON.parse(keeps?.info ?? '{"to":[]}') as { readonly to: readonly string[] }
    // The same on every attempt: mail programs show a repeat once.
    const messageId = `<${nonce}@${hostOf(access.from)}>`
    const incident = 'incident' in news ? news.incident : undefined
    const root = incident === undefined ? null : replyTo
    try {
      const sent = (await transport.sendMail({
        from: access.from,
        to: [...to],
        ...letter,
        messageId,
        date: new Date(clock.now()),
        ...(root === null ? {} : { inReplyTo: root, references: root }),
        headers: { 'Auto-Submitted': 'auto-generated', ...(silent ? { Importance: 'low' } : {}) },
      })) as SentMessageInfo
      const refused = (sent as { readonly rejected?: readonly unknown[] }).rejected ?? []
      if (refused.length > 0) log.warn({ refused: refused.length }, 'mail was refused by some')
      return { kind: 'done', messageId }
    } catch (error) {
      return toDelivery(error as SmtpError)
    }
  }
  return { post, edit: async () => ({ kind: 'ours', why: SAYS.notEdited }) }
}
