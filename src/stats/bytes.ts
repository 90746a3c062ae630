/** Of numbers in bits: what is so many times larger than most is written in another way. */
const LARGE = 8
const MOST_BITS = 30
const TOO_SOON = 'packed samples end too soon'

const fold = (value: number): number => (value < 0 ? -2 * value - 1 : 2 * value)
const unfold = (value: number): number => (value % 2 === 1 ? -(value + 1) / 2 : value / 2)

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
    this.count(fold(value))
  }

  /**
   * Whole, either sign, most about as large as the others: of each so many low bits, and the rest as
   * so many ones and a zero (Rice's code).
   */
  changes(values: readonly number[]): void {
    const folded = values.map(fold)
    const middle = folded.toSorted((a, b) => a - b)[Math.floor(folded.length / 2)] ?? 0
    const width = Math.min(MOST_BITS, Math.floor(Math.log2(middle + 1)))
    this.count(width)
    const bits = new BitWriter(this.#bytes)
    for (const value of folded) {
      const high = Math.floor(value / 2 ** width)
      bits.add(2 ** Math.min(high, LARGE) - 1, Math.min(high, LARGE))
      if (high >= LARGE) bits.addLarge(value)
      else bits.add(value % 2 ** width, width + 1)
    }
    bits.done()
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

class BitWriter {
  readonly #bytes: number[]
  #byte = 0
  #count = 0

  constructor(bytes: number[]) {
    this.#bytes = bytes
  }

  /** The highest first. */
  add(value: number, width: number): void {
    for (let at = width - 1; at >= 0; at -= 1) {
      this.#byte = this.#byte * 2 + ((value >>> at) & 1)
      if ((this.#count += 1) % 8 > 0) continue
      this.#bytes.push(this.#byte)
      this.#byte = 0
    }
  }

  addLarge(value: number): void {
    let rest = value
    for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) this.add((rest % 0x80) + 0x80, 8)
    this.add(rest, 8)
  }

  /** To the end of the byte. */
  done(): void {
    this.add(0, (8 - (this.#count % 8)) % 8)
  }
}

/** Reads what a `Writer` wrote. @throws Error where it ends too soon */
export class Reader {
  readonly #bytes: Uint8Array
  #at = 0
  /** Bits of the byte before `#at` that are not read yet. */
  #left = 0

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
      if (byte === undefined) throw new Error(TOO_SOON)
      this.#at += 1
      if (byte < 0x80) return value + byte * unit
      value += (byte - 0x80) * unit
      unit *= 0x80
    }
  }

  /** A count or change that nobody wants. */
  skip(): void {
    while ((this.#bytes[this.#at] ?? 0) >= 0x80) this.#at += 1
    this.#at += 1
  }

  change(): number {
    return unfold(this.count())
  }

  changes(count: number): number[] {
    const width = this.count()
    this.#left = 0
    const values: number[] = []
    while (values.length < count) {
      let high = 0
      while (high < LARGE && this.#bits(1) === 1) high += 1
      values.push(unfold(high < LARGE ? high * 2 ** width + this.#bits(width) : this.#large()))
    }
    return values
  }

  #bits(width: number): number {
    let value = 0
    for (let wanted = width; wanted > 0;) {
      if (this.#left === 0) {
        if (this.#at >= this.#bytes.length) throw new Error(TOO_SOON)
        this.#at += 1
        this.#left = 8
      }
      const taken = Math.min(wanted, this.#left)
      this.#left -= taken
      wanted -= taken
      value = (value << taken) | ((this.#bytes[this.#at - 1]! >>> this.#left) & ((1 << taken) - 1))
    }
    return value
  }

  #large(): number {
    let [value, unit] = [0, 1]
    for (;;) {
      const byte = this.#bits(8)
      if (byte < 0x80) return value + byte * unit
      value += (byte - 0x80) * unit
      unit *= 0x80
    }
  }

  text(): string {
    const length = this.count()
    this.#at += length
    return Buffer.from(this.#bytes.subarray(this.#at - length, this.#at)).toString()
  }
}
