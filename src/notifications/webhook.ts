import { createHmac } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { type Clock, SECOND, toIso } from '../kernel/index.ts'
import { dial, exchange, type Network } from '../network/index.ts'
import type { Sealer } from '../storage/index.ts'
import type { Delivery, Fact, Messenger, Post } from './contract.ts'
import { openSecrets, type WebhookSecrets } from './settings.ts'

const PATIENCE_MS = 10 * SECOND
const LONGEST_WAIT_S = 86_400
/** More of an answer is not read: only its status counts. */
const ANSWER_BYTES = 64 * 1024

export interface WebhookTools {
  readonly clock: Clock
  readonly network: Network
  readonly sealer: Sealer
  readonly userAgent: string
  /** Path of PUBLIC_URL, before every IRI. */
  readonly base: string
}

/** IRIs as the API itself gives them. */
function based(value: unknown, base: string): unknown {
  if (Array.isArray(value)) return value.map((it) => based(it, base))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, it]) => [
      name,
      name === '@id' && typeof it === 'string' ? `${base}${it}` : based(it, base),
    ]),
  )
}

const bodyOf = ({ type, at, data }: Fact, base: string): string =>
  JSON.stringify({ type, timestamp: toIso(at), data: based(data, base) })

/** Standard Webhooks 1.0.0: over id, time and body, with each secret that is live. */
function signatures({ secret, old }: WebhookSecrets, now: number, signed: string): string {
  const live = [secret, ...(old !== undefined && old.until > now ? [old.secret] : [])]
  return live
    .map((it) => {
      const key = Buffer.from(it.replace(/^whsec_/, ''), 'base64')
      return `v1,${createHmac('sha256', key).update(signed).digest('base64')}`
    })
    .join(' ')
}

/** `Retry-After` in seconds, or as a date. */
function waitOf(header: string | undefined, now: number): number | undefined {
  if (header === undefined) return undefined
  const seconds = /^\d{1,9}$/.test(header.trim())
    ? Number(header)
    : (Date.parse(header) - now) / SECOND
  return Number.isFinite(seconds) && seconds > 0
    ? Math.min(seconds, LONGEST_WAIT_S) * SECOND
    : undefined
}

/** Read to its end or its limit, so that whoever answers is not cut off in the middle. */
async function drain(answer: IncomingMessage, signal: AbortSignal): Promise<void> {
  let size = 0
  try {
    for await (const chunk of answer) {
      size += (chunk as Buffer).length
      if (size > ANSWER_BYTES || signal.aborted) break
    }
  } catch {
    // It has answered; how it ends is nobody's matter.
  } finally {
    answer.destroy()
  }
}

/** Programs, told by HTTP: signed, not redirected, by the same ways out as the probes. */
export function openWebhooks(tools: WebhookTools): Messenger {
  const { clock, network, sealer, userAgent, base } = tools
  async function tell(post: Post, signal: AbortSignal): Promise<Delivery> {
    if (post.news.kind !== 'fact' || post.keeps === undefined)
      return { kind: 'ours', why: 'programs are told facts' }
    const info = openSecrets(post.keeps, sealer)
    const url = new URL(info.url)
    const body = bodyOf(post.news, base)
    const now = clock.now()
    const id = `msg_${post.nonce}`
    const timestamp = String(Math.floor(now / SECOND))
    using open = new DisposableStack()
    const socket = await dial(network, url, open, signal)
    if ('why' in socket) return { kind: 'again', why: socket.why }
    const question = {
      method: 'POST',
      path: url.pathname + url.search,
      headers: {
        ...info.headers,
        host: url.host,
        'user-agent': userAgent,
        'content-type': 'application/json',
        'content-length': String(Buffer.byteLength(body)),
        'webhook-id': id,
        'webhook-timestamp': timestamp,
        'webhook-signature': signatures(info, now, `${id}.${timestamp}.${body}`),
      },
      body: Buffer.from(body),
    }
    const answer = await exchange(socket, url.host, question, signal)
    // It may have been heard before the connection broke; its id says so to whoever asks.
    if (!answer.ok) return { kind: 'again', why: answer.failure.message, uncertain: true }
    const { statusCode: status = 0, headers } = answer.value
    await drain(answer.value, signal)
    if (status >= 200 && status < 300) return { kind: 'done', messageId: null }
    if (status === 410) return { kind: 'gone', why: 'the webhook answered HTTP 410 (gone)' }
    const afterMs = waitOf(headers['retry-after'], now)
    return { kind: 'again', why: `HTTP ${status}`, ...(afterMs === undefined ? {} : { afterMs }) }
  }
  return {
    async post(post, signal) {
      const patience = new AbortController()
      const late = clock.sleep(PATIENCE_MS, patience.signal).then(() => patience.abort())
      try {
        return await tell(post, AbortSignal.any([signal, patience.signal]))
      } finally {
        patience.abort()
        await late
      }
    },
    edit: async () => ({ kind: 'ours', why: 'facts are not edited' }),
  }
}
