import { type Incident, listIncidents } from '../../src/incidents/index.ts'
import { DAY, type Instant, type MonitorId } from '../../src/kernel/index.ts'
import {
  getMonitor,
  listTies,
  type MonitorView,
  shownStatus,
  signOf,
} from '../../src/monitors/index.ts'
import { type Objective, readObjective } from '../../src/objectives/index.ts'
import { PROBES } from '../../src/probes/index.ts'
import {
  formatPercent,
  type Observed,
  observedTime,
  responseTimes,
  uptimePercent,
} from '../../src/stats/index.ts'
import { checkButton, pauseButton } from './buttons.ts'
import { accountCommand, type Call } from './command.ts'
import { dotted, press, say, signed } from './compose.ts'
import { findMonitor } from './find.ts'
import { budgetValue, leftRuns, sloWords } from './objectives.ts'
import { monitorOption, monitorRule } from './options.ts'
import { causeRuns, causeWords, formatAge, formatMs } from './phrases.ts'
import { incidentValue, monitorValue, nameRuns, stateTail, untilRuns } from './present.ts'
import {
  type Action,
  address,
  facts,
  name,
  type Reply,
  type Run,
  text,
  time,
  verbatim,
} from './reply.ts'
import { fill, words } from './sentences.ts'
import { formatDuration, inDays } from './words.ts'

const SAYS = {
  lastDay: '24 h {percent}',
  lastWeek: '7 d {percent}',
  lastMonth: '30 d {percent}',
  maintained: '{monitor} is in maintenance {until}',
  down: '{monitor} is down — {cause}',
  paused: '{monitor} is paused',
  pausedUntil: '{monitor} is paused {until}',
  pending: '{monitor} waits for its first look',
  degraded: '{monitor} is degraded',
  up: '{monitor} is up',
  open: 'open',
  noData: 'no data',
  response: 'avg {average} · p95 {p95}',
  expired: 'expired',
  daysLeft: '{length} left',
  noLook: 'none yet',
  burning: 'burning',
  burningAt: 'burning at {times} times the pace that lasts',
  resume: 'Resume',
  stats: 'Stats',
  incidents: 'Incidents',
  labels: {
    address: 'Address',
    state: 'State',
    every: 'Every',
    since: 'Since',
    uptime: 'Uptime',
    objective: 'Objective',
    response: 'Response',
    certificate: 'Certificate',
    dependsOn: 'Depends on',
    neededBy: 'Needed by',
    lastLook: 'Last look',
    cause: 'Cause',
    expected: 'Expected',
    lastGood: 'Last good',
    lastIncident: 'Last incident',
  },
} as const

type Fact = readonly [label: string, runs: readonly Run[]]

const SPANS = {
  '24h': { ms: DAY, said: SAYS.lastDay },
  '7d': { ms: 7 * DAY, said: SAYS.lastWeek },
  '30d': { ms: 30 * DAY, said: SAYS.lastMonth },
} as const

export async function showNamed(call: Call, typed: string): Promise<Reply> {
  const found = await findMonitor(call, typed, ({ monitor }) => press('show', monitor.id))
  return 'reply' in found ? found.reply : showReply(call, found.view)
}

/** Everything about one, with what can be done as buttons. */
async function showReply(call: Call, view: MonitorView): Promise<Reply> {
  const { db, now } = call
  const { id } = view.monitor
  const uptimes: Record<string, number | null> = {}
  for (const [span, { ms }] of Object.entries(SPANS)) {
    const times: ReadonlyMap<MonitorId, Observed> = await observedTime(db, [id], now - ms, now)
    uptimes[span] = uptimePercent(times.get(id)!)
  }
  const objective = await readObjective(db, id, now)
  const response = await responseTimes(db, id, now - DAY)
  const [last] = await listIncidents(db, { monitorId: id }, { limit: 1, offset: 0 })
  const sign = signOf(view, now)
  const ties = await listTies(db, view.monitor)
  const uptime = Object.entries(SPANS).map(([span, { said }]) =>
    fill(said, { percent: formatPercent(uptimes[span]!) }),
  )
  const pairs: (Fact | null)[] = [
    [SAYS.labels.address, [address(view.monitor.url)]],
    ...maintenanceFacts(view, now),
    [SAYS.labels.every, [text(formatDuration(view.monitor.intervalMs))]],
    sinceFact(view, last, now),
    [SAYS.labels.uptime, dotted(...uptime)],
    objectiveFact(objective),
    responseFact(response),
    certificateFact(view, now),
    ...namesFact(SAYS.labels.dependsOn, ties.dependsOn),
    ...namesFact(SAYS.labels.neededBy, ties.neededBy),
    lastLookFact(view),
    ...failingFacts(view),
    last === undefined
      ? null
      : [
          SAYS.labels.lastIncident,
          dotted(
            `#${last.id}`,
            [time(last.started_at, 'relative')],
            causeWords(last.code, last.http_status),
            last.resolved_at === null
              ? SAYS.open
              : formatDuration(last.resolved_at - last.started_at),
          ),
        ],
  ]
  return say(headline(view, now), {
    ...signed(sign),
    body: [facts(...pairs.filter((pair) => pair !== null))],
    actions: actionsOf(view),
    exitCode: sign === 'down' ? 1 : 0,
    value: {
      ...monitorValue(view, now),
      ...ties,
      uptime: uptimes,
      objective: objective === undefined ? null : objectiveValue(objective),
      response,
      lastIncident: last === undefined ? null : incidentValue(last),
    },
  })
}

function headline(view: MonitorView, now: Instant): Run[] {
  const { monitor, state } = view
  const of = { monitor: name(monitor.name) }
  if (signOf(view, now) === 'maintenance')
    return fill(SAYS.maintained, { ...of, until: untilRuns(state.maintainedUntil!, now) })
  switch (shownStatus(view)) {
    case 'down':
      return fill(SAYS.down, {
        ...of,
        cause: causeWords(state.lastCode ?? '', state.latest?.details?.http?.status),
      })
    case 'paused':
      return monitor.pausedUntil === null
        ? fill(SAYS.paused, of)
        : fill(SAYS.pausedUntil, { ...of, until: untilRuns(monitor.pausedUntil, now) })
    case 'pending':
      return fill(SAYS.pending, of)
    case 'degraded':
      return dotted(fill(SAYS.degraded, of), msOf(state.lastMs))
    default:
      return dotted(fill(SAYS.up, of), msOf(state.lastMs))
  }
}

/** What a window lies over: the looks go on. */
const maintenanceFacts = (view: MonitorView, now: Instant): Fact[] =>
  signOf(view, now) === 'maintenance' ? [[SAYS.labels.state, stateTail(view, { now })]] : []

const namesFact = (label: string, names: readonly string[]): Fact[] =>
  names.length === 0 ? [] : [[label, nameRuns(names)]]

const msOf = (ms: number | null): string | null => (ms === null ? null : formatMs(ms))

function sinceFact({ state }: MonitorView, last: Incident | undefined, now: Instant): Fact | null {
  const since = last?.resolved_at === null ? last.started_at : state.changedAt
  return since === null ? null : [SAYS.labels.since, [text(formatAge(now - since))]]
}

function burningWords({ isBurning, leftMs, burnRate }: Objective): string | null {
  if (!isBurning || leftMs < 0) return null
  return burnRate > 0 ? words(SAYS.burningAt, { times: burnRate }) : SAYS.burning
}

const objectiveFact = (it: Objective | undefined): Fact | null =>
  it === undefined
    ? null
    : [SAYS.labels.objective, dotted(sloWords(it.slo), leftRuns(it), burningWords(it))]

const objectiveValue = (it: Objective) => ({
  ...it.slo,
  ...budgetValue(it),
  uptime: it.uptime,
  burnRate: it.burnRate,
})

const responseFact = (it: {
  readonly avgMs: number | null
  readonly p95Ms: number | null
}): Fact => [
  SAYS.labels.response,
  it.avgMs === null || it.p95Ms === null
    ? fill(SAYS.noData)
    : fill(SAYS.response, { average: formatMs(it.avgMs), p95: formatMs(it.p95Ms) }),
]

function certificateFact({ state }: MonitorView, now: Instant): Fact | null {
  const certificate = state.latest?.details?.certificate
  if (certificate === undefined) return null
  const left = Math.floor((Date.parse(certificate.validTo) - now) / DAY)
  return [
    SAYS.labels.certificate,
    left < 0 ? fill(SAYS.expired) : fill(SAYS.daysLeft, { length: inDays(left) }),
  ]
}

const lastLookFact = ({ state }: MonitorView): Fact =>
  state.lastCheckAt === null
    ? [SAYS.labels.lastLook, fill(SAYS.noLook)]
    : [
        SAYS.labels.lastLook,
        dotted(
          [time(state.lastCheckAt, 'relative')],
          state.lastCode === null || state.lastCode === 'ok'
            ? null
            : causeWords(state.lastCode, state.latest?.details?.http?.status),
        ),
      ]

function failingFacts({ monitor, state }: MonitorView): Fact[] {
  if (!monitor.isActive || state.status !== 'down') return []
  return [
    [SAYS.labels.cause, causeRuns(state.lastMessage ?? '', state.lastCode)],
    [SAYS.labels.expected, [verbatim(PROBES[monitor.type].expected(monitor.options as never))]],
    ...(state.lastGoodAt === null
      ? []
      : [[SAYS.labels.lastGood, [time(state.lastGoodAt, 'relative')]] as const]),
  ]
}

function actionsOf({ monitor }: MonitorView): Action[] {
  const { id } = monitor
  return [
    checkButton(id),
    monitor.isActive
      ? pauseButton(id)
      : { label: SAYS.resume, press: press('resume', id), line: `resume #${id}` },
    { label: SAYS.stats, press: press('stats', id), line: `stats #${id}` },
    { label: SAYS.incidents, press: press('incs', 1, id.toString(36)), line: `incidents #${id}` },
  ]
}

export const show = accountCommand({
  name: 'show',
  summary: 'Everything about one monitor, with what can be done',
  example: 'show shop',
  group: 'see',
  options: [monitorOption('Which monitor')],
  schema: { monitor: monitorRule },
  role: 'viewer',
  doing: 'Looking at a monitor',
  run: (call, { monitor }) => showNamed(call, monitor),
  presses: {
    show: async (call, { id }) => showReply(call, await getMonitor(call.db, call.deps.sealer, id)),
  },
})
