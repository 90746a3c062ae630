import {
  Bell,
  type Instant,
  type MonitorId,
  type Part,
  type PartTools,
  SECOND,
  supervise,
} from '../kernel/index.ts'
import {
  answerRequest,
  changedSince,
  type Check,
  claimRequests,
  clearLookNow,
  getMonitor,
  latestChange,
  loadWatched,
  type Looker,
  settleDue,
  slotAfter,
} from '../monitors/index.ts'
import { type AccountDb, bindAccount, type Db, type Sealer } from '../storage/index.ts'
import { Agenda } from './agenda.ts'
import { Ledger } from './ledger.ts'
import { Slots } from './slots.ts'
import { Sight, type SightTools } from './sight.ts'
import { lookAt, lookAndJudge, type WatchTools, Watched } from './watched.ts'

/** How soon changes made by other processes are noticed. */
const POLL_MS = 200
/** Later than this, a due look is a missed one: what follows a sleep or a stall is no burst. */
const MISSED_MS = 5 * SECOND
const STEP_MS = 2 * SECOND
const STOP_MS = 5 * SECOND

export interface EngineTools extends PartTools {
  readonly sealer: Sealer
  readonly probe: WatchTools['probe']
  readonly sight: Pick<SightTools, 'network' | 'canaries' | 'onReturn'>
  /** A verdict was written that people may have to be told of. */
  readonly onNews: () => void
}

export interface Engine extends Part, Looker {
  /** For health: looks that were skipped or missed since start. */
  counts(): {
    readonly watched: number
    readonly skipped: number
    readonly missed: number
    readonly isStoring: boolean
    readonly isBlind: boolean
  }
}

/** Starts watching: one loop decides who is due, everything else follows from what it sees. */
export function startEngine(db: Db, tools: EngineTools): Engine {
  const watching = new Watching(db, tools)
  const part = supervise('engine', tools, (signal, ready) => watching.run(signal, ready))
  return {
    ...part,
    check: (bound, id) => watching.check(bound, id),
    nudge: () => watching.nudge(),
    counts: () => watching.counts(),
    [Symbol.asyncDispose]: async () => {
      await part[Symbol.asyncDispose]()
      await watching.stop()
    },
  }
}

class Watching {
  readonly #db: Db
  readonly #tools: EngineTools
  readonly #agenda = new Agenda<MonitorId>()
  readonly #watched = new Map<MonitorId, Watched>()
  readonly #slots = new Slots()
  readonly #bell = new Bell()
  readonly #ledger: Ledger
  readonly #sight: Sight
  readonly #ending = new AbortController()
  readonly #asked = new Set<Promise<unknown>>()
  readonly #untended = new Set<string>()
  #noticing: Promise<void> = Promise.resolve()
  #seq = 0
  #skipped = 0
  #missed = 0
  #isStoring = true
  #isNudged = true

  constructor(db: Db, tools: EngineTools) {
    this.#db = db
    this.#tools = tools
    this.#ledger = new Ledger(db, tools.log, tools.onNews)
    this.#sight = new Sight({
      ...tools.sight,
      clock: tools.clock,
      log: tools.log,
      onBlind: () => {
        for (const watched of this.#watched.values()) watched.forgetSuspicion()
      },
    })
  }

  counts() {
    return {
      watched: this.#watched.size,
      skipped: this.#skipped,
      missed: this.#missed,
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
    this.#seq = await latestChange(this.#db)
    await this.#take(undefined)
    ready()
    let [wall, steady] = [clock.now(), clock.monotonic()]
    let [polledAt, settledAt] = [-Infinity, -Infinity]
    while (!signal.aborted) {
      const [now, tick] = [clock.now(), clock.monotonic()]
      if (Math.abs(now - wall - (tick - steady)) > STEP_MS) this.#rearrange(now)
      ;[wall, steady] = [now, tick]
      if (this.#isNudged || tick - polledAt >= POLL_MS) {
        polledAt = tick
        this.#isNudged = false
        await this.#tend('changes', () => this.#noticeChanges())
        await this.#tend('requests', () => this.#answerRequests())
      }
      if (tick - settledAt >= SECOND) {
        settledAt = tick
        this.#isStoring = await this.#ledger.flush()
        await this.#tend('pauses', () => settleDue(this.#db, this.#tools.sealer, now))
        void this.#sight.tick()
      }
      this.#beginDue(now)
      const next = this.#agenda.nextAt() ?? Infinity
      await this.#bell.wait(clock, Math.min(Math.max(next - clock.now(), 0), POLL_MS), signal)
    }
  }

  /** Work beside the looking: its trouble is said once, and looking goes on. */
  async #tend(what: string, work: () => Promise<void>): Promise<void> {
    try {
      await work()
      this.#untended.delete(what)
    } catch (error) {
      if (!this.#untended.has(what)) this.#tools.log.error({ err: error, what }, 'not tended')
      this.#untended.add(what)
    }
  }

  /** Lets running looks finish for a while, then cuts them off; writes down what is held. */
  async stop(): Promise<void> {
    const { clock } = this.#tools
    const running = [...this.#watched.values()].flatMap((it) => it.running ?? [])
    const all = Promise.allSettled([...running, ...this.#asked])
    const patience = new AbortController()
    await Promise.race([all, clock.sleep(STOP_MS, patience.signal)])
    patience.abort()
    this.#ending.abort()
    for (const { cancel } of this.#watched.values()) cancel.abort()
    await all
    await this.#ledger.flush()
  }

  async check(bound: AccountDb, id: MonitorId): Promise<Check> {
    for (;;) {
      const { monitor } = await getMonitor(bound, this.#tools.sealer, id)
      await this.#noticeChanges()
      const watched = this.#watched.get(id)
      // A paused one is looked at and reported on, and that is all.
      if (watched === undefined)
        return this.#slots.run(monitor.url, () =>
          lookAt(bound, this.#watchTools(), monitor, 'manual'),
        )
      watched.isAsked = true
      const check = await (watched.running ?? this.#begin(watched, 'manual'))
      if (check.id !== 0 || this.#ending.signal.aborted) return check
      await this.#noticeChanges()
      // Changed while we looked: what was seen is of the configuration before.
      if (this.#watched.get(id) === watched) return check
    }
  }

  /** The clock was set or we slept: nobody is due for what was missed, everybody for what comes. */
  #rearrange(now: Instant): void {
    this.#tools.log.warn({}, 'clock stepped')
    for (const [id, { monitor, retryAt }] of this.#watched) {
      const slot = slotAfter(id, monitor.intervalMs, now)
      const retry = retryAt === null ? slot : now + monitor.policy.retrySeconds * SECOND
      this.#agenda.set(id, Math.min(slot, retry))
    }
  }

  /** One at a time: two who notice the same change would take it up twice. */
  #noticeChanges(): Promise<void> {
    this.#noticing = this.#noticing.catch(() => {}).then(() => this.#noticeNow())
    return this.#noticing
  }

  async #noticeNow(): Promise<void> {
    const { seq, ids } = await changedSince(this.#db, this.#seq)
    if (ids.length === 0) return
    // What is owed belongs to the configuration before the change.
    await this.#ledger.flush()
    await this.#take(ids)
    this.#seq = seq
  }

  async #take(ids: readonly MonitorId[] | undefined): Promise<void> {
    const now = this.#tools.clock.now()
    const loaded = await loadWatched(this.#db, this.#tools.sealer, ids)
    const there = new Set(loaded.map(({ monitor }) => monitor.id))
    for (const id of ids ?? this.#watched.keys())
      if (!there.has(id)) {
        this.#watched.get(id)?.cancel.abort()
        this.#watched.delete(id)
        this.#agenda.delete(id)
      }
    // A flag that cannot be cleared costs one look more at the next start.
    await this.#tend('looks at once', () =>
      clearLookNow(
        this.#db,
        loaded.filter((it) => it.lookNow).map(({ monitor }) => monitor),
      ),
    )
    for (const it of loaded) {
      const { id, intervalMs } = it.monitor
      // A look still running belongs to the configuration before: it is made anew.
      const before = this.#watched.get(id)
      before?.cancel.abort()
      const watched = new Watched(it)
      this.#watched.set(id, watched)
      const slot = slotAfter(id, intervalMs, now)
      this.#agenda.set(id, Math.min(slot, Math.max(it.retryAt ?? slot, now)))
      if (it.lookNow) void this.#begin(watched, 'resume')
      else if (before?.running != null) void this.#begin(watched, 'schedule')
    }
  }

  #beginDue(now: Instant): void {
    for (const { key, at } of this.#agenda.takeDue(now)) {
      const watched = this.#watched.get(key)
      if (watched === undefined) continue
      this.#agenda.set(key, slotAfter(key, watched.monitor.intervalMs, now))
      if (now - at > MISSED_MS && watched.judged.streak === null) this.#missed += 1
      else if (watched.running !== null) this.#skipped += 1
      else void this.#begin(watched, watched.judged.streak === null ? 'schedule' : 'retry')
    }
  }

  #begin(watched: Watched, cause: Check['cause']): Promise<Check> {
    const { monitor } = watched
    const running = this.#slots
      .run(monitor.url, () => lookAndJudge(this.#watchTools(), this.#ledger, watched, cause))
      .finally(() => {
        watched.running = null
        watched.isAsked = false
        if (this.#watched.get(monitor.id) !== watched || watched.retryAt === null) return
        const slot = this.#agenda.get(monitor.id) ?? Infinity
        this.#agenda.set(monitor.id, Math.min(slot, watched.retryAt))
        this.#bell.ring()
      })
    // Nobody may be waiting for it; those who are have their own copy of the trouble.
    running.catch(() => {})
    watched.running = running
    return running
  }

  async #answerRequests(): Promise<void> {
    for (const { id, accountId, monitorId } of await claimRequests(
      this.#db,
      this.#tools.clock.now(),
    )) {
      const asked = this.check(bindAccount(this.#db, accountId), monitorId)
        .then((check) => answerRequest(this.#db, id, check))
        .catch((error: unknown) => this.#tools.log.error({ err: error }, 'request not answered'))
        .finally(() => this.#asked.delete(asked))
      this.#asked.add(asked)
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
    }
  }
}
