import { DAY, MINUTE } from '../../src/kernel/index.ts'
import {
  listStandings,
  type Outline,
  outlinesOf,
  type Tally,
  tallyMonitors,
  signOf,
} from '../../src/monitors/index.ts'
import { inTrouble } from '../../src/objectives/index.ts'
import { formatPercent, responseTimes, uptimePercent } from '../../src/stats/index.ts'
import { nothingWatched } from './answers.ts'
import { accountCommand, type Call } from './command.ts'
import { dotted, press, say, signed } from './compose.ts'
import { monitorOption, monitorRule } from './options.ts'
import { formatAge } from './phrases.ts'
import {
  type Counts,
  countSigns,
  countWords,
  monitorValue,
  openIncidents,
  tailOf,
} from './present.ts'
import { budgetValue, objectivesRuns } from './objectives.ts'
import { type Action, line, note, type Reply, type Run, type StateSign, time } from './reply.ts'
import { counted, fill } from './sentences.ts'
import { showNamed } from './show.ts'
import { worstFirst } from './worst.ts'

const SAYS = {
  isDown: { one: '{count} of {total} is down', other: '{count} of {total} are down' },
  isDegraded: { one: '{count} of {total} is degraded', other: '{count} of {total} are degraded' },
  isMaintained: {
    one: '{count} of {total} is in maintenance',
    other: '{count} of {total} are in maintenance',
  },
  allUp: { one: '{count} is up', other: 'All {count} are up' },
  allPaused: { one: '{count} is paused', other: 'All {count} are paused' },
  wait: '{count} of {total} wait for their first look',
  calm: 'longest without trouble: {length}',
  andMore: '… and {count} more',
  noLook: 'no look yet',
  lastLook: 'last look {ago}',
  lastDay: '24 h: {percent}',
  incidents: 'Incidents',
  list: 'List',
  refresh: 'Refresh',
} as const

const MOST_ROWS = 15
const BAD: readonly StateSign[] = ['down', 'degraded', 'maintenance']

const ACTIONS: readonly Action[] = [
  { label: SAYS.incidents, press: press('incs', 1), line: 'incidents' },
  { label: SAYS.list, press: press('list', 1), line: 'list' },
  { label: SAYS.refresh, press: press('status', 0) },
]

function verdict(counts: Counts): [StateSign, Run[]] {
  const { total, up, down, degraded, paused, pending, maintenance } = counts
  if (down > 0) return ['down', fill(counted(SAYS.isDown, down), { count: down, total })]
  if (degraded > 0)
    return ['degraded', fill(counted(SAYS.isDegraded, degraded), { count: degraded, total })]
  if (up > 0) return ['up', fill(counted(SAYS.allUp, up), { count: up })]
  if (pending > 0) return ['pending', fill(SAYS.wait, { count: pending, total })]
  if (maintenance > 0)
    return [
      'maintenance',
      fill(counted(SAYS.isMaintained, maintenance), { count: maintenance, total }),
    ]
  return ['paused', fill(counted(SAYS.allPaused, paused), { count: paused })]
}

/** One line of verdict, then what is not up, then counts. */
export async function statusReply(call: Call): Promise<Reply> {
  const { db, now, place, lastDay } = call
  const all = await tallyMonitors(db, now)
  const counts = countSigns(all.counts)
  if (counts.total === 0) return nothingWatched(place, { ...counts, notUp: [] })
  const bad = await badOnes(call, counts)
  const [sign, said] = verdict(counts)
  const uptime = uptimePercent(await lastDay(db))
  const budgets = await call.budgets(db)
  const objectives = objectivesRuns(budgets)
  const calm = sign === 'up' ? calmest(all, now) : null
  return say(dotted(said, calm === null ? null : fill(SAYS.calm, { length: calm })), {
    ...signed(sign),
    body: [
      ...(await rowsOf(call, bad)),
      line(...tally(counts, all.lastCheckAt, sign, uptime)),
      ...(objectives === null ? [] : [line(...objectives)]),
    ],
    actions: ACTIONS,
    exitCode: counts.down > 0 ? 1 : 0,
    value: {
      ...counts,
      uptime24h: uptime,
      notUp: bad.map((view) => monitorValue(view, now)),
      objectives: { total: budgets.length, inTrouble: inTrouble(budgets).map(budgetValue) },
    },
  })
}

async function badOnes({ db, now }: Call, counts: Counts): Promise<readonly Outline[]> {
  if (BAD.every((sign) => counts[sign] === 0)) return []
  const all = await listStandings(db, now)
  return outlinesOf(db, all.filter(({ sign }) => BAD.includes(sign)).toSorted(worstFirst))
}

async function rowsOf({ db, now }: Call, bad: readonly Outline[]): Promise<Reply['body']> {
  if (bad.length === 0) return []
  const open = await openIncidents(db)
  const rows = []
  for (const view of bad.slice(0, MOST_ROWS)) {
    const { id, name } = view.monitor
    const usual =
      view.state.status === 'degraded' ? await responseTimes(db, id, now - DAY) : undefined
    rows.push({
      state: signOf(view, now),
      name,
      tail: tailOf(view, { now, open, usualMs: usual?.avgMs ?? null }),
    })
  }
  const rest = bad.length - rows.length
  return [
    { kind: 'rows', rows },
    ...(rest > 0 ? [note(...fill(SAYS.andMore, { count: rest }))] : []),
  ]
}

/** What the verdict did not say yet: `9 up · 1 paused · last look 4 s ago · 24 h: 99.95 %`. */
function tally(
  counts: Counts,
  lastCheckAt: Tally['lastCheckAt'],
  sign: StateSign,
  uptime: number | null,
): Run[] {
  const shown = (['up', 'pending', 'maintenance', 'paused'] as const)
    .filter((status) => counts[status] > 0 && status !== sign)
    .map((status) => countWords(counts[status], status))
  return dotted(
    ...shown,
    lastCheckAt === null
      ? SAYS.noLook
      : fill(SAYS.lastLook, { ago: time(lastCheckAt, 'relative') }),
    fill(SAYS.lastDay, { percent: formatPercent(uptime) }),
  )
}

function calmest({ upSince }: Tally, now: number): string | null {
  const age = now - (upSince ?? now)
  // Less is the first look just taken, and no praise yet.
  return age >= MINUTE ? formatAge(age) : null
}

export const status = accountCommand({
  name: 'status',
  summary: 'How everything is, worst first; or how one monitor is',
  example: 'status',
  group: 'see',
  options: [monitorOption('One monitor instead of all', false)],
  schema: { monitor: monitorRule.optional() },
  role: 'viewer',
  doing: 'Looking at the status',
  run: (call, { monitor }) =>
    monitor === undefined ? statusReply(call) : showNamed(call, monitor),
  presses: { status: statusReply },
})
