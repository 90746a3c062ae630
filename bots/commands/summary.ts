import { z } from 'zod'
import { zoneRule } from '../../src/accounts/index.ts'
import { toIso } from '../../src/kernel/index.ts'
import {
  addSummary,
  editSummary,
  reportOn,
  type Summary,
  type SummaryConfig,
  upToNow,
} from '../../src/summaries/index.ts'
import { typed } from './answers.ts'
import { accountCommand, type AccountCommand, type Call } from './command.ts'
import { no, refusal, say } from './compose.ts'
import { channelHere, hereOf, noChannel } from './here.ts'
import { summaryReply } from './news-summary.ts'
import type { Reply, Run } from './reply.ts'
import { fill, words } from './sentences.ts'
import { cronFor, readDays } from './summary-schedule.ts'
import { readSchedules, scheduleNodes, summariesOf, summaryValue } from './summary-words.ts'

const SAYS = {
  comes: 'The summary comes to {here}',
  goesBy: 'The summary goes by {zone}',
  noMore: 'No summary comes to {here} any more',
  notYet: 'No summary comes to {here} yet.',
  first: '{trouble} First: {example}',
  periodRule: 'must be day or week',
  daysRule: 'must be days such as mon-fri or mon,thu, or weekly',
} as const

type Period = Summary['period']

/** The one that commands are about where a channel has several: the first daily one. */
const chiefOf = (summaries: readonly Summary[]): Summary | undefined =>
  summaries.find(({ period }) => period === 'day') ?? summaries[0]

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
  const summaries = await summariesOf(call, here)
  const wanted = days === undefined ? undefined : readDays(days)
  const meant =
    wanted === undefined
      ? chiefOf(summaries)
      : summaries.find(({ period }) => period === wanted.period)
  if (meant === undefined) {
    const { period = 'day', on } = wanted ?? {}
    const given = { channel: here.id, period, cron: cronFor(at, on) }
    await db.transaction().execute((tx) => addSummary(tx, call, given))
  } else
    await editSummary(db, call, meant.id, (config) => ({
      ...config,
      cron: cronFor(at, wanted?.on, config.cron),
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
  summary: 'Tell this channel how the day before was, or the week, at a time of day',
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
      summary: 'daily, mon-fri, mon,thu; weekly, weekly fri; as before if left out',
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
