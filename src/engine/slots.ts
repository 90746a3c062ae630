const OVERALL = 1024
const PER_HOST = 8
const LOOPBACK = /^(?:localhost|.*\.localhost|127(?:\.\d+){3}|\[::1\])$/

// `shop.example:443` reads as a URL too, with a scheme and no host.
const hostOf = (address: string): string =>
  URL.parse(address)?.hostname || address.replace(/:\d+$/, '')

/** Bounds how many looks run at once, overall and at one host; the others wait in order. */
export class Slots {
  #running = 0
  readonly #perHost = new Map<string, number>()
  #waiting: { readonly host: string; readonly begin: () => void }[] = []

  async run<T>(address: string, work: () => Promise<T>): Promise<T> {
    const host = hostOf(address)
    if (!this.#isFree(host))
      await new Promise<void>((begin) => {
        this.#waiting.push({ host, begin })
      })
    else this.#take(host)
    try {
      return await work()
    } finally {
      this.#give(host)
    }
  }

  #isFree(host: string): boolean {
    if (this.#running >= OVERALL) return false
    return LOOPBACK.test(host) || (this.#perHost.get(host) ?? 0) < PER_HOST
  }

  #take(host: string): void {
    this.#running += 1
    this.#perHost.set(host, (this.#perHost.get(host) ?? 0) + 1)
  }

  #give(host: string): void {
    this.#running -= 1
    const left = (this.#perHost.get(host) ?? 1) - 1
    if (left === 0) this.#perHost.delete(host)
    else this.#perHost.set(host, left)
    const next = this.#waiting.findIndex((it) => this.#isFree(it.host))
    if (next < 0) return
    const [freed] = this.#waiting.splice(next, 1)
    // Taken here, not when it wakes: nobody may slip in between.
    this.#take(freed!.host)
    freed!.begin()
  }
}
