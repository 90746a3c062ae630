import type { Instant } from '../../src/kernel/index.ts'
import type { SummaryNews } from '../../src/notifications/index.ts'
import { formatPercent } from '../../src/stats/index.ts'
import { dotted } from './compose.ts'
import { formatAge } from './phrases.ts'
import type { Run } from './reply.ts'
import { counted, words } from './sentences.ts'

const SAYS = {
  lastDay: 'Last 24 h',
  lastWeek: 'Last 7 days',
  week: '{from} – {to}',
  uptime: { one: '{percent} over {count} monitor', other: '{percent} over {count} monitors' },
  same: { day: '{uptime} (as the day before)', week: '{uptime} (as the week before)' },
  change: {
    day: '{uptime} ({arrow} {points}, day before {percent})',
    week: '{uptime} ({arrow} {points}, week before {percent})',
  },
  noIncident: 'no incident',
  incidents: { one: '{count} incident, {length} down', other: '{count} incidents, {length} down' },
} as const

/** `Mon 3 Mar`, by the clock of the summary's own zone. */
const dayOf = (at: Instant, timezone: string): string =>
  new Intl.DateTimeFormat('en-GB', {
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    timeZone: timezone,
  })
    .format(at)
    .replace(',', '')

/** Which day or week it is of. */
export function spanOf({ period, isWhole, from, to, timezone }: SummaryNews): string {
  if (!isWhole) return period === 'day' ? SAYS.lastDay : SAYS.lastWeek
  if (period === 'day') return dayOf(from, timezone)
  return words(SAYS.week, { from: dayOf(from, timezone), to: dayOf(to - 1, timezone) })
}

/** What a reader sees of a percentage, in hundredths. */
const shownHundredths = (percent: number): number => Math.floor(percent * 100 + 1e-6)

/** `99.75 % over 3 monitors (▼ 0.24, day before 99.99 %)` */
function compared({ period, uptime: now, uptimeBefore: before }: SummaryNews, uptime: string) {
  if (now === null || before === null) return uptime
  // The difference of what is shown: whoever subtracts finds the same.
  const change = shownHundredths(now) - shownHundredths(before)
  if (change === 0) return words(SAYS.same[period], { uptime })
  const points = (Math.abs(change) / 100).toFixed(2)
  const arrow = change < 0 ? '▼' : '▲'
  return words(SAYS.change[period], { uptime, arrow, points, percent: formatPercent(before) })
}

/** How it was in a line. */
export function headline(it: SummaryNews): Run[] {
  const uptime = words(counted(SAYS.uptime, it.monitors), {
    percent: formatPercent(it.uptime),
    count: it.monitors,
  })
  return dotted(
    spanOf(it),
    compared(it, uptime),
    it.incidents === 0
      ? SAYS.noIncident
      : words(counted(SAYS.incidents, it.incidents), {
          count: it.incidents,
          length: formatAge(it.downMs),
        }),
  )
}
