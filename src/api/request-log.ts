import type { AccountId, Instant } from '../kernel/index.ts'
import { type AccountTx, bindAccount, prepared, relaxedTransaction } from '../storage/index.ts'
import type { ApiDeps } from './deps.ts'

/** What an account may read back of its requests. */
export interface Requested {
  readonly accountId: AccountId
  readonly keyPrefix: string
  readonly method: string
  readonly path: string
  readonly status: number
  readonly durationMs: number
  readonly requestId: string
  readonly requestedAt: Instant
}

const write = prepared((tx: AccountTx, it: Omit<Requested, 'accountId'>) =>
  tx.insertInto('request_logs').values({
    key_prefix: it.keyPrefix,
    method: it.method,
    path: it.path,
    status: it.status,
    duration_ms: it.durationMs,
    request_id: it.requestId,
    requested_at: it.requestedAt,
  }),
)

/** Written together: a row for each alone would cost more than the request. */
const EVERY_MS = 1000
const MOST_HELD = 10_000

export interface RequestLog {
  note(requested: Requested): void
  /** Writes what is held. */
  flush(): Promise<void>
}

export function openRequestLog(deps: ApiDeps): RequestLog {
  const { clock, log } = deps
  let held: Requested[] = []
  let timer: Promise<void> | undefined

  async function flush(): Promise<void> {
    const rows = held
    held = []
    if (rows.length === 0) return
    try {
      await relaxedTransaction(deps.db, async (tx) => {
        for (const { accountId, ...row } of rows) await write(bindAccount(tx, accountId), row)
      })
    } catch (error) {
      // Of requests, not of what they did: a full disk may cost them.
      log.warn({ err: error, lost: rows.length }, 'request log not written')
    }
  }

  async function later(): Promise<void> {
    await clock.sleep(EVERY_MS)
    timer = undefined
    await flush()
  }

  return {
    note(requested) {
      if (held.length >= MOST_HELD) return
      held.push(requested)
      timer ??= later()
    },
    flush,
  }
}
