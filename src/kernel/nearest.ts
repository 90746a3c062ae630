/** Edits (insert, delete, replace, swap of neighbours) that turn one word into the other. */
export function distance(from: string, to: string): number {
  const [a, b] = [Array.from(from), Array.from(to)]
  const rows = [Array.from({ length: b.length + 1 }, (_, column) => column)]
  for (const [i, left] of a.entries()) {
    const above = rows[i]!
    const row = [i + 1]
    for (const [j, right] of b.entries()) {
      const replaced = above[j]! + (left === right ? 0 : 1)
      const swapped =
        i > 0 && j > 0 && left === b[j - 1] && right === a[i - 1]
          ? rows[i - 1]![j - 1]! + 1
          : Infinity
      row.push(Math.min(replaced, swapped, above[j + 1]! + 1, row[j]! + 1))
    }
    rows.push(row)
  }
  return rows.at(-1)!.at(-1)!
}

const LONGEST = 60

/** The `count` candidates nearest to what was typed; what begins or goes on like it comes first. */
export function nearest<T>(
  typed: string,
  candidates: readonly T[],
  nameOf: (candidate: T) => string,
  count: number,
): T[] {
  const wanted = typed.slice(0, LONGEST).toLowerCase()
  const far = (candidate: T): number => {
    const name = nameOf(candidate).slice(0, LONGEST).toLowerCase()
    // A name of several words is near when one of them is.
    const words = [name, ...name.split(/\s+/)]
    return Math.min(...words.map((word, at) => distance(wanted, word) + (at === 0 ? 0 : 0.5)))
  }
  return candidates
    .map((candidate) => ({ candidate, far: far(candidate) }))
    .toSorted((a, b) => a.far - b.far)
    .slice(0, count)
    .map(({ candidate }) => candidate)
}

/** The known name that was probably meant, where at most `most` letters are wrong. */
export function probablyMeant(
  name: string,
  known: readonly string[],
  most = Math.max(2, name.length / 3),
): string | undefined {
  if (name.length > LONGEST) return undefined
  const [best] = nearest(name, known, (it) => it, 1)
  if (best === undefined) return undefined
  return distance(name.toLowerCase(), best.toLowerCase()) <= most ? best : undefined
}
