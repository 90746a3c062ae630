import type { Instant } from '../../src/kernel/index.ts'
import { covers, isOn, type Maintenance, nextStart } from '../../src/maintenance/index.ts'
import { isoOrNull } from '../../src/kernel/index.ts'
import { listMonitors, type MonitorView } from '../../src/monitors/index.ts'
import type { Call } from './command.ts'
import { dotted, press } from './compose.ts'
import { nameRuns, untilRuns, withCommas } from './present.ts'
import { type Action, facts, type Node, type Run, text, time, verbatim } from './reply.ts'
import { formatDuration } from './words.ts'

const DAY_MS = 86_400_000

/** `22:00`, with the day where it is not within a day from now. */
const momentRuns = (at: Instant, now: Instant): Run[] =>
  at - now < DAY_MS ? [time(at, 'clock')] : [time(at, 'date'), text(' '), time(at, 'clock')]

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
  if (isForAll(it)) return [text(`all monitors (${names.length} now)`)]
  const which = names.length === 0 ? [text('no monitor now')] : nameRuns(names)
  if (it.tags.length === 0) return which
  const tags = withCommas(it.tags.map(verbatim))
  return [text('tag '), ...tags, text(': '), ...which]
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
  const pairs: (readonly [string, readonly Run[]])[] = [['For', coveredRuns(it, coverage)]]
  if (window !== null)
    pairs.push(
      ['From', momentRuns(window.from, now)],
      ['To', dotted(momentRuns(window.to, now), formatDuration(window.to - window.from))],
    )
  if (it.cron !== null)
    pairs.push(['Repeats', [verbatim(it.cron), text(` by the clocks of ${it.timezone}`)]])
  return facts(...pairs, ['Number', [text(`#${it.id}`)]])
}

/** The rest of a row: `#3 · on until 15:00 · shop, web`. */
export function planTail(it: Maintenance, coverage: Coverage, now: Instant): Run[] {
  const window = windowOf(it, now)
  const when: Run[] = !it.isActive
    ? [text('switched off')]
    : window === null
      ? [text('over')]
      : isOn(it, now)
        ? [text('maintenance '), ...untilRuns(window.to, now)]
        : [
            text('from '),
            ...momentRuns(window.from, now),
            text(' to '),
            ...momentRuns(window.to, now),
          ]
  const often = it.cron === null ? null : [text('repeats '), verbatim(it.cron)]
  return dotted(`#${it.id}`, when, often, coveredRuns(it, coverage))
}

export const listAction: Action = {
  label: 'List',
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
