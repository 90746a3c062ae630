import { toIso } from '../../src/kernel/index.ts'
import { type Channel, listChannels } from '../../src/notifications/index.ts'
import { listSummaries, type Summary } from '../../src/summaries/index.ts'
import { typed } from './answers.ts'
import type { Call } from './command.ts'
import { dotted } from './compose.ts'
import { hereOf, isHere } from './here.ts'
import { type Node, note, time, verbatim } from './reply.ts'
import { fill } from './sentences.ts'
import { scheduleWords } from './summary-schedule.ts'

const SAYS = {
  off: 'off',
  about: { day: 'the day', week: 'the week' },
  next: 'next {moment}',
  alertsOff: 'alerts are off there',
  noneScheduled: 'No summary is scheduled.',
  letOneCome: 'None comes to {here} by itself; let one: {example}',
} as const

/** Those of a channel: what comes before what is off, and then in the order they were made. */
export const summariesOf = async ({ db }: Call, { id }: Channel): Promise<Summary[]> =>
  (await listSummaries(db))
    .filter(({ channel }) => channel === id)
    .toSorted((a, b) => Number(b.isActive) - Number(a.isActive) || a.id - b.id)

/** `the day · 09:00 on mon-fri · Europe/Berlin · next in 14 h` */
function scheduleRow({ period, cron, timezone, isActive, nextAt }: Summary, channel: Channel) {
  return {
    state: isActive ? ('up' as const) : ('paused' as const),
    name: channel.name,
    tail: dotted(
      isActive ? null : SAYS.off,
      SAYS.about[period],
      scheduleWords(cron) ?? [verbatim(cron)],
      timezone,
      nextAt === null ? null : fill(SAYS.next, { moment: time(nextAt, 'relative') }),
      channel.is_active === 1 ? null : SAYS.alertsOff,
    ),
  }
}

/** One for `--json`. */
export const summaryValue = (it: Summary) => ({
  ...it,
  nextAt: it.nextAt === null ? null : toIso(it.nextAt),
  lastSentAt: it.lastSentAt === null ? null : toIso(it.lastSentAt),
  createdAt: toIso(it.createdAt),
  updatedAt: toIso(it.updatedAt),
})

/** When summaries come here; in a terminal, anywhere. */
export async function readSchedules(call: Call) {
  const { db, place } = call
  const channels = await listChannels(db)
  const shown =
    place.platform === 'terminal' ? channels : channels.filter((it) => isHere(it, place))
  const all = await Promise.all(
    shown.map(async (channel) => ({ channel, summaries: await summariesOf(call, channel) })),
  )
  return all.flatMap(({ channel, summaries }) => summaries.map((it) => ({ channel, summary: it })))
}

type Schedules = Awaited<ReturnType<typeof readSchedules>>

/** A row for each; where there is none, how to get one. */
export const scheduleNodes = ({ place }: Call, schedules: Schedules): Node[] =>
  schedules.length > 0
    ? [
        {
          kind: 'rows',
          rows: schedules.map(({ channel, summary }) => scheduleRow(summary, channel)),
        },
      ]
    : [
        note(
          ...(place.platform === 'terminal'
            ? fill(SAYS.noneScheduled)
            : fill(SAYS.letOneCome, {
                here: hereOf(place),
                example: typed(place, 'summary schedule 09:00'),
              })),
        ),
      ]
