interface Waiter {
  check: () => void
  fail: (why: string) => void
}

/** Waits for a state of the world: looked at again after every change, never by time. */
export class Waiting {
  readonly #waiters = new Set<Waiter>()
  readonly #limitMs: number
  readonly #describe: () => string

  constructor(limitMs: number, describe: () => string) {
    this.#limitMs = limitMs
    this.#describe = describe
  }

  changed(): void {
    for (const { check } of this.#waiters) check()
  }

  /** Resolves with what `look` finds as soon as it finds something; rejects after the limit. */
  for<Found>(look: () => Found | undefined | null | false): Promise<Found> {
    const { promise, resolve, reject } = Promise.withResolvers<Found>()
    const waiter: Waiter = {
      check: () => {
        const found = look()
        if (found === undefined || found === null || found === false) return
        this.#end(waiter, timer)
        resolve(found)
      },
      fail: (why) => {
        this.#end(waiter, timer)
        reject(new Error(`${why}\n${this.#describe()}`))
      },
    }
    const timer = setTimeout(() => waiter.fail('waited in vain'), this.#limitMs)
    this.#waiters.add(waiter)
    waiter.check()
    return promise
  }

  #end(waiter: Waiter, timer: NodeJS.Timeout): void {
    clearTimeout(timer)
    this.#waiters.delete(waiter)
  }

  close(): void {
    for (const { fail } of this.#waiters) fail('the fake was closed while waiting')
  }
}
