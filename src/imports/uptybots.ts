import type { PastIncident } from '../incidents/index.ts'
import { type Clock, DAY, HOUR, type Instant, plain, SECOND, toIso } from '../kernel/index.ts'
import { CODES, PROBES } from '../probes/index.ts'
import { type PastFigures, PastTally } from '../stats/index.ts'
import { causeOf } from './cause.ts'
import { Fitting } from './fit.ts'
import type { Past, PastBounds, Source, SourceMonitor } from './source.ts'
import { isJson, type Json, UptyBotsClient } from './uptybots-client.ts'
import { intervalOf, numberIn, textIn, wantedOf } from './uptybots-target.ts'

const REASONS = ['resolved', 'paused', 'deleted', 'changed'] as const
const LONGEST_NOTE = 1000

/** Null for what is no time. */
function momentIn(json: Json, field: string): Instant | null {
  const at = Date.parse(textIn(json, field))
  return Number.isNaN(at) ? null : at
}

/** Of a bucket that is over; what UptyBots does not say is reckoned from the target's rhythm. */
function figuresOf(it: Json, sizeMs: number, intervalMs: number): PastFigures | undefined {
  const uptime = numberIn(it, 'uptime')
  const seconds = (field: string, otherwise: number): number =>
    Math.round((numberIn(it, field) ?? otherwise / SECOND) * SECOND)
  const observed = uptime === null ? 0 : Math.min(sizeMs, seconds('observedSeconds', sizeMs))
  const downShare = uptime === null ? 0 : 1 - Math.min(100, Math.max(0, uptime)) / 100
  const reckoned = observed === 0 ? 0 : Math.max(1, Math.round(observed / intervalMs))
  const checks = Math.round(numberIn(it, 'checks') ?? reckoned)
  const failures = Math.round(numberIn(it, 'failures') ?? checks * downShare)
  const [least, average, most, p95] = ['min', 'avg', 'max', 'p95'].map((name) => {
    const ms = numberIn(it, `${name}ResponseTime`)
    return ms === null ? null : Math.max(0, Math.round(ms))
  }) as [number | null, number | null, number | null, number | null]
  if (checks <= 0) return undefined
  const good = average === null ? 0 : Math.max(0, checks - failures)
  return {
    checks,
    failures: Math.min(checks, failures),
    good,
    degraded: 0,
    sum_ms: good * (average ?? 0),
    min_ms: good === 0 ? null : (least ?? average),
    max_ms: good === 0 ? null : (most ?? average),
    p95_ms: p95,
    observed_ms: observed,
    down_ms: Math.min(observed, seconds('downtimeSeconds', observed * downShare)),
  }
}

function notesOf(incident: Json): PastIncident['notes'] {
  const notes: unknown = incident['notes']
  return (Array.isArray(notes) ? notes.filter(isJson) : []).map((it) => ({
    text: plain(textIn(it, 'text'), LONGEST_NOTE),
    author: plain(textIn(it, 'author'), 50),
    createdAt: momentIn(it, 'createdAt') ?? momentIn(incident, 'startedAt') ?? 0,
  }))
}

/** Undefined for one without a beginning. `lastSeen`: when what is open was last looked at. */
function incidentOf(it: Json, type: unknown, lastSeen: Instant): PastIncident | undefined {
  const startedAt = momentIn(it, 'startedAt')
  if (startedAt === null) return undefined
  const endedAt = momentIn(it, 'endedAt')
  const said = causeOf(type, textIn(it, 'errorMessage'))
  const code = textIn(it, 'errorCode')
  const acknowledgedAt = momentIn(it, 'acknowledgedAt')
  const reason = REASONS.find((known) => known === it['endReason']) ?? 'resolved'
  return {
    severity: it['severity'] === 'warning' ? 'warning' : 'down',
    startedAt,
    resolvedAt: Math.max(startedAt, endedAt ?? lastSeen),
    endReason: endedAt === null ? 'paused' : reason,
    code: Object.hasOwn(CODES, code) ? code : said.code,
    message: said.message,
    httpStatus: numberIn(it, 'httpStatus') ?? said.httpStatus,
    failures: 1,
    lastGoodAt: null,
    lastGoodMs: null,
    acknowledgedAt,
    acknowledgedBy: acknowledgedAt === null ? null : plain(textIn(it, 'acknowledgedBy'), 50),
    notes: notesOf(it),
  }
}

/**
 * The monitors of an UptyBots account with their history; of any server that speaks as it does.
 * @throws SourceTrouble
 */
export async function openUptyBots(
  reach: { readonly url: string; readonly key: string; readonly clock: Clock },
  minIntervalSeconds: number,
): Promise<Source> {
  const client = new UptyBotsClient(reach)
  const monitors: SourceMonitor[] = []
  for await (const { id } of client.list('/api/targets', { 'order[id]': 'asc' })) {
    if (typeof id !== 'number') continue
    // A list does not say all of it.
    const target = await client.get(`/api/targets/${id}`)
    monitors.push({
      reference: `uptybots:${id}`,
      name: textIn(target, 'name'),
      type: textIn(target, 'type'),
      wanted: wantedOf(target, minIntervalSeconds, new Fitting()),
      readPast: (bounds) => readPast(client, target, bounds),
    })
  }
  return { monitors, left: { notifications: 0, statusPages: 0 } }
}

async function readPast(client: UptyBotsClient, target: Json, bounds: PastBounds): Promise<Past> {
  const mine = { 'target.id': String(target['id']) }
  const type = textIn(target, 'type') as keyof typeof PROBES
  const intervalMs = (intervalOf(target) ?? PROBES[type].defaultIntervalSeconds) * SECOND
  const figures = async (name: string, size: number, from: Instant) => {
    const found = new Map<Instant, PastFigures>()
    const since = { 'date[after]': toIso(from).slice(0, 10) }
    for await (const it of client.list(`/api/target_stats_${name}`, { ...mine, ...since })) {
      const at = momentIn(it, 'date')
      if (at === null || at % size !== 0 || at + size > bounds.now) continue
      const made = figuresOf(it, size, intervalMs)
      if (made !== undefined) found.set(at, made)
    }
    return found
  }
  const hours = await figures('hourlies', HOUR, bounds.hoursFrom)
  const days = await figures('dailies', DAY, bounds.daysFrom)
  const lastSeen = Math.min(bounds.now, momentIn(target, 'lastCheckAt') ?? bounds.now)
  const incidents: PastIncident[] = []
  for await (const it of client.list('/api/target_incidents', mine)) {
    const incident = incidentOf(it, type, lastSeen)
    if (incident !== undefined && incident.startedAt <= bounds.now) incidents.push(incident)
  }
  return {
    history: new PastTally(bounds).done({ hours, days }),
    incidents: incidents.toSorted((a, b) => a.startedAt - b.startedAt),
    notes: [],
  }
}
