import { z } from 'zod'
import { zoneRule } from '../../src/accounts/index.ts'
import { toIso } from '../../src/kernel/index.ts'
import { type Channel, listChannels } from '../../src/notifications/index.ts'
import {
  addSummary,
  editSummary,
  listSummaries,
  reportOn,
  type Summary,
  type SummaryConfig,
  upToNow,
} from '../../src/summaries/index.ts'
import { typed } from './answers.ts'
import { accountCommand, type AccountCommand, type Call } from './command.ts'
import { dotted, no, refusal, say } from './compose.ts'
import { channelHere, hereOf, isHere, noChannel } from './here.ts'
import { summaryReply } from './news-summary.ts'
import { type Node, note, type Reply, type Run, time, verbatim } from './reply.ts'
import { fill, words } from './sentences.ts'
import { cronFor, scheduleWords } from './summary-schedule.ts'

const SAYS = {
  off: 'off',
  about: { day: 'the day', week: 'the week' },
  next: 'next {moment}',
  alertsOff: 'alerts are off there',
  noneScheduled: 'No summary is scheduled.',
  letOneCome: 'None comes to {here} by itself; let one: {example}',
  comes: 'The summary comes to {here}',
  goesBy: 'The summary goes by {zone}',
  noMore: 'No summary comes to {here} any more',
  notYet: 'No summary comes to {here} yet.',
  first: '{trouble} First: {example}',
  periodRule: 'must be day or week',
  daysRule: 'must be days such as mon-fri or mon,thu',
} as const

type Period = Summary['period']

/** The one that commands are about where a channel has several: the first daily one. */
const chiefOf = (summaries: readonly Summary[]): Summary | undefined =>
  summaries.find(({ period }) => period === 'day') ?? summaries[0]

/** Those of a channel, in the order in which they were made. */
const summariesOf = async ({ db }: Call, { id }: Channel): Promise<Summary[]> =>
  (await listSummaries(db)).filter(({ channel }) => channel === id).toReversed()

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

const summaryValue = (it: Summary) => ({
  ...it,
  nextAt: it.nextAt === null ? null : toIso(it.nextAt),
  lastSentAt: it.lastSentAt === null ? null : toIso(it.lastSentAt),
  createdAt: toIso(it.createdAt),
  updatedAt: toIso(it.updatedAt),
})

/** When summaries come here; in a terminal, anywhere. */
async function readSchedules(call: Call) {
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

const scheduleNodes = ({ place }: Call, schedules: Schedules): Node[] =>
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

/** How it was up to now, of whom this place's summary is about. */
async function nowReply(call: Call, wanted?: Period): Promise<Reply> {
  const { db, now, account } = call
  const here = await channelHere(call)
  const mine = here === undefined ? undefined : chiefOf(await summariesOf(call, here))
  const period = wanted ?? mine?.period ?? 'day'
  const of = mine ?? { timezone: account.timezone, targets: null, tags: [] }
  const report = await reportOn(db, period, upToNow(period, now), of.timezone, of)
  return {
    ...summaryReply(report),
    value: { ...report, from: toIso(report.from), to: toIso(report.to) },
  }
}

async function showReply(call: Call): Promise<Reply> {
  const [reply, schedules] = [await nowReply(call), await readSchedules(call)]
  return {
    ...reply,
    body: [...reply.body, ...scheduleNodes(call, schedules)],
    value: { schedules: schedules.map(({ summary }) => summaryValue(summary)), now: reply.value },
  }
}

async function changedReply(call: Call, headline: readonly Run[]): Promise<Reply> {
  const schedules = await readSchedules(call)
  return say(headline, {
    tone: 'ok',
    body: scheduleNodes(call, schedules),
    value: schedules.map(({ summary }) => summaryValue(summary)),
  })
}

async function schedule(call: Call, at: string, days: string | undefined): Promise<Reply> {
  const { db } = call
  const here = await channelHere(call)
  if (here === undefined) return noChannel(call)
  const chief = chiefOf(await summariesOf(call, here))
  if (chief === undefined) {
    const cron = cronFor(at, days)
    await db.transaction().execute((tx) => addSummary(tx, call, { channel: here.id, cron }))
  } else
    await editSummary(db, call, chief.id, (config) => ({
      ...config,
      cron: cronFor(at, days, config.cron),
      isActive: true,
    }))
  return changedReply(call, fill(SAYS.comes, { here: hereOf(call.place) }))
}

/** Changes all of this place. */
async function changeAll(
  call: Call,
  changed: Partial<SummaryConfig>,
  headline: readonly Run[],
): Promise<Reply> {
  const here = await channelHere(call)
  if (here === undefined) return noChannel(call)
  const summaries = await summariesOf(call, here)
  if (summaries.length === 0) {
    const trouble = words(SAYS.notYet, { here: hereOf(call.place) })
    const example = typed(call.place, 'summary schedule 09:00')
    return no(fill(SAYS.first, { trouble, example }), {
      value: refusal('summary_unknown', trouble),
    })
  }
  for (const { id } of summaries)
    await editSummary(call.db, call, id, (config) => ({ ...config, ...changed }))
  return changedReply(call, headline)
}

const looking = { group: 'see', role: 'viewer', doing: 'Looking at summaries' } as const
const changing = { group: 'see', role: 'manager', doing: 'Changing the summary' } as const

const show = accountCommand({
  ...looking,
  name: 'summary show',
  summary: 'How the day was up to now, and when that is told here',
  example: 'summary show',
  options: [],
  schema: {},
  slow: true,
  isMeant: () => true,
  run: showReply,
})

const PERIODS = ['day', 'week'] as const

const nowCommand = accountCommand({
  ...looking,
  name: 'summary now',
  summary: 'How the last day or week was, at once',
  example: 'summary now week',
  options: [
    {
      name: 'period',
      summary: 'day or week',
      kind: 'choice',
      choices: PERIODS,
      required: false,
    },
  ],
  schema: {
    period: z.string().trim().toLowerCase().pipe(z.enum(PERIODS, SAYS.periodRule)).optional(),
  },
  slow: true,
  run: (call, { period }) => nowReply(call, period),
})

const scheduleCommand = accountCommand({
  ...changing,
  name: 'summary schedule',
  summary: 'Tell this channel how the day before was, at a time of day',
  example: 'summary schedule 09:00 mon-fri',
  options: [
    {
      name: 'time',
      summary: 'When, by the clocks of its time zone: 09:00',
      kind: 'text',
      required: true,
      single: true,
    },
    {
      name: 'days',
      summary: 'daily, mon-fri, mon,thu; as before if left out',
      kind: 'text',
      required: false,
      greedy: true,
    },
  ],
  schema: {
    time: z.string().trim(),
    days: z.string().trim().max(100, SAYS.daysRule).optional(),
  },
  run: (call, { time: at, days }) => schedule(call, at, days),
})

const timezoneCommand = accountCommand({
  ...changing,
  name: 'summary timezone',
  summary: 'By whose clocks the summary comes, and its days begin',
  example: 'summary timezone Europe/Berlin',
  options: [
    { name: 'zone', summary: 'Such as Europe/Berlin', kind: 'text', required: true, single: true },
  ],
  schema: { zone: z.string().trim().pipe(zoneRule) },
  run: (call, { zone }) => changeAll(call, { timezone: zone }, fill(SAYS.goesBy, { zone })),
})

const off = accountCommand({
  ...changing,
  name: 'summary off',
  summary: 'No summary in this channel any more',
  example: 'summary off',
  options: [],
  schema: {},
  run: (call) =>
    changeAll(call, { isActive: false }, fill(SAYS.noMore, { here: hereOf(call.place) })),
})

/** How it was, and when this place is told. */
export const summary: readonly AccountCommand[] = [
  show,
  nowCommand,
  scheduleCommand,
  timezoneCommand,
  off,
]
