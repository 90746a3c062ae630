import { type Instant, type MonitorId, SECOND } from '../kernel/index.ts'
import { type Check, slotAfter, type WatchedMonitor } from '../monitors/index.ts'
import { Agenda } from './agenda.ts'
import { Watched } from './watched.ts'

/** Later than this, a due look is a missed one: what follows a sleep or a stall is no burst. */
const MISSED_MS = 5 * SECOND

/** A look to be made now. */
export interface Turn {
  readonly watched: Watched
  readonly cause: Check['cause']
  /** When it was due; without it, it is made because somebody wants it now. */
  readonly dueAt?: Instant
}

/** Who is watched, and when each is due: the rhythm, and the retries that go beside it. */
export class Roster {
  readonly #agenda = new Agenda<MonitorId>()
  readonly #watched = new Map<MonitorId, Watched>()
  #skipped = 0
  #missed = 0

  counts() {
    return { watched: this.#watched.size, skipped: this.#skipped, missed: this.#missed }
  }

  get(id: MonitorId): Watched | undefined {
    return this.#watched.get(id)
  }

  all(): Iterable<Watched> {
    return this.#watched.values()
  }

  nextAt(): Instant {
    return this.#agenda.nextAt() ?? Infinity
  }

  /**
   * Takes up what was loaded of the monitors `ids` (of all when undefined); who is not there any more
   * is dropped. Answers who has to be looked at at once.
   */
  take(
    now: Instant,
    loaded: readonly WatchedMonitor[],
    ids: readonly MonitorId[] | undefined,
  ): Turn[] {
    const there = new Set(loaded.map(({ monitor }) => monitor.id))
    for (const id of ids ?? this.#watched.keys()) if (!there.has(id)) this.#drop(id)
    return loaded.flatMap((it): Turn[] => {
      const { id, intervalMs } = it.monitor
      // A look still running belongs to the configuration before: it is made anew.
      const before = this.#watched.get(id)
      before?.cancel()
      const watched = new Watched(it)
      this.#watched.set(id, watched)
      const slot = slotAfter(id, intervalMs, now)
      this.#agenda.set(id, Math.min(slot, Math.max(it.retryAt ?? slot, now)))
      if (it.lookNow) return [{ watched, cause: 'resume' }]
      return before?.running == null ? [] : [{ watched, cause: 'schedule' }]
    })
  }

  #drop(id: MonitorId): void {
    this.#watched.get(id)?.cancel()
    this.#watched.delete(id)
    this.#agenda.delete(id)
  }

  /** Who is due; each is put on its next turn. Who is being looked at still, or was missed, is counted. */
  due(now: Instant): Turn[] {
    const turns: Turn[] = []
    for (const { key, at } of this.#agenda.takeDue(now)) {
      const watched = this.#watched.get(key)
      if (watched === undefined) continue
      this.#agenda.set(key, slotAfter(key, watched.monitor.intervalMs, now))
      const isRhythm = watched.judged.streak === null
      if (now - at > MISSED_MS && isRhythm) this.#missed += 1
      else if (watched.running !== null) this.#skipped += 1
      else turns.push({ watched, cause: isRhythm ? 'schedule' : 'retry', dueAt: at })
    }
    return turns
  }

  /** A look has ended; true when a retry brings its next one forward. */
  ended(watched: Watched): boolean {
    const { monitor, retryAt } = watched
    if (this.#watched.get(monitor.id) !== watched || retryAt === null) return false
    const slot = this.#agenda.get(monitor.id) ?? Infinity
    this.#agenda.set(monitor.id, Math.min(slot, retryAt))
    return true
  }

  /** The clock was set or we slept: nobody is due for what was missed, everybody for what comes. */
  rearrange(now: Instant): void {
    for (const [id, { monitor, retryAt }] of this.#watched) {
      const slot = slotAfter(id, monitor.intervalMs, now)
      const retry = retryAt === null ? slot : now + monitor.policy.retrySeconds * SECOND
      this.#agenda.set(id, Math.min(slot, retry))
    }
  }
}
