import { type Budget, inTrouble, isMissed } from '../../src/objectives/index.ts'
import { dotted } from './compose.ts'
import { formatAge } from './phrases.ts'
import { name, type Run } from './reply.ts'
import { counted, fill, words } from './sentences.ts'

const SAYS = {
  slo: '{percent} % in {days} d',
  left: '{left} of {budget} left',
  over: 'overspent by {length}',
  kept: { one: 'Objectives: {count} kept', other: 'Objectives: all {count} kept' },
  keptLeast: '{kept}, least left {monitor} {left} of {budget}',
  someKept: 'Objectives: {count} of {total} kept',
  missed: 'missed {monitor}, {left}',
  burning: 'burning {monitor}, {left}',
  andMore: 'and {count} more',
} as const

const MOST_NAMED = 5

type Spent = Pick<Budget, 'budgetMs' | 'leftMs'>
type Named = Spent & Pick<Budget, 'monitorName' | 'isBurning'>

/** `99.9 % in 30 d` */
export const sloWords = (slo: { readonly objective: number; readonly days: number }): string =>
  words(SAYS.slo, { percent: slo.objective, days: slo.days })

/** `31 min of 43 min left`, `overspent by 12 min` */
export const leftRuns = ({ budgetMs, leftMs }: Spent): Run[] =>
  leftMs < 0
    ? fill(SAYS.over, { length: formatAge(-leftMs) })
    : fill(SAYS.left, { left: formatAge(leftMs), budget: formatAge(budgetMs) })

/** `Objectives: 3 of 4 kept · missed Shop, overspent by 12 min`. */
export function troubleRuns(
  counts: { readonly total: number; readonly missed: number; readonly troubled: number },
  bad: readonly Named[],
): Run[] {
  const shown = bad.slice(0, MOST_NAMED)
  const rest = counts.troubled - shown.length
  return dotted(
    words(SAYS.someKept, { count: counts.total - counts.missed, total: counts.total }),
    ...shown.map((it) =>
      fill(isMissed(it) ? SAYS.missed : SAYS.burning, {
        monitor: name(it.monitorName),
        left: leftRuns(it),
      }),
    ),
    rest > 0 ? words(SAYS.andMore, { count: rest }) : null,
  )
}

/** One line on all of them; nothing where there is none. */
export function objectivesRuns(all: readonly Budget[]): Run[] | null {
  if (all.length === 0) return null
  const bad = inTrouble(all)
  const missed = bad.filter(isMissed).length
  if (bad.length > 0) return troubleRuns({ total: all.length, missed, troubled: bad.length }, bad)
  const kept = words(counted(SAYS.kept, all.length), { count: all.length })
  const least = all.reduce((a, b) => (b.leftMs / b.budgetMs < a.leftMs / a.budgetMs ? b : a))
  if (least.leftMs === least.budgetMs) return fill(kept)
  return fill(SAYS.keptLeast, {
    kept,
    monitor: name(least.monitorName),
    left: formatAge(least.leftMs),
    budget: formatAge(least.budgetMs),
  })
}

/** A budget for `--json`. */
export const budgetValue = ({ budgetMs, leftMs, isBurning, monitorName }: Named) => ({
  monitorName,
  budgetSeconds: Math.round(budgetMs / 1000),
  budgetLeftSeconds: Math.round(leftMs / 1000),
  isBurning,
})
