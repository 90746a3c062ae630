/** Writes small numbers in few bytes. */
export class Writer {
  readonly #bytes: number[] = []

  /** Whole and not negative, seven bits a byte. */
  count(value: number): void {
    let rest = value
    while (rest >= 0x80) {
      this.#bytes.push((rest % 0x80) + 0x80)
      rest = Math.floor(rest / 0x80)
    }
    this.#bytes.push(rest)
  }

  /** Whole, either sign. */
  change(value: number): void {
    this.count(value < 0 ? -2 * value - 1 : 2 * value)
  }

  text(value: string): void {
    const bytes = Buffer.from(value)
    this.count(bytes.length)
    this.#bytes.push(...bytes)
  }

  done(): Buffer {
    return Buffer.from(this.#bytes)
  }
}

/** Reads what a `Writer` wrote. @throws Error where it ends too soon */
export class Reader {
  readonly #bytes: Uint8Array
  #at = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  count(): number {
    const first = this.#bytes[this.#at]
    if (first !== undefined && first < 0x80) {
      this.#at += 1
      return first
    }
    let [value, unit] = [0, 1]
    for (;;) {
      const byte = this.#bytes[this.#at]
      if (byte === undefined) throw new Error('packed samples end too soon')
      this.#at += 1
      if (byte < 0x80) return value + byte * unit
      value += (byte - 0x80) * unit
      unit *= 0x80
    }
  }

  change(): number {
    const value = this.count()
    return value % 2 === 1 ? -(value + 1) / 2 : value / 2
  }

  text(): string {
    const length = this.count()
    this.#at += length
    return Buffer.from(this.#bytes.subarray(this.#at - length, this.#at)).toString()
  }
}
