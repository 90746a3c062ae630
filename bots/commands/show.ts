import { type Incident, listIncidents } from '../../src/incidents/index.ts'
import { DAY, type Instant, type MonitorId } from '../../src/kernel/index.ts'
import { getMonitor, listTies, type MonitorView, shownStatus } from '../../src/monitors/index.ts'
import { PROBES } from '../../src/probes/index.ts'
import {
  formatPercent,
  type Observed,
  observedTime,
  responseTimes,
  uptimePercent,
} from '../../src/stats/index.ts'
import { accountCommand, type Call } from './command.ts'
import { dotted, press, say, signed } from './compose.ts'
import { findMonitor } from './find.ts'
import { monitorOption, monitorRule } from './options.ts'
import { causeWords, formatAge, formatMs } from './phrases.ts'
import { incidentValue, monitorValue, nameRuns, signOf, stateTail, untilRuns } from './present.ts'
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
import { formatDuration } from './words.ts'

type Fact = readonly [label: string, runs: readonly Run[]]

export async function showNamed(call: Call, typed: string): Promise<Reply> {
  const found = await findMonitor(call, typed, ({ monitor }) => press('show', monitor.id))
  return 'reply' in found ? found.reply : showReply(call, found.view)
}

/** Everything about one, with what can be done as buttons. */
async function showReply(call: Call, view: MonitorView): Promise<Reply> {
  const { db, now } = call
  const { id } = view.monitor
  const spans = { '24 h': DAY, '7 d': 7 * DAY, '30 d': 30 * DAY } as const
  const uptimes: [string, number | null][] = []
  for (const [label, ms] of Object.entries(spans)) {
    const times: ReadonlyMap<MonitorId, Observed> = await observedTime(db, [id], now - ms, now)
    uptimes.push([label, uptimePercent(times.get(id)!)])
  }
  const response = await responseTimes(db, id, now - DAY)
  const [last] = await listIncidents(db, { monitorId: id }, { limit: 1, offset: 0 })
  const sign = signOf(view, now)
  const ties = await listTies(db, view.monitor)
  const uptime = uptimes.map(([label, it]) => `${label} ${formatPercent(it)}`).join(' · ')
  const pairs: (Fact | null)[] = [
    ['Address', [address(view.monitor.url)]],
    ...maintenanceFacts(view, now),
    ['Every', [text(formatDuration(view.monitor.intervalMs))]],
    sinceFact(view, last, now),
    ['Uptime', [text(uptime)]],
    responseFact(response),
    certificateFact(view, now),
    ...namesFact('Depends on', ties.dependsOn),
    ...namesFact('Needed by', ties.neededBy),
    lastLookFact(view),
    ...failingFacts(view),
    last === undefined
      ? null
      : [
          'Last incident',
          dotted(
            `#${last.id}`,
            [time(last.started_at, 'relative')],
            causeWords(last.code, last.http_status),
            last.resolved_at === null ? 'open' : formatDuration(last.resolved_at - last.started_at),
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
      uptime: Object.fromEntries(uptimes.map(([label, it]) => [label.replace(' ', ''), it])),
      response,
      lastIncident: last === undefined ? null : incidentValue(last),
    },
  })
}

function headline(view: MonitorView, now: Instant): Run[] {
  const { monitor, state } = view
  const called = name(monitor.name)
  if (signOf(view, now) === 'maintenance')
    return [called, text(' is in maintenance '), ...untilRuns(state.maintainedUntil!, now)]
  switch (shownStatus(view)) {
    case 'down':
      return [
        called,
        text(` is down — ${causeWords(state.lastCode ?? '', state.latest?.details?.http?.status)}`),
      ]
    case 'paused':
      return [
        called,
        text(' is paused'),
        ...(monitor.pausedUntil === null
          ? []
          : [text(' '), ...untilRuns(monitor.pausedUntil, now)]),
      ]
    case 'pending':
      return [called, text(' waits for its first look')]
    case 'degraded':
      return dotted([called, text(' is degraded')], msOf(state.lastMs))
    default:
      return dotted([called, text(' is up')], msOf(state.lastMs))
  }
}

/** What a window lies over: the looks go on. */
const maintenanceFacts = (view: MonitorView, now: Instant): Fact[] =>
  signOf(view, now) === 'maintenance' ? [['State', stateTail(view, { now })]] : []

const namesFact = (label: string, names: readonly string[]): Fact[] =>
  names.length === 0 ? [] : [[label, nameRuns(names)]]

const msOf = (ms: number | null): string | null => (ms === null ? null : formatMs(ms))

function sinceFact({ state }: MonitorView, last: Incident | undefined, now: Instant): Fact | null {
  const since = last?.resolved_at === null ? last.started_at : state.changedAt
  return since === null ? null : ['Since', [text(formatAge(now - since))]]
}

const responseFact = (it: {
  readonly avgMs: number | null
  readonly p95Ms: number | null
}): Fact => [
  'Response',
  [
    text(
      it.avgMs === null || it.p95Ms === null
        ? 'no data'
        : `avg ${formatMs(it.avgMs)} · p95 ${formatMs(it.p95Ms)}`,
    ),
  ],
]

function certificateFact({ state }: MonitorView, now: Instant): Fact | null {
  const certificate = state.latest?.details?.certificate
  if (certificate === undefined) return null
  const left = Math.floor((Date.parse(certificate.validTo) - now) / DAY)
  return ['Certificate', [text(left < 0 ? 'expired' : `${left} d left`)]]
}

const lastLookFact = ({ state }: MonitorView): Fact =>
  state.lastCheckAt === null
    ? ['Last look', [text('none yet')]]
    : [
        'Last look',
        dotted(
          [time(state.lastCheckAt, 'relative')],
          state.lastCode === null || state.lastCode === 'ok' ? null : causeWords(state.lastCode),
        ),
      ]

function failingFacts({ monitor, state }: MonitorView): Fact[] {
  if (!monitor.isActive || state.status !== 'down') return []
  return [
    ['Cause', [verbatim(state.lastMessage ?? ''), text(` (${state.lastCode})`)]],
    ['Expected', [verbatim(PROBES[monitor.type].expected(monitor.options as never))]],
    ...(state.lastGoodAt === null
      ? []
      : [['Last good', [time(state.lastGoodAt, 'relative')]] as const]),
  ]
}

function actionsOf({ monitor }: MonitorView): Action[] {
  const { id } = monitor
  return [
    { label: 'Check now', press: press('check', id), line: `check #${id}` },
    monitor.isActive
      ? { label: 'Pause 1 h', press: press('pause', id, '60'), line: `pause #${id} 1h` }
      : { label: 'Resume', press: press('resume', id), line: `resume #${id}` },
    { label: 'Stats', press: press('stats', id), line: `stats #${id}` },
    { label: 'Incidents', press: press('incs', 1, id.toString(36)), line: `incidents #${id}` },
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
