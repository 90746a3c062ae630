import { z } from 'zod'
import { type Instant, MINUTE, plain, SECOND, toIso, isoOrNull } from '../kernel/index.ts'
import type { Glance } from '../monitors/index.ts'
import { formatPercent } from '../stats/index.ts'
import {
  findPublicPage,
  getStatusPage,
  listShown,
  overallStatus,
  readIncidents,
  readUptimes,
  type ShownIncident,
  type StatusPage,
  type Uptimes,
} from '../status-pages/index.ts'
import { type AccountDb, bindAccount } from '../storage/index.ts'
import type { ApiDeps } from './deps.ts'
import { CONTENT_TYPE } from './negotiate.ts'
import { choice } from './parameters.ts'
import { Problem } from './problem.ts'
import { document, publicRoute, type PublicRoute } from './public-route.ts'
import type { Rendered } from './render.ts'
import { type Shown, STATUS_POLICY, statusHtml } from './status-html.ts'
import { jsonSchemaOf, wire } from './wire.ts'

const SVG = 'image/svg+xml'
const PERCENT = wire.percent.nullable()

const shape = z.object({
  slug: wire.text,
  title: wire.text,
  status: wire.one('up', 'degraded', 'down', 'maintenance', 'unknown'),
  updatedAt: wire.time,
  targets: z.array(
    z.object({
      id: wire.id,
      name: wire.text,
      type: wire.text,
      url: wire.text.nullable(),
      status: wire.one('up', 'degraded', 'down', 'paused', 'pending', 'maintenance'),
      since: wire.time.nullable(),
      uptime24h: PERCENT,
      uptime7d: PERCENT,
      uptime30d: PERCENT,
      lastResponseTime: wire.number.nullable(),
    }),
  ),
  incidents: z.array(
    z.object({
      target: wire.id,
      targetName: wire.text,
      startedAt: wire.time,
      endedAt: wire.time.nullable(),
      durationSeconds: wire.whole,
      severity: wire.one('down', 'warning'),
      acknowledgedAt: wire.time.nullable(),
    }),
  ),
})

/** Anybody's page may show it, and keep it for a minute. */
const OPEN = { 'access-control-allow-origin': '*' } as const
const KEPT = { 'cache-control': 'public, max-age=60' } as const

/** One text for a page that is not there, one nobody may see yet, and a target that is not on it. */
const absent = (): Problem =>
  new Problem('not-found', 'Nothing public is at this address.', {}, OPEN)

interface Seen {
  readonly db: AccountDb
  readonly page: StatusPage
  readonly now: Instant
}

/** The page at a slug, and the handle of the account it belongs to. @throws Problem `not-found` */
async function open({ db, clock }: ApiDeps, slug: string | undefined): Promise<Seen> {
  const found = slug === undefined ? undefined : await findPublicPage(db, slug)
  if (found === undefined) throw absent()
  const bound = bindAccount(db, found.accountId)
  return { db: bound, page: await getStatusPage(bound, found.id), now: clock.now() }
}

/** By the minute: whoever asks again within it is told that nothing changed. */
const madeAt = (now: Instant): Instant => now - (now % MINUTE)

const targetFields = (it: Shown['monitors'][number], { showUrls }: StatusPage) => ({
  id: it.id,
  name: it.name,
  type: it.type,
  url: showUrls ? it.url : null,
  status: it.status,
  since: isoOrNull(it.since),
  uptime24h: it.uptime24h,
  uptime7d: it.uptime7d,
  uptime30d: it.uptime30d,
  lastResponseTime: it.lastMs,
})

const incidentFields = (it: ShownIncident, now: Instant) => ({
  target: it.monitorId,
  targetName: it.name,
  startedAt: toIso(it.started_at),
  endedAt: isoOrNull(it.resolved_at),
  durationSeconds: Math.max(0, Math.floor(((it.resolved_at ?? now) - it.started_at) / SECOND)),
  severity: it.severity === 'down' ? 'down' : 'warning',
  acknowledgedAt: isoOrNull(it.acknowledged_at),
})

const pageFields = ({ page, now }: Seen, { monitors, incidents }: Shown) => ({
  slug: page.slug,
  title: page.title,
  status: overallStatus(monitors),
  updatedAt: toIso(madeAt(now)),
  targets: monitors.map((it) => targetFields(it, page)),
  incidents: incidents.map((it) => incidentFields(it, now)),
})

const NO_DATA: Uptimes = { uptime24h: null, uptime7d: null, uptime30d: null }

/**
 * Reads all of a page. Strangers may ask as often as they like, so what is dear of it, the uptimes,
 * is read once a minute; a change of the page shows at once.
 */
function shownReader(): (seen: Seen) => Promise<Shown> {
  const kept = new Map<
    StatusPage['id'],
    {
      readonly rev: number
      readonly until: Instant
      readonly uptimes: ReturnType<typeof readUptimes>
    }
  >()
  const uptimesOf = ({ db, page: { id, rev }, now }: Seen, monitors: readonly Glance[]) => {
    const known = kept.get(id)
    if (known !== undefined && known.rev === rev && now < known.until) return known.uptimes
    const uptimes = readUptimes(
      db,
      now,
      monitors.map((it) => it.id),
    )
    kept.set(id, { rev, until: now + MINUTE, uptimes })
    uptimes.catch(() => kept.delete(id))
    return uptimes
  }
  return async (seen) => {
    const { db, page, now } = seen
    const glances = await listShown(db, now, page)
    const uptimes = await uptimesOf(seen, glances)
    return {
      monitors: glances.map((it) => Object.assign(it, uptimes.get(it.id) ?? NO_DATA)),
      incidents: page.showIncidents ? await readIncidents(db, now, glances) : [],
    }
  }
}

const COLOURS = {
  up: 'brightgreen',
  degraded: 'yellow',
  down: 'red',
  maintenance: 'blue',
  paused: 'lightgrey',
  pending: 'lightgrey',
  unknown: 'lightgrey',
} as const

const LONGEST_LABEL = 160

/** The two that are no characters of XML would make a badge unreadable as a whole. */
const labelOf = (name: string): string =>
  plain(name.replaceAll(/[\uFFFE\uFFFF]/g, ''), LONGEST_LABEL)

async function badge(label: string, message: string, color: string): Promise<Rendered> {
  const { makeBadge } = await import('badge-maker')
  const svg = makeBadge({ label, message, color })
  const { headers, ...rest } = document(SVG, svg, String)
  return { ...rest, headers: { ...headers, ...OPEN, ...KEPT } }
}

const uptimeColour = (percent: number | null): string => {
  if (percent === null) return 'lightgrey'
  if (percent >= 99.9) return 'brightgreen'
  return percent >= 99 ? 'green' : percent >= 95 ? 'yellow' : 'red'
}

/** What strangers see, without a key: of one page each, and only while it is public. */
export function publicPages(): readonly PublicRoute[] {
  const readShown = shownReader()
  return [
    {
      path: '/status/{slug}.json',
      isNegotiated: false,
      summary: 'A status page for programs',
      answer: { types: ['application/json'], schema: jsonSchemaOf(shape, 'output') },
      run: async ({ deps, parts }) => {
        const seen = await open(deps, parts['slug'])
        const fields = pageFields(seen, await readShown(seen))
        const { headers, ...rest } = document(CONTENT_TYPE.json, fields)
        return { ...rest, headers: { ...headers, ...OPEN, ...KEPT } }
      },
    },
    {
      path: '/status/{slug}',
      isNegotiated: false,
      summary: 'A status page for people',
      answer: { types: ['text/html'] },
      run: async ({ deps, parts }) => {
        const seen = await open(deps, parts['slug'])
        const body = statusHtml(seen.page, await readShown(seen), madeAt(seen.now))
        const { headers, ...rest } = document('text/html; charset=utf-8', body, String)
        const policy = { 'content-security-policy': STATUS_POLICY }
        return { ...rest, headers: { ...headers, ...KEPT, ...policy } }
      },
    },
    {
      path: '/status/{slug}/badge.svg',
      isNegotiated: false,
      summary: 'How all of a status page is, as a badge',
      answer: { types: [SVG] },
      run: async ({ deps, parts }) => {
        const { db, page, now } = await open(deps, parts['slug'])
        const shown = await listShown(db, now, page)
        const status = overallStatus(shown)
        const those = shown.filter((it) => it.status === status).length
        const isSome = status !== 'up' && those > 0 && those < shown.length
        const message = isSome ? `${those} of ${shown.length} ${status}` : status
        return badge(labelOf(page.title), message, COLOURS[status])
      },
    },
    publicRoute({
      path: '/status/{slug}/targets/{id}/badge.svg',
      isNegotiated: false,
      summary: 'How one target of a status page is, as a badge',
      parameters: { metric: choice({ STATUS: ['status'], UPTIME: ['uptime'] }) },
      answer: { types: [SVG] },
      run: async ({ deps, parts, query }) => {
        const { db, page, now } = await open(deps, parts['slug'])
        const shown = await listShown(db, now, page)
        const it = shown.find(({ id }) => id === Number(parts['id']))
        if (it === undefined) throw absent()
        if (query.metric?.[0] !== 'uptime')
          return badge(labelOf(it.name), it.status, COLOURS[it.status])
        const percent = (await readUptimes(db, now, [it.id])).get(it.id)!.uptime30d
        return badge(
          `${labelOf(it.name)} uptime 30 d`,
          formatPercent(percent),
          uptimeColour(percent),
        )
      },
    }),
  ]
}
