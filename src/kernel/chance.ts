import { randomBytes } from 'node:crypto'

/** Chance, handed in: jitter and secrets. */
export interface Chance {
  /** 0 (included) to 1 (excluded). */
  random(): number
  /** `size` bytes fit for secrets. */
  bytes(size: number): Uint8Array
}

export const systemChance: Chance = {
  random: () => Math.random(),
  bytes: (size) => randomBytes(size),
}
