/** Chance that a seed repeats: mulberry32, as Tommy Ettinger gave it to the public domain. */
export class Draw {
  #state: number

  constructor(seed: number) {
    this.#state = seed >>> 0
  }

  unit(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0
    let mixed = this.#state
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }

  below(count: number): number {
    return Math.floor(this.unit() * count)
  }

  isOneIn(count: number): boolean {
    return this.below(count) === 0
  }

  of<T>(all: readonly T[]): T {
    return all[this.below(all.length)]!
  }
}
