import { Bot, GrammyError } from 'grammy'
import type { Update, UserFromGetMe } from 'grammy/types'
import { type PartTools, SECOND, StopPart } from '../../src/kernel/index.ts'
import {
  bugOf,
  clientOptions,
  type Connection,
  grammySignal,
  openApi,
  POLL_CLIENT_SECONDS,
  POLL_SECONDS,
  whyOf,
} from './client.ts'

const ALLOWED = [
  'message',
  'channel_post',
  'callback_query',
  'my_chat_member',
  'chat_member',
] as const

/** A loop that sent no `getUpdates` for so long does not poll any more. */
const SILENT_MS = 90 * SECOND
const STOPPING_MS = 2 * SECOND

function isRefused(error: unknown): boolean {
  return error instanceof GrammyError && (error.error_code === 401 || error.error_code === 404)
}

const isConflict = (error: unknown): boolean =>
  error instanceof GrammyError && error.error_code === 409

function troubleOf(error: unknown): Error {
  if (isRefused(error)) return new StopPart('token refused; @BotFather shows the right one')
  if (isConflict(error)) return new Error('another process uses this token')
  return new Error(whyOf(error))
}

interface Watch {
  /** Rejects when polling failed or fell silent. */
  readonly lost: Promise<never>
  end(): void
}

/**
 * Watches the bot's polls from inside its client. grammY repeats a failed poll by itself and says
 * nothing; here it ends the bot, so that the part shows it and waits as parts do. The first poll
 * is a short one: it proves that polling works without waiting for an update.
 */
function watchPolls(bot: Bot, { clock }: PartTools, worked: (polls: number) => void): Watch {
  const over = new AbortController()
  const { promise: lost, reject } = Promise.withResolvers<never>()
  lost.catch(() => {})
  let deadline = clock.monotonic() + SILENT_MS
  let polls = 0
  bot.api.config.use(async (call, method, payload, signal) => {
    if (over.signal.aborted || (method !== 'getUpdates' && method !== 'deleteWebhook'))
      return await call(method, payload, signal)
    if (method === 'getUpdates') deadline = clock.monotonic() + SILENT_MS
    const isShort = method === 'getUpdates' && polls === 0
    try {
      const answer = await call(method, isShort ? { ...payload, timeout: 0 } : payload, signal)
      if (answer.ok) {
        if (method === 'getUpdates') worked((polls += 1))
      } else if (answer.error_code === 429) {
        deadline += (answer.parameters?.retry_after ?? 0) * SECOND
      } else if (answer.error_code >= 500) reject(new Error(answer.description))
      return answer
    } catch (error) {
      reject(error)
      throw error
    }
  })
  void (async () => {
    while (!over.signal.aborted) {
      const left = deadline - clock.monotonic()
      if (left <= 0) reject(new Error('no poll for 90 s'))
      await clock.sleep(left > 0 ? left : SILENT_MS, over.signal)
    }
  })()
  return { lost, end: () => over.abort() }
}

/** `stop` confirms what was heard by one more request, which fails when Telegram is away. */
async function stopBot(bot: Bot, { clock }: PartTools): Promise<void> {
  const over = new AbortController()
  const stopped = bot.stop().catch(() => {})
  await Promise.race([stopped, clock.sleep(STOPPING_MS, over.signal)])
  over.abort()
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve()
    signal.addEventListener('abort', () => resolve(), { once: true })
  })
}

export type Hear = (update: Update, me: UserFromGetMe) => Promise<void>

/** One life of the poll loop at a time; every life has a fresh bot, as grammY's can't be started over. */
export function pollLife(to: Connection, hear: Hear, tools: PartTools) {
  let afterConflict = false

  async function live(signal: AbortSignal, ready: () => void): Promise<void> {
    const me = await openApi(to, POLL_CLIENT_SECONDS).getMe(grammySignal(signal))
    const bot = new Bot(to.token, { botInfo: me, client: clientOptions(to, POLL_CLIENT_SECONDS) })
    bot.catch(({ error }) => tools.log.error(bugOf(error), 'telegram update failed'))
    bot.use((context) => hear(context.update, me))
    // Two processes on one token cut off each other's polls in turn: the short first one proves nothing then.
    const enough = afterConflict ? 2 : 1
    const watch = watchPolls(bot, tools, (polls) => {
      if (polls !== enough) return
      afterConflict = false
      ready()
    })
    const polling = bot.start({ timeout: POLL_SECONDS, allowed_updates: ALLOWED })
    polling.catch(() => {})
    try {
      await Promise.race([polling, watch.lost, aborted(signal)])
    } finally {
      watch.end()
      await stopBot(bot, tools)
    }
  }

  return async (signal: AbortSignal, ready: () => void): Promise<void> => {
    try {
      await live(signal, ready)
    } catch (error) {
      if (isConflict(error)) afterConflict = true
      throw troubleOf(error)
    }
  }
}
