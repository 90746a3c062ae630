import type { Standing } from '../../src/monitors/index.ts'
import type { StateSign } from './reply.ts'

const RANK: Readonly<Record<StateSign, number>> = {
  down: 0,
  degraded: 1,
  pending: 2,
  maintenance: 3,
  up: 4,
  paused: 5,
}

const collator = new Intl.Collator('en')

/** Worst first, then by name. */
export const worstFirst = (a: Standing, b: Standing): number =>
  RANK[a.sign] - RANK[b.sign] || collator.compare(a.name, b.name) || a.id - b.id

/** The first `count` in that order: to sort ten thousand names takes longer than all else. */
export function firstOf(
  all: readonly Standing[],
  count: number,
  order: (a: Standing, b: Standing) => number = worstFirst,
): Standing[] {
  const first: Standing[] = []
  for (const it of all) {
    let [from, to] = [0, first.length]
    if (to === count && order(it, first[to - 1]!) > 0) continue
    while (from < to) {
      const middle = (from + to) >> 1
      if (order(it, first[middle]!) < 0) to = middle
      else from = middle + 1
    }
    first.splice(from, 0, it)
    if (first.length > count) first.pop()
  }
  return first
}
