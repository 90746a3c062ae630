import { setImmediate as others } from 'node:timers/promises'
import { countByMonitor, type IncidentCount } from '../incidents/index.ts'
import { DAY, type Instant, SECOND } from '../kernel/index.ts'
import { type Figures, listFigures } from '../monitors/index.ts'
import type { AccountDb } from '../storage/index.ts'

/** Targets read at once: nothing else waits longer for them than some tens of milliseconds. */
const AT_ONCE = 200

const FAMILIES = {
  uptalk_target_up: [
    'gauge',
    'Whether a target is up, degraded too; those paused or not looked at yet are left out.',
  ],
  uptalk_target_state: ['gauge', 'The state a target is in: 1 for that one, 0 for the others.'],
  uptalk_target_maintenance: ['gauge', 'Whether a target is in maintenance.'],
  uptalk_target_response_seconds: [
    'gauge',
    'How long the last check of a target took, where it passed.',
  ],
  uptalk_target_phase_seconds: [
    'gauge',
    'How long each part of the last check of a target took, where it passed.',
  ],
  uptalk_target_last_check_timestamp_seconds: ['gauge', 'When a target was last checked.'],
  uptalk_target_certificate_days: [
    'gauge',
    'Days until the certificate ends that the last check of a target met; negative once it has.',
  ],
  uptalk_target_domain_days: [
    'gauge',
    'Days until the registration of a target ends, as its last check found; negative once it has.',
  ],
  uptalk_incidents_open: ['gauge', 'How many incidents of a target are open.'],
  uptalk_incidents_total: ['counter', 'How many incidents a target has had.'],
} as const

type Family = keyof typeof FAMILIES
type Texts = Record<Family, string>

const STATES = ['up', 'degraded', 'down', 'pending', 'paused'] as const

const PHASES = {
  dns: 'dns',
  connect: 'connect',
  tls: 'tls',
  firstByte: 'first_byte',
  body: 'body',
} as const

/** As the wire names them. */
const SEVERITIES: Readonly<Record<string, readonly string[]>> = {
  down: ['down'],
  warning: ['warning', 'degraded'],
}

const escaped = (text: string): string =>
  text
    .replaceAll('\\', String.raw`\\`)
    .replaceAll('"', String.raw`\"`)
    .replaceAll('\n', String.raw`\n`)

const daysUntil = (iso: string, now: Instant): number => (Date.parse(iso) - now) / DAY

const sumOf = (counts: readonly IncidentCount[], what: 'total' | 'open'): number =>
  counts.reduce((sum, it) => sum + it[what], 0)

type Put = (family: Family, value: number, more?: string) => void

/** The series of one target. */
function putTarget(put: Put, it: Figures, now: Instant): void {
  const { status, lastStatus, lastMs, lastCheckAt, latest } = it
  const isLooked = status !== 'paused' && status !== 'pending'
  if (isLooked) put('uptalk_target_up', status === 'down' ? 0 : 1)
  for (const state of STATES)
    put('uptalk_target_state', state === status ? 1 : 0, `,state="${state}"`)
  put('uptalk_target_maintenance', it.isInMaintenance ? 1 : 0)
  if (isLooked && lastMs !== null && (lastStatus === 'up' || lastStatus === 'degraded')) {
    put('uptalk_target_response_seconds', lastMs / SECOND)
    for (const [name, phase] of Object.entries(PHASES)) {
      const ms = latest?.timings[name as keyof typeof PHASES]
      if (ms !== undefined) put('uptalk_target_phase_seconds', ms / SECOND, `,phase="${phase}"`)
    }
  }
  if (lastCheckAt !== null) put('uptalk_target_last_check_timestamp_seconds', lastCheckAt / SECOND)
  const { certificate, domain } = latest?.details ?? {}
  if (certificate !== undefined)
    put('uptalk_target_certificate_days', daysUntil(certificate.validTo, now))
  if (domain !== undefined && domain.expiresAt !== null)
    put('uptalk_target_domain_days', daysUntil(domain.expiresAt, now))
}

function putIncidents(put: Put, counts: readonly IncidentCount[]): void {
  put('uptalk_incidents_open', sumOf(counts, 'open'))
  for (const [severity, kept] of Object.entries(SEVERITIES)) {
    const ofIt = counts.filter((it) => kept.includes(it.severity))
    put('uptalk_incidents_total', sumOf(ofIt, 'total'), `,severity="${severity}"`)
  }
}

/**
 * The targets a handle reaches, in Prometheus' text format. Written by hand: with ten thousand
 * targets prom-client needs more than a second for it, in which nothing else runs.
 */
export async function targetMetrics(db: AccountDb, now: Instant): Promise<string> {
  const families = Object.keys(FAMILIES) as Family[]
  const texts = Object.fromEntries(families.map((name) => [name, ''])) as Texts
  let after = 0
  for (;;) {
    const targets = await listFigures(db, now, { after, limit: AT_ONCE })
    if (targets.length === 0) break
    const ids = targets.map(({ id }) => id)
    const incidents = await countByMonitor(db, ids)
    for (const it of targets) {
      const labels = `id="${it.id}",name="${escaped(it.name)}",type="${it.type}"`
      const put: Put = (family, value, more = '') => {
        texts[family] += `${family}{${labels}${more}} ${value}\n`
      }
      putTarget(put, it, now)
      putIncidents(put, incidents.get(it.id) ?? [])
    }
    after = ids.at(-1)!
    await others()
  }
  return families
    .filter((name) => texts[name] !== '')
    .map((name) => {
      const [type, help] = FAMILIES[name]
      return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${texts[name]}\n`
    })
    .join('')
}
