import { schedule } from 'node-cron'
import type { Engine } from './engine/index.ts'
import { type Clock, DAY, type Log, SECOND } from './kernel/index.ts'
import { forgetOld } from './retention/index.ts'
import { settleBurns } from './objectives/index.ts'
import { packHistory } from './stats/index.ts'
import type { Db } from './storage/index.ts'
import { planAnew, sendDue } from './summaries/index.ts'

/** After the hour, when what was seen in it is written down. */
const PACK_SCHEDULE = '3 * * * *'
const TIDY_SCHEDULE = '17 * * * *'
const EVERY_MINUTE = '* * * * *'
/** How soon it is noticed that the clock was set, and by how much at least. */
const CLOCK_LOOK_MS = 5 * SECOND
const STEP_MS = 2 * SECOND
/** What the ticks themselves have to say: a minute missed is told at the next one. */
const SILENT = { info: () => {}, warn: () => {}, error: () => {}, debug: () => {} }
/** Packing takes a small part of the time, however much there is. */
const PACK_REST_MS = 20

interface Chores {
  readonly db: Db
  readonly clock: Clock
  readonly log: Log
  readonly engine: Pick<Engine, 'flush'>
  readonly retainChecksDays: number
  /** There is something to tell. */
  readonly onNews: () => void
}

/** What is done by the clock, now and then: summaries, budgets, packing, forgetting. Trouble is logged. */
export function startChores(chores: Chores): AsyncDisposable {
  const { db, clock, log, engine, retainChecksDays, onNews } = chores
  const ending = new AbortController()
  const running = new Set<Promise<void>>()
  const calmly = (failed: string, work: () => Promise<void>) => () => {
    const done: Promise<void> = work()
      .catch((err: unknown) => log.error({ err }, failed))
      .finally(() => running.delete(done))
    running.add(done)
    return done
  }
  const rest = async () => {
    await clock.sleep(PACK_REST_MS, ending.signal)
    return !ending.signal.aborted
  }
  const pack = calmly('history not packed', async () => {
    // What is owed may belong to the hours that are over.
    if (await engine.flush()) await packHistory(db, clock.now(), rest)
  })
  const tidy = calmly('old rows not forgotten', () =>
    forgetOld(db, clock.now(), retainChecksDays * DAY),
  )
  const summarise = calmly('summaries not sent', async () => {
    if (await sendDue(db, clock.now())) onNews()
  })
  const burn = calmly('budgets not settled', async () => {
    if (await settleBurns(db, clock.now())) onNews()
  })
  const begin = () =>
    (
      [
        [PACK_SCHEDULE, pack],
        [TIDY_SCHEDULE, tidy],
        // A tick and no more: when one is due stands in its row.
        [EVERY_MINUTE, summarise],
        [EVERY_MINUTE, burn],
      ] as const
    ).map(([cron, work]) => schedule(cron, work, { noOverlap: true, logger: SILENT }))
  const catchUp = calmly('summaries not planned', async () => {
    await planAnew(db, clock.now())
    await summarise()
  })
  let ticks = begin()
  /**
   * A tick waits for a time of the clock: of one set back for as long as that takes, and after one set
   * forward it counts each minute in between.
   */
  const beginAnew = calmly('ticks not begun anew', async () => {
    while (!ending.signal.aborted) {
      const ahead = clock.now() - clock.monotonic()
      await clock.sleep(CLOCK_LOOK_MS, ending.signal)
      if (Math.abs(clock.now() - clock.monotonic() - ahead) < STEP_MS) continue
      for (const tick of ticks) await tick.destroy()
      if (ending.signal.aborted) return
      ticks = begin()
      await catchUp()
    }
  })
  void beginAnew()
  // What was missed while we were away; nobody waits for it.
  void catchUp()
  void burn()
  void pack()
  return {
    async [Symbol.asyncDispose]() {
      ending.abort()
      await Promise.all([...ticks.map((tick) => tick.destroy()), ...running])
    },
  }
}
