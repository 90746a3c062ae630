import type { Clock, Instant } from '../../src/kernel/index.ts'

interface Sleeper {
  readonly until: number
  readonly wake: () => void
}

/** Time that moves only when told to: `asleep()` resolves once the code under test waits. */
export class HandClock implements Clock {
  #passed = 0
  #start: Instant
  readonly #sleepers = new Set<Sleeper>()
  #watchers: (() => void)[] = []

  constructor(start: Instant = Date.parse('2027-03-01T14:00:00Z')) {
    this.#start = start
  }

  now(): Instant {
    return this.#start + this.#passed
  }

  monotonic(): number {
    return this.#passed
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (signal?.aborted || ms <= 0) return resolve()
      const done = () => {
        callOff()
        signal?.removeEventListener('abort', done)
        resolve()
      }
      signal?.addEventListener('abort', done, { once: true })
      const callOff = this.after(ms, done)
    })
  }

  after(ms: number, ring: () => void): () => void {
    const sleeper: Sleeper = {
      until: this.#passed + ms,
      wake: () => {
        this.#sleepers.delete(sleeper)
        ring()
      },
    }
    this.#sleepers.add(sleeper)
    for (const seen of this.#watchers.splice(0)) seen()
    return () => this.#sleepers.delete(sleeper)
  }

  /** How many wait for their time. */
  get sleeping(): number {
    return this.#sleepers.size
  }

  /** Resolves as soon as somebody sleeps (at once when somebody does). */
  async asleep(): Promise<void> {
    if (this.#sleepers.size === 0)
      await new Promise<void>((resolve) => {
        this.#watchers.push(resolve)
      })
  }

  /** Sets the wall clock, as a sleep or a correction does; nobody waits shorter or longer for it. */
  step(ms: number): void {
    this.#start += ms
  }

  /** Moves time on by `ms`, waking sleepers in the order of their time, each at its own time. */
  async turn(ms: number): Promise<void> {
    const end = this.#passed + ms
    for (;;) {
      const next = [...this.#sleepers]
        .filter(({ until }) => until <= end)
        .toSorted((a, b) => a.until - b.until)[0]
      if (next === undefined) break
      this.#passed = Math.max(this.#passed, next.until)
      const asleep = this.#sleepers.size
      next.wake()
      // Who was woken mostly goes to sleep again; time waits for that a while.
      for (let round = 0; round < 10 && (round === 0 || this.#sleepers.size < asleep); round += 1)
        await new Promise((resolve) => {
          setImmediate(resolve)
        })
    }
    this.#passed = end
  }
}
