import type { Spread } from './measure.ts'

/** One figure as it is printed and kept. */
export interface Figure extends Spread {
  readonly name: string
  readonly unit: string
  /** What it should be at most; null: nothing is promised. */
  readonly target: number | null
  /** At least, then. */
  readonly isLeast?: boolean
}

const shown = (value: number): string =>
  Number.isInteger(value) ? String(value) : value.toPrecision(3)

export const isMet = ({ median, target, isLeast }: Figure): boolean =>
  target === null || (isLeast === true ? median >= target : median <= target)

/** Figure, unit, median, least to most, target, met. */
export function tableOf(figures: readonly Figure[]): string {
  const rows = figures.map((it) => [
    it.name,
    it.unit,
    shown(it.median),
    `${shown(it.min)}–${shown(it.max)}`,
    it.target === null ? '' : `${it.isLeast === true ? '≥' : '≤'} ${shown(it.target)}`,
    it.target === null ? '' : isMet(it) ? 'yes' : 'no',
  ])
  const all = [['figure', 'unit', 'median', 'min–max', 'target', 'met'], ...rows]
  const widths = all[0]!.map((_, column) => Math.max(...all.map((row) => row[column]!.length)))
  return all
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column]!))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}
