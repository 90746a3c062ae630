/**
 * What goes wrong with a request. `hang`: never answered; `cut`: the connection breaks off before the
 * request is looked at; `cutAfter`: it is done, and the answer lost.
 */
export type Fault =
  | 'hang'
  | 'cut'
  | 'cutAfter'
  | {
      readonly status: number
      readonly code?: number
      readonly message?: string
      /** Seconds, sent with a 429. */
      readonly retryAfter?: number
      readonly global?: boolean
      /** A limit of the place, not of the bot: not held against it. */
      readonly shared?: boolean
    }

interface Planned {
  readonly where: RegExp
  readonly fault: Fault
  times: number
}

/** Faults in waiting, each for the next requests that fit. */
export class Faults {
  readonly #planned: Planned[] = []

  /** The next `times` requests whose `METHOD /path` fits `where` meet `fault`. */
  plan(where: RegExp, fault: Fault, times = 1): void {
    this.#planned.push({ where, fault, times })
  }

  take(request: string): Fault | undefined {
    const found = this.#planned.find(({ where, times }) => times > 0 && where.test(request))
    if (found === undefined) return undefined
    found.times -= 1
    return found.fault
  }

  clear(): void {
    this.#planned.length = 0
  }
}
