import type { Clock, Log } from '../../src/kernel/index.ts'
import { bugOf } from './client.ts'

type Task = () => Promise<void>

const WAITING_MAX = 50

/** Work begun by updates, so that the next update need not wait for it. A throw is logged. */
export class Tasks {
  readonly #log: Log
  readonly #running = new Set<Promise<void>>()
  readonly #queues = new Map<string, { last: Promise<void>; waiting: number }>()

  constructor(log: Log) {
    this.#log = log
  }

  /** Runs by itself. */
  aside(task: Task): void {
    void this.#track(task())
  }

  /** Runs after what was begun for `key` before. A flood beyond what can wait is dropped. */
  inOrder(key: string, task: Task): void {
    const queue = this.#queues.get(key) ?? { last: Promise.resolve(), waiting: 0 }
    if (queue.waiting >= WAITING_MAX) {
      this.#log.debug({ waiting: queue.waiting }, 'flood dropped')
      return
    }
    queue.waiting += 1
    this.#queues.set(key, queue)
    const { last } = queue
    queue.last = (async () => {
      await last
      await this.#track(task())
      queue.waiting -= 1
      if (queue.waiting === 0) this.#queues.delete(key)
    })()
  }

  async #track(running: Promise<void>): Promise<void> {
    const logged = running.catch((error: unknown) => {
      this.#log.error(bugOf(error), 'telegram task broke')
    })
    this.#running.add(logged)
    await logged
    this.#running.delete(logged)
  }

  /** Resolves when all is done, or after `ms`. */
  async settled(clock: Clock, ms: number): Promise<void> {
    const over = new AbortController()
    const all = (async () => {
      while (this.#running.size + this.#queues.size > 0 && !over.signal.aborted)
        await Promise.all([...this.#running, ...[...this.#queues.values()].map(({ last }) => last)])
    })()
    await Promise.race([all, clock.sleep(ms, over.signal)])
    over.abort()
  }
}
