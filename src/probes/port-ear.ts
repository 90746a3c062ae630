const HEAD_BYTES = 256
/** A far side that has said so much in vain says it no more. */
const ENOUGH_BYTES = 16 * 1024 * 1024

/** Listens for `expected` in what comes in pieces, without keeping it all. */
export interface Ear {
  /** The beginning of all that came. */
  readonly head: Uint8Array
  readonly found: boolean
  /** Whether to go on listening is of no use: it was found, or never will be. */
  hear(chunk: Buffer): boolean
}

/** `isStream`: a piece may begin in one chunk and end in the next. */
export function openEar(expected: Buffer, isStream: boolean): Ear {
  let head: Buffer = Buffer.alloc(0)
  let tail: Buffer = Buffer.alloc(0)
  let bytes = 0
  let found = false
  return {
    get head() {
      return head
    },
    get found() {
      return found
    },
    hear(chunk) {
      bytes += chunk.length
      if (head.length < HEAD_BYTES) head = Buffer.concat([head, chunk.subarray(0, HEAD_BYTES)])
      const whole = isStream ? Buffer.concat([tail, chunk]) : chunk
      found ||= whole.includes(expected)
      if (isStream) tail = Buffer.from(whole.subarray(Math.max(0, whole.length - expected.length)))
      return found || bytes > ENOUGH_BYTES
    },
  }
}
