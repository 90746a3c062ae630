import type { Instant } from '../../src/kernel/index.ts'
import { covers, isOn, type Maintenance, nextStart } from '../../src/maintenance/index.ts'
import { isoOrNull } from '../../src/kernel/index.ts'
import { listMonitors, type MonitorView } from '../../src/monitors/index.ts'
import type { Call } from './command.ts'
import { dotted, press } from './compose.ts'
import { numberRuns } from './phrases.ts'
import { momentRuns, nameRuns, untilRuns, withCommas } from './present.ts'
import { type Action, facts, type Node, type Run, verbatim } from './reply.ts'
import { fill } from './sentences.ts'
import { formatDuration } from './words.ts'

const SAYS = {
  allMonitors: 'all monitors ({count} now)',
  noMonitor: 'no monitor now',
  tagged: 'tag {tags}: {monitors}',
  byClocks: '{cron} by the clocks of {zone}',
  switchedOff: 'switched off',
  over: 'over',
  onNow: 'maintenance {until}',
  planned: 'from {from} to {to}',
  repeats: 'repeats {cron}',
  for: 'For',
  from: 'From',
  to: 'To',
  repeatsLabel: 'Repeats',
  number: 'Number',
  list: 'List',
} as const

export interface Coverage {
  of(it: Maintenance): readonly string[]
}

/** Who is covered by what, read once. */
export async function readCoverage({ db, deps }: Call): Promise<Coverage> {
  const all: readonly MonitorView[] = await listMonitors(db, deps.sealer, {})
  return {
    of: (it) =>
      all
        .filter(({ monitor }) => covers(it, monitor.id, monitor.tags))
        .map(({ monitor }) => monitor.name)
        .toSorted((a, b) => a.localeCompare(b, 'en')),
  }
}

const isForAll = ({ targets, tags }: Maintenance): boolean => targets === null && tags.length === 0

export function coveredRuns(it: Maintenance, coverage: Coverage): Run[] {
  const names = coverage.of(it)
  if (isForAll(it)) return fill(SAYS.allMonitors, { count: names.length })
  const monitors = names.length === 0 ? fill(SAYS.noMonitor) : nameRuns(names)
  if (it.tags.length === 0) return monitors
  return fill(SAYS.tagged, { tags: withCommas(it.tags.map(verbatim)), monitors })
}

/** The window that is on, or the one that comes. */
export function windowOf(it: Maintenance, now: Instant): Maintenance['window'] {
  if (it.window === null || it.window.to > now) return it.window
  const from = nextStart(it, now)
  return from === null ? null : { from, to: from + it.window.to - it.window.from }
}

/** From when to when, for whom, how often. */
export function planFacts(it: Maintenance, coverage: Coverage, now: Instant): Node {
  const window = windowOf(it, now)
  const pairs: (readonly [string, readonly Run[]])[] = [[SAYS.for, coveredRuns(it, coverage)]]
  if (window !== null)
    pairs.push(
      [SAYS.from, momentRuns(window.from, now)],
      [SAYS.to, dotted(momentRuns(window.to, now), formatDuration(window.to - window.from))],
    )
  if (it.cron !== null)
    pairs.push([
      SAYS.repeatsLabel,
      fill(SAYS.byClocks, { cron: verbatim(it.cron), zone: it.timezone }),
    ])
  return facts(...pairs, [SAYS.number, numberRuns(it.id)])
}

/** The rest of a row: `#3 · on until 15:00 · shop, web`. */
export function planTail(it: Maintenance, coverage: Coverage, now: Instant): Run[] {
  const window = windowOf(it, now)
  const when: Run[] = !it.isActive
    ? fill(SAYS.switchedOff)
    : window === null
      ? fill(SAYS.over)
      : isOn(it, now)
        ? fill(SAYS.onNow, { until: untilRuns(window.to, now) })
        : fill(SAYS.planned, {
            from: momentRuns(window.from, now),
            to: momentRuns(window.to, now),
          })
  const often = it.cron === null ? null : fill(SAYS.repeats, { cron: verbatim(it.cron) })
  return dotted(`#${it.id}`, when, often, coveredRuns(it, coverage))
}

export const listAction: Action = {
  label: SAYS.list,
  press: press('mlist', 1),
  line: 'maintenance list',
}

export const endAction = (it: Maintenance, label: string): Action => ({
  label,
  press: press('mend', it.id),
  line: `maintenance end #${it.id}`,
})

/** One for `--json`. */
export const planValue = (it: Maintenance, now: Instant) => ({
  id: it.id,
  name: it.name,
  targets: it.targets,
  tags: it.tags,
  isActive: it.isActive,
  timezone: it.timezone,
  startsAt: isoOrNull(it.startsAt),
  endsAt: isoOrNull(it.endsAt),
  cron: it.cron,
  durationMinutes: it.durationMinutes,
  isCurrent: isOn(it, now),
  nextStartsAt: isoOrNull(nextStart(it, now)),
})
