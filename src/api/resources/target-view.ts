import { DAY, type Instant, SECOND, toIso, isoOrNull } from '../../kernel/index.ts'
import {
  isInMaintenance,
  type ListedView,
  type MonitorView,
  slotAfter,
} from '../../monitors/index.ts'
import { readObjective } from '../../objectives/index.ts'
import { PROBES } from '../../probes/index.ts'
import { type Observed, observedTime, responseTimes, uptimePercent } from '../../stats/index.ts'
import { type Answer, type Call, toldTo } from '../route.ts'
import { toFrequency } from './target-interval.ts'
import { shownOptions } from './target-options.ts'

export const PATH = '/api/targets'

const targetPath = ({ monitor }: ListedView): string => `${PATH}/${monitor.id}`

const SUMMARY = { pending: 'PENDING', up: 'GOOD', degraded: 'GOOD', down: 'ERROR' } as const

/** Null while paused; something not looked at since it was changed is due since then. */
function nextCheckAt({ monitor, state }: ListedView, now: Instant): Instant | null {
  if (!monitor.isActive) return null
  if (state.status === 'pending' && state.lastStatus === null) return monitor.updatedAt
  return state.retryAt ?? slotAfter(monitor.id, monitor.intervalMs, now)
}

function messageOf({ monitor, state }: ListedView, call: Call): string | null {
  const { lastMessage, lastCode, latest } = state
  const where = { url: monitor.url, address: latest?.details?.address }
  return lastMessage === null ? null : toldTo(call, lastCode, lastMessage, where)
}

/** What a list shows of a target. */
function memberFields(view: ListedView, uptime24h: number | null, call: Call) {
  const { site, now } = call
  const { monitor, state } = view
  const hasTrouble = state.lastStatus !== null && state.lastStatus !== 'up'
  const intervalSeconds = monitor.intervalMs / SECOND
  return {
    id: monitor.id,
    name: monitor.name,
    url: monitor.url,
    type: monitor.type,
    user: site.iri(`/api/users/${monitor.accountId}`),
    isActive: monitor.isActive,
    frequency: toFrequency(intervalSeconds),
    intervalSeconds,
    requestTimeout: monitor.timeoutMs / SECOND,
    statusSummary: monitor.isActive ? SUMMARY[state.status] : 'PAUSED',
    isDegraded: monitor.isActive && state.status === 'degraded',
    isInMaintenance: isInMaintenance(view, now),
    lastCheckAt: isoOrNull(state.lastCheckAt),
    nextCheckAt: isoOrNull(nextCheckAt(view, now)),
    lastChangeAt: isoOrNull(state.changedAt),
    pausedUntil: isoOrNull(monitor.pausedUntil),
    lastResponseTime: state.lastMs,
    lastErrorCode: hasTrouble ? state.lastCode : null,
    lastErrorMessage: hasTrouble ? messageOf(view, call) : null,
    uptime24h,
    expiresAt: isoOrNull(monitor.expiresAt),
    externalRef: monitor.externalRef,
    managedBy: monitor.managedBy,
    tags: monitor.tags,
    dependsOn: monitor.dependsOn.map((id) => site.iri(`${PATH}/${id}`)),
    createdAt: toIso(monitor.createdAt),
    updatedAt: toIso(monitor.updatedAt),
  }
}

/** The policy as the wire shows it: channels by their IRIs. */
function shownPolicy({ monitor }: MonitorView, { site }: Call) {
  const { channels, escalateTo, ...more } = monitor.policy
  const iri = (id: number) => site.iri(`/api/channels/${id}`)
  return {
    ...more,
    escalateTo: escalateTo.map(iri),
    channels: channels?.map(iri) ?? null,
  }
}

const toSeconds = (ms: number): number => Math.round(ms / SECOND)

/** The objective with what is left of its budget. */
async function shownSlo({ db, now }: Call, { monitor }: MonitorView) {
  const { slo } = monitor
  const of = slo === null ? undefined : await readObjective(db, monitor.id, now)
  if (of === undefined) return slo
  return {
    ...slo,
    budgetSeconds: toSeconds(of.budgetMs),
    budgetLeftSeconds: toSeconds(of.leftMs),
    downtimeSeconds: toSeconds(of.downMs),
    uptime: of.uptime,
    burnRate: of.burnRate,
    isBurning: of.isBurning,
  }
}

/** What somebody may have set of a target, secrets redacted. */
export function writtenFields(view: MonitorView, call: Call): Readonly<Record<string, unknown>> {
  const { monitor } = view
  const { frequency, intervalSeconds, requestTimeout, ...more } = memberFields(view, null, call)
  const { name, url, type, isActive, expiresAt, tags, dependsOn } = more
  return {
    name,
    url,
    type,
    isActive,
    frequency,
    intervalSeconds,
    requestTimeout,
    expiresAt,
    tags,
    dependsOn,
    slo: monitor.slo,
    ...Object.fromEntries(
      Object.entries(shownPolicy(view, call)).map(([field, value]) => [
        `alertPolicy.${field}`,
        value,
      ]),
    ),
    ...Object.fromEntries(
      Object.entries(shownOptions(monitor.type, monitor.options, true)).map(([field, value]) => [
        `${PROBES[monitor.type].optionsName}.${field}`,
        value,
      ]),
    ),
  }
}

const NOTHING: Observed = { observedMs: 0, downMs: 0 }

async function uptimes(
  { db, now }: Call,
  views: readonly ListedView[],
  days: number,
): Promise<(view: ListedView) => number | null> {
  const ids = views.map(({ monitor }) => monitor.id)
  const observed = await observedTime(db, ids, now - days * DAY, now)
  return ({ monitor }) => uptimePercent(observed.get(monitor.id) ?? NOTHING)
}

/** The targets of one page. */
export async function targetMembers(call: Call, views: readonly ListedView[]) {
  const uptime24h = await uptimes(call, views, 1)
  return views.map((view) => ({
    path: targetPath(view),
    fields: memberFields(view, uptime24h(view), call),
  }))
}

const daysTo = (expiresAt: string, now: Instant): number =>
  Math.floor((Date.parse(expiresAt) - now) / DAY)

/** The certificate the latest look met; it grows older between looks. */
function shownCertificate({ state }: MonitorView, now: Instant) {
  const seen = state.latest?.details?.certificate
  if (seen === undefined) return null
  return {
    isValid: seen.problems.length === 0,
    issuer: seen.issuer,
    subject: seen.subject,
    validFrom: seen.validFrom,
    expiresAt: seen.validTo,
    daysLeft: daysTo(seen.validTo, now),
  }
}

function shownDomain({ state }: MonitorView, now: Instant) {
  const seen = state.latest?.details?.domain
  if (seen === undefined) return null
  const { registrar, expiresAt, source } = seen
  return {
    registrar,
    expiresAt,
    daysLeft: expiresAt === null ? null : daysTo(expiresAt, now),
    source,
  }
}

/** A target with everything there is to it. */
export async function targetItem(
  call: Call,
  view: MonitorView,
  status: 200 | 201 = 200,
): Promise<Answer> {
  const { db, now, principal } = call
  const { monitor } = view
  const [day, week, month] = [
    await uptimes(call, [view], 1),
    await uptimes(call, [view], 7),
    await uptimes(call, [view], 30),
  ]
  const times = await responseTimes(db, monitor.id, now - DAY)
  const { createdAt, updatedAt, ...member } = memberFields(view, day(view), call)
  return {
    kind: 'item',
    type: 'Target',
    path: targetPath(view),
    rev: monitor.rev,
    status,
    fields: {
      ...member,
      alertPolicy: shownPolicy(view, call),
      slo: await shownSlo(call, view),
      [PROBES[monitor.type].optionsName]: shownOptions(
        monitor.type,
        monitor.options,
        principal.scope !== 'read',
      ),
      ssl: shownCertificate(view, now),
      domain: shownDomain(view, now),
      stats: {
        uptime24h: day(view),
        uptime7d: week(view),
        uptime30d: month(view),
        avgResponseTime24h: times.avgMs,
        p95ResponseTime24h: times.p95Ms,
        checks24h: times.count,
      },
      createdAt,
      updatedAt,
    },
  }
}
