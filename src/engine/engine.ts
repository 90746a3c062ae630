import {
  Bell,
  type MonitorId,
  type Part,
  type PartTools,
  SECOND,
  supervise,
} from '../kernel/index.ts'
import {
  changedSince,
  type Check,
  clearLookNow,
  getMonitor,
  latestChange,
  loadWatched,
  type Looker,
} from '../monitors/index.ts'
import type { AccountDb, Db, Sealer } from '../storage/index.ts'
import { Ledger } from './ledger.ts'
import { type Lateness, Punctuality } from './punctuality.ts'
import { Requests } from './requests.ts'
import { Roster, type Turn } from './roster.ts'
import { Slots } from './slots.ts'
import { Sight, type SightTools } from './sight.ts'
import { Upkeep } from './upkeep.ts'
import { lookAt, lookAndJudge, type WatchTools } from './watched.ts'

/** How soon changes made by other processes are noticed. */
const POLL_MS = 200
const STEP_MS = 2 * SECOND
const STOP_MS = 5 * SECOND

export interface EngineTools extends PartTools {
  readonly sealer: Sealer
  readonly probe: WatchTools['probe']
  readonly sight: Pick<SightTools, 'network' | 'canaries' | 'onReturn'>
  /** A verdict was written that people may have to be told of. */
  readonly onNews: () => void
}

/** For health and metrics; counted since start. */
export interface EngineCounts {
  readonly watched: number
  /** Being made, or waiting for a free slot. */
  readonly running: number
  /** Due while the one before was still running. */
  readonly skipped: number
  /** Noticed too late to be made. */
  readonly missed: number
  readonly lateness: Lateness
  readonly isStoring: boolean
  readonly isBlind: boolean
}

export interface Engine extends Part, Looker {
  counts(): EngineCounts
  /** Writes down what is held of looks; false where the database takes nothing in. */
  flush(): Promise<boolean>
}

/** Starts watching: one loop decides who is due, everything else follows from what it sees. */
export function startEngine(db: Db, tools: EngineTools): Engine {
  const watching = new Watching(db, tools)
  const part = supervise('engine', tools, (signal, ready) => watching.run(signal, ready))
  return {
    ...part,
    check: (bound, id, cause) => watching.check(bound, id, cause),
    nudge: () => watching.nudge(),
    counts: () => watching.counts(),
    flush: () => watching.flush(),
    [Symbol.asyncDispose]: async () => {
      await part[Symbol.asyncDispose]()
      await watching.stop()
    },
  }
}

class Watching {
  readonly #db: Db
  readonly #tools: EngineTools
  readonly #roster = new Roster()
  readonly #slots = new Slots()
  readonly #punctuality = new Punctuality()
  readonly #bell = new Bell()
  readonly #ledger: Ledger
  readonly #sight: Sight
  readonly #ending = new AbortController()
  readonly #upkeep: Upkeep
  readonly #requests: Requests
  #noticing: Promise<void> = Promise.resolve()
  #seq = 0
  #running = 0
  #isStoring = true
  #isNudged = true

  constructor(db: Db, tools: EngineTools) {
    this.#db = db
    this.#tools = tools
    this.#ledger = new Ledger(db, tools.log, tools.onNews)
    this.#upkeep = new Upkeep(db, tools)
    this.#requests = new Requests(db, {
      clock: tools.clock,
      log: tools.log,
      check: (bound, id) => this.check(bound, id),
    })
    this.#sight = new Sight({
      ...tools.sight,
      clock: tools.clock,
      log: tools.log,
      onBlind: () => {
        for (const watched of this.#roster.all()) watched.forgetSuspicion()
      },
    })
  }

  counts(): EngineCounts {
    return {
      ...this.#roster.counts(),
      running: this.#running,
      lateness: this.#punctuality.lateness(this.#tools.clock.monotonic()),
      isStoring: this.#isStoring,
      isBlind: this.#sight.isBlind,
    }
  }

  nudge(): void {
    this.#isNudged = true
    this.#bell.ring()
  }

  async run(signal: AbortSignal, ready: () => void): Promise<void> {
    const { clock } = this.#tools
    // Whoever asks for a look meanwhile waits for it: nobody is watched before.
    this.#noticing = this.#takeAll()
    await this.#noticing
    ready()
    let [wall, steady] = [clock.now(), clock.monotonic()]
    let [polledAt, settledAt] = [-Infinity, -Infinity]
    while (!signal.aborted) {
      const [now, tick] = [clock.now(), clock.monotonic()]
      if (Math.abs(now - wall - (tick - steady)) > STEP_MS) {
        this.#tools.log.warn({}, 'clock stepped')
        this.#roster.rearrange(now)
      }
      ;[wall, steady] = [now, tick]
      if (this.#isNudged || tick - polledAt >= POLL_MS) {
        polledAt = tick
        this.#isNudged = false
        await this.#upkeep.tend('changes', () => this.#noticeChanges())
        await this.#upkeep.tend('requests', () => this.#requests.takeUp())
      }
      if (tick - settledAt >= SECOND) {
        settledAt = tick
        this.#isStoring = await this.#ledger.flush()
        await this.#upkeep.settle(now)
        void this.#sight.tick()
      }
      const before = this.#roster.counts()
      for (const turn of this.#roster.due(now)) void this.#begin(turn)
      const { missed } = this.#roster.counts()
      this.#punctuality.missed(missed - before.missed, tick)
      const wait = Math.max(this.#roster.nextAt() - clock.now(), 0)
      await this.#bell.wait(clock, Math.min(wait, POLL_MS), signal)
    }
  }

  flush(): Promise<boolean> {
    return this.#ledger.flush()
  }

  /** Lets running looks finish for a while, then cuts them off; writes down what is held. */
  async stop(): Promise<void> {
    const { clock } = this.#tools
    const running = [...this.#roster.all()].flatMap((it) => it.running ?? [])
    const all = Promise.allSettled([...running, ...this.#requests.running])
    const patience = new AbortController()
    await Promise.race([all, clock.sleep(STOP_MS, patience.signal)])
    patience.abort()
    this.#ending.abort()
    for (const watched of this.#roster.all()) watched.cancel()
    await all
    await this.#ledger.flush()
  }

  async check(
    bound: AccountDb,
    id: MonitorId,
    asked: 'manual' | 'verification' = 'manual',
  ): Promise<Check> {
    for (;;) {
      const { monitor } = await getMonitor(bound, this.#tools.sealer, id)
      await this.#noticeChanges()
      const watched = this.#roster.get(id)
      // A paused one is looked at and reported on, and that is all.
      if (watched === undefined || asked === 'verification')
        return this.#slots.run(monitor.url, () => lookAt(bound, this.#watchTools(), monitor, asked))
      watched.isAsked = true
      const check = await (watched.running ?? this.#begin({ watched, cause: 'manual' }))
      if (check.id !== 0 || this.#ending.signal.aborted) return check
      await this.#noticeChanges()
      // Changed while we looked: what was seen is of the configuration before.
      if (this.#roster.get(id) === watched) return check
    }
  }

  async #takeAll(): Promise<void> {
    this.#seq = await latestChange(this.#db)
    await this.#take(undefined)
  }

  /** One at a time: two who notice the same change would take it up twice. */
  #noticeChanges(): Promise<void> {
    this.#noticing = this.#noticing.catch(() => {}).then(() => this.#noticeNow())
    return this.#noticing
  }

  async #noticeNow(): Promise<void> {
    const { seq, ids } = await changedSince(this.#db, this.#seq)
    if (ids.length === 0) return
    this.#upkeep.regroup()
    // What is owed belongs to the configuration before the change.
    await this.#ledger.flush()
    await this.#take(ids)
    this.#seq = seq
  }

  async #take(ids: readonly MonitorId[] | undefined): Promise<void> {
    const loaded = await loadWatched(this.#db, this.#tools.sealer, ids)
    // A flag that cannot be cleared costs one look more at the next start.
    await this.#upkeep.tend('looks at once', () =>
      clearLookNow(
        this.#db,
        loaded.filter((it) => it.lookNow).map(({ monitor }) => monitor),
      ),
    )
    for (const turn of this.#roster.take(this.#tools.clock.now(), loaded, ids))
      void this.#begin(turn)
  }

  #begin({ watched, cause, dueAt }: Turn): Promise<Check> {
    const { clock } = this.#tools
    this.#running += 1
    const running = this.#slots
      .run(watched.monitor.url, () => {
        if (dueAt !== undefined) this.#punctuality.began(clock.now() - dueAt, clock.monotonic())
        return lookAndJudge(this.#watchTools(), this.#ledger, watched, cause)
      })
      .finally(() => {
        this.#running -= 1
        watched.rest()
        if (this.#roster.ended(watched)) this.#bell.ring()
      })
    // Nobody may be waiting for it; those who are have their own copy of the trouble.
    running.catch(() => {})
    watched.running = running
    return running
  }

  #doubt(ids: readonly MonitorId[]): void {
    for (const id of ids) {
      const watched = this.#roster.get(id)
      if (watched === undefined || watched.judged.status === 'down') continue
      // Whether it was looked at since is asked of its row.
      if (watched.running !== null) watched.isAsked = true
      else void this.#begin({ watched, cause: 'retry' })
    }
  }

  #watchTools(): WatchTools {
    return {
      clock: this.#tools.clock,
      log: this.#tools.log,
      probe: this.#tools.probe,
      sight: this.#sight,
      signal: this.#ending.signal,
      onNews: this.#tools.onNews,
      doubt: (ids) => this.#doubt(ids),
      maintained: (id, from, to) => this.#upkeep.maintained(id, from, to),
    }
  }
}
