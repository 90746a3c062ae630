import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import { SECOND } from '../kernel/index.ts'
import type { NetworkPolicy } from '../network/index.ts'
import type { Target } from './contract.ts'
import { type MonitorType, PROBES } from './kinds.ts'
import { bungled, look, type LookTools, parseOptions } from './look.ts'
import type { Outcome } from './outcome.ts'

/** What a thread needs to look by itself. Plain data. */
export interface CrewGround {
  readonly policy: NetworkPolicy
  /** Certificates (PEM) trusted besides Node's own. */
  readonly trust?: readonly string[]
  readonly userAgent: string
}

/** To a thread: a look to make (its options parsed), or one to call off. */
export type Asked =
  | { readonly id: number; readonly type: MonitorType; readonly target: Target }
  | { readonly id: number }

/** From it: what was seen, or what a bug of ours threw before. */
export type Answer =
  | { readonly id: number; readonly outcome: Outcome }
  | { readonly id: number; readonly bug: unknown }

/** Makes looks: few of them here, many in threads, so that they keep nothing else waiting. */
export interface Crew extends AsyncDisposable {
  look: typeof look
  /** How many threads there are. */
  size(): number
}

export interface CrewOptions {
  /** How much of a second the looks made here may take, in milliseconds. */
  readonly here?: number
  readonly most?: number
}

/** More threads than this serve no machine we know of. */
const MOST_THREADS = 4
const HERE_MS = 100
/** A thread that is busy for more of its time than this needs help. */
const BUSY = 0.6

/**
 * About how long, in milliseconds, a look keeps others waiting at a stretch; 0 for what only waits. A
 * handshake is one piece, a plain page many small ones, and a message to a thread costs as much as these.
 */
function costOf(type: MonitorType, url: string): number {
  if (type === 'SSL') return 2
  if (type === 'HTTP' || type === 'API') return url.startsWith('https:') ? 2 : 0.2
  return 0
}

interface Waiting {
  readonly settle: (outcome: Outcome) => void
  readonly onBug: (error: unknown) => void
}

class Thread {
  readonly #worker: Worker
  readonly #waiting = new Map<number, Waiting>()
  #seen
  #out: Asked[] = []
  #last = 0
  isAlive = true

  constructor(ground: CrewGround) {
    this.#worker = new Worker(new URL('crew-thread.ts', import.meta.url), {
      workerData: ground,
      execArgv: [],
    })
    this.#worker.unref()
    this.#seen = this.#worker.performance.eventLoopUtilization()
    this.#worker.on('message', (answers: readonly Answer[]) => {
      for (const it of answers) this.#take(it)
    })
    this.#worker.once('error', (error) => this.#lose(error))
    this.#worker.once('exit', () => this.#lose(new Error('a thread that looks ended')))
  }

  /** The share of its time it was busy since this was asked last. */
  busy(): number {
    const before = this.#seen
    this.#seen = this.#worker.performance.eventLoopUtilization()
    return this.#worker.performance.eventLoopUtilization(this.#seen, before).utilization
  }

  look(
    type: MonitorType,
    target: Target,
    signal: AbortSignal,
    onBug: Waiting['onBug'],
  ): Promise<Outcome> {
    this.#last += 1
    const id = this.#last
    const { promise, resolve } = Promise.withResolvers<Outcome>()
    const callOff = () => this.#send({ id })
    const settle = (outcome: Outcome) => {
      signal.removeEventListener('abort', callOff)
      this.#waiting.delete(id)
      resolve(outcome)
    }
    this.#waiting.set(id, { settle, onBug })
    const { url, timeoutMs, isAsked = false, options } = target
    this.#send({ id, type, target: { url, timeoutMs, isAsked, options } })
    if (signal.aborted) callOff()
    else signal.addEventListener('abort', callOff, { once: true })
    return promise
  }

  #send(it: Asked): void {
    if (this.#out.push(it) > 1) return
    setImmediate(() => {
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
      if (this.isAlive) this.#worker.postMessage(this.#out)
      this.#out = []
    })
  }

  #take(it: Answer): void {
    const waiting = this.#waiting.get(it.id)
    if ('bug' in it) waiting?.onBug(it.bug)
    else waiting?.settle(it.outcome)
  }

  #lose(error: unknown): void {
    this.isAlive = false
    for (const { settle, onBug } of this.#waiting.values()) {
      onBug(error)
      settle(bungled(0))
    }
  }

  async end(): Promise<void> {
    await this.#worker.terminate()
  }
}

/**
 * A crew without threads until there is much to do: then one, and one more whenever all are busy, up to
 * a processor less than there are. A thread that breaks is replaced; what it was at was not seen.
 */
export function openCrew(
  ground: CrewGround,
  {
    here = HERE_MS,
    most = Math.min(MOST_THREADS, Math.max(1, availableParallelism() - 1)),
  }: CrewOptions = {},
): Crew {
  let threads: Thread[] = []
  let turn = 0
  let [left, filledAt, weighedAt] = [here, performance.now(), performance.now()]

  /** Whether there is time for it here. */
  function fits(cost: number): boolean {
    const now = performance.now()
    left = Math.min(here, left + ((now - filledAt) * here) / SECOND)
    filledAt = now
    if (cost > left) return false
    left -= cost
    return true
  }

  function nextThread(): Thread {
    threads = threads.filter(({ isAlive }) => isAlive)
    const now = performance.now()
    const isTime = now - weighedAt >= SECOND
    if (isTime) weighedAt = now
    const areBusy = isTime && threads.map((it) => it.busy()).every((share) => share > BUSY)
    if (threads.length === 0 || (areBusy && threads.length < most)) threads.push(new Thread(ground))
    turn += 1
    return threads[turn % threads.length]!
  }

  return {
    async look(type, target, signal, tools: LookTools) {
      const cost = costOf(type, target.url)
      if (cost === 0 || fits(cost)) return look(type, target, signal, tools)
      let options: unknown
      try {
        options = parseOptions(PROBES[type], target.options)
      } catch (error) {
        tools.onBug(error)
        return bungled(0)
      }
      return nextThread().look(type, { ...target, options }, signal, tools.onBug)
    },
    size: () => threads.length,
    async [Symbol.asyncDispose]() {
      await Promise.all(threads.map((it) => it.end()))
    },
  }
}
