import { Bell, type Instant, MINUTE, type Part, SECOND, supervise } from '../kernel/index.ts'
import { type Db, prepared } from '../storage/index.ts'
import type { Board } from './board.ts'
import { dueBoards, keepBoard } from './keep.ts'
import type { KeepTools } from './step.ts'

/** What nobody woke us for (another process wrote it, a window began) is seen this soon. */
const LOOK_MS = 5 * SECOND
/** However often it is woken. */
const ROUND_MS = SECOND
const STOP_MS = 5 * SECOND

/** Keeps boards current. */
export interface Boards extends Part {
  /** Something changed that a board may show. */
  wake(): void
  /** Resolves when as much is done about a board as can be done now. */
  keepNow(id: Board['id']): Promise<void>
}

type At = { readonly now: Instant }

const due = prepared((db: Db, { now }: At) => dueBoards(db, now).select('id'))
const nextDue = prepared((db: Db, { now }: At) =>
  db.selectFrom('boards').select('due_at').where('due_at', '>', now).orderBy('due_at').limit(1),
)

export function startBoards(db: Db, tools: KeepTools): Boards {
  const { clock, log } = tools
  const bell = new Bell()
  const running = new Map<Board['id'], Promise<void>>()
  // A refused token stays refused until the operator changes it and starts again.
  const stopped = new Set<string>()
  const ending = new AbortController()

  async function run(id: Board['id']): Promise<void> {
    try {
      await keepBoard(db, tools, id, stopped, ending.signal)
    } catch (err) {
      log.error({ board: id, err }, 'board failed')
      const later = { due_at: clock.now() + MINUTE }
      // The database itself may be what failed: then the next round is soon enough, too.
      await db
        .updateTable('boards')
        .set(later)
        .where('id', '=', id)
        .execute()
        .catch(() => {})
    } finally {
      running.delete(id)
    }
  }

  function keep(id: Board['id']): Promise<void> {
    const work = running.get(id) ?? run(id)
    running.set(id, work)
    return work
  }

  const part = supervise('boards', tools, async (signal, ready) => {
    while (!signal.aborted) {
      for (const { id } of await due(db, { now: clock.now() })) void keep(id)
      ready()
      await clock.sleep(ROUND_MS, signal)
      const now = clock.now()
      const [next] = await nextDue(db, { now: now - ROUND_MS })
      const wait = Math.min(LOOK_MS - ROUND_MS, (next?.due_at ?? Infinity) - now)
      await bell.wait(clock, Math.max(0, wait), signal)
    }
  })
  return {
    ...part,
    wake: () => bell.ring(),
    keepNow: async (id) => {
      await running.get(id)
      await keep(id)
    },
    [Symbol.asyncDispose]: async () => {
      await part[Symbol.asyncDispose]()
      const finished = Promise.all(running.values())
      const patience = new AbortController()
      await Promise.race([finished, clock.sleep(STOP_MS, patience.signal)])
      patience.abort()
      ending.abort()
      await finished
    },
  }
}
