import { DAY, HOUR, MINUTE, SECOND, toIso } from '../../src/kernel/index.ts'
import { packHistory, recordSamples } from '../../src/stats/index.ts'
import { type House, openHouse } from './house.ts'

/** A row of a list as it should be, and what filters see of it. */
export interface Plain {
  readonly monitorId: number
  readonly at: number
  readonly status?: string
  readonly severity?: 'down' | 'warning'
  readonly isOpen?: boolean
  readonly channel?: string
  /** Of its fields those that are told here. */
  readonly shown: Readonly<Record<string, unknown>>
}

interface Look {
  readonly monitorId: number
  readonly at: number
  readonly status: 'up' | 'degraded' | 'down' | 'unknown'
  readonly ms: number
  readonly observedMs: number
}

interface Incident {
  readonly id: number
  readonly monitorId: number
  readonly severity: 'down' | 'degraded' | 'warning'
  readonly from: number
  readonly to: number | null
}

const EVERY = 20 * MINUTE
const CODES = { up: 'ok', degraded: 'slow', down: 'connect_refused', unknown: 'internal' } as const

/** Chance that repeats itself. */
function dice(seed: number): () => number {
  let state = seed
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648
    return state / 2_147_483_648
  }
}

/** Some days of looks up to now: on the hour and at other times, two monitors at once, with a gap. */
function drawLooks(monitorIds: readonly number[], from: number, to: number): Look[] {
  const roll = dice(7)
  const looks: Look[] = []
  for (const [index, monitorId] of monitorIds.entries())
    for (let at = from + (index === 2 ? 7 * SECOND : 0); at <= to; at += EVERY) {
      if (index === 2 && at > from + 20 * HOUR && at < from + 29 * HOUR) continue
      const chance = roll()
      const status =
        chance < 0.7 ? 'up' : chance < 0.8 ? 'degraded' : chance < 0.92 ? 'down' : 'unknown'
      const observedMs = status === 'unknown' ? 0 : EVERY
      looks.push({ monitorId, at, status, ms: Math.floor(roll() * 900), observedMs })
    }
  return looks
}

async function writeLooks(house: House, looks: readonly Look[]): Promise<void> {
  await recordSamples(
    house.db,
    looks.map((it) => ({ ...it, accountId: house.ours.id, code: CODES[it.status] })),
  )
  // What failed is kept whole.
  for (const it of looks.filter(({ status }) => status === 'down'))
    await house.db
      .insertInto('checks')
      .values({
        account_id: house.ours.id,
        monitor_id: it.monitorId,
        cause: 'schedule',
        started_at: it.at,
        finished_at: it.at + it.ms,
        outcome: JSON.stringify({
          status: it.status,
          code: CODES[it.status],
          message: 'refused',
          durationMs: it.ms,
          timings: { total: it.ms },
        }),
      })
      .execute()
}

async function writeIncidents(house: House, incidents: readonly Incident[]): Promise<void> {
  for (const { id, monitorId, severity, from, to } of incidents)
    await house.db
      .insertInto('incidents')
      .values({
        id,
        account_id: house.ours.id,
        monitor_id: monitorId,
        monitor_name: 'Shop',
        url: 'https://shop.example/',
        severity,
        started_at: from,
        detected_at: from,
        resolved_at: to,
        code: 'connect_refused',
        message: 'refused',
        failures: 2,
      })
      .execute()
}

const iri = (monitorId: number): string => `/api/targets/${monitorId}`

const overlap = (a: number, b: number, from: number, to: number): number =>
  Math.max(0, Math.min(b, to) - Math.max(a, from))

function percentOf(observedMs: number, downMs: number): number | null {
  if (observedMs === 0) return null
  const percent = Math.round(100_000 * (1 - downMs / observedMs)) / 1000
  return downMs > 0 ? Math.min(percent, 99.999) : percent
}

/** How one monitor was in one hour or day, counted look by look. */
function bucketOf(
  own: readonly Look[],
  outages: readonly Incident[],
  at: number,
  size: number,
): Plain {
  const made = own.filter((it) => it.at >= at && it.at < at + size)
  const good = made
    .filter(({ status }) => status === 'up' || status === 'degraded')
    .map(({ ms }) => ms)
    .toSorted((a, b) => a - b)
  let [observedMs, downMs] = [0, 0]
  for (const look of own) {
    const [begin, end] = [Math.max(at, look.at - look.observedMs), Math.min(at + size, look.at)]
    if (begin >= end) continue
    observedMs += end - begin
    for (const { from, to } of outages) downMs += overlap(from, to ?? Infinity, begin, end)
  }
  const [{ monitorId }] = own as [Look]
  const sum = good.reduce((all, ms) => all + ms, 0)
  return {
    monitorId,
    at,
    shown: {
      target: iri(monitorId),
      date: toIso(at),
      uptime: percentOf(observedMs, downMs),
      minResponseTime: good[0] ?? null,
      maxResponseTime: good.at(-1) ?? null,
      avgResponseTime: good.length === 0 ? null : Math.round(sum / good.length),
      p95ResponseTime: good[Math.ceil(good.length * 0.95) - 1] ?? null,
      checks: made.length,
      failures: made.filter(({ status }) => status === 'down').length,
      downtimeSeconds: Math.round(downMs / SECOND),
      observedSeconds: Math.round(observedMs / SECOND),
    },
  }
}

function bucketsOf(looks: readonly Look[], incidents: readonly Incident[], size: number): Plain[] {
  return [...Map.groupBy(looks, ({ monitorId }) => monitorId)]
    .flatMap(([monitorId, own]) => {
      const outages = incidents.filter((it) => it.monitorId === monitorId && it.severity === 'down')
      const begins = new Set(own.map(({ at }) => at - (at % size)))
      return [...begins].map((at) => bucketOf(own, outages, at, size))
    })
    .toSorted((a, b) => b.at - a.at || b.monitorId - a.monitorId)
}

/** As its id on the wire is: of what is kept whole in the order it was, of others beyond that. */
const numberOf = ({ monitorId, status }: Look): number =>
  status === 'down' ? monitorId : 1000 + monitorId

const checkOf = ({ monitorId, at, status, ms }: Look): Plain => ({
  monitorId,
  at,
  status,
  shown: {
    target: iri(monitorId),
    startedAt: toIso(at),
    status,
    code: CODES[status],
    durationMs: ms,
  },
})

const incidentOf = (it: Incident): Plain => ({
  monitorId: it.monitorId,
  at: it.from,
  severity: it.severity === 'down' ? 'down' : 'warning',
  isOpen: it.to === null,
  shown: {
    id: it.id,
    target: iri(it.monitorId),
    startedAt: toIso(it.from),
    endedAt: it.to === null ? null : toIso(it.to),
    isOpen: it.to === null,
    severity: it.severity === 'down' ? 'down' : 'warning',
  },
})

/** Tells each incident in several places, with all that may have come of it. */
async function tell(house: House, incidents: readonly Incident[]): Promise<Plain[]> {
  const told: Plain[] = []
  const states = ['pending', 'sent', 'failed', 'superseded'] as const
  for (const [index, kind] of ['discord', 'telegram', 'webhook', 'email'].entries())
    await house.db
      .insertInto('channels')
      .values({
        id: index + 1,
        account_id: house.ours.id,
        kind,
        name: kind,
        channel_id: `c${index}`,
        created_at: 1,
      })
      .execute()
  for (const [index, { id: incident, monitorId, from }] of incidents.entries())
    for (const [channel, kind] of ['discord', 'telegram', 'webhook', 'email'].entries()) {
      const state = states[(index + channel * 3) % states.length]!
      const { id } = await house.db
        .insertInto('notifications')
        .values({
          account_id: house.ours.id,
          channel_id: channel + 1,
          incident_id: incident,
          event: 'alert',
          rev: 1,
          state,
          due_at: from,
          created_at: from,
        })
        .returning('id')
        .executeTakeFirstOrThrow()
      const status = state === 'superseded' ? 'suppressed' : state
      told.push({
        monitorId,
        at: from,
        status,
        channel: kind,
        shown: {
          id,
          channel: kind,
          status,
          target: iri(monitorId),
          incident: `/api/target_incidents/${incident}`,
        },
      })
    }
  return told.toReversed()
}

/** Three targets of ours, one of theirs, and what every list of history should show of them. */
export interface DrawnHistory extends AsyncDisposable {
  readonly house: House
  readonly targets: readonly number[]
  readonly theirs: number
  readonly lists: Readonly<Record<string, readonly Plain[]>>
}

/** `packed`: as it is after a while, with days and hours that are rows; `fresh`: before that. */
export async function openHistory(kept: 'fresh' | 'packed'): Promise<DrawnHistory> {
  const house = await openHouse()
  await house.db.updateTable('accounts').set({ plan: 'business' }).execute()
  house.clock.step(25 * MINUTE)
  const now = house.clock.now()
  const start = now - (now % HOUR) - 3 * DAY
  const targets: number[] = []
  for (const name of ['a', 'b', 'c']) targets.push((await house.add({ name })).id)
  const { id: theirs } = await house.add({}, house.theirs)
  const [a, b, c] = targets as [number, number, number]
  const looks = drawLooks(targets, start, now)
  const incidents: Incident[] = [
    { id: 1, monitorId: a, severity: 'down', from: start + 50 * MINUTE, to: start + 11 * HOUR },
    { id: 2, monitorId: b, severity: 'warning', from: start + 2 * HOUR, to: null },
    { id: 3, monitorId: b, severity: 'degraded', from: start + DAY, to: start + 30 * HOUR },
    { id: 4, monitorId: c, severity: 'down', from: start + 19 * HOUR, to: start + 31 * HOUR },
    { id: 5, monitorId: c, severity: 'down', from: start + 2 * DAY, to: start + 2 * DAY + SECOND },
    { id: 6, monitorId: a, severity: 'down', from: now - 70 * MINUTE, to: null },
  ]
  await writeLooks(house, looks)
  await writeIncidents(house, incidents)
  const told = await tell(house, incidents)
  if (kept === 'packed') await packHistory(house.db, now, async () => true)
  return {
    house,
    targets,
    theirs,
    lists: {
      target_checks: looks
        .toSorted((one, other) => other.at - one.at || numberOf(other) - numberOf(one))
        .map(checkOf),
      target_stats_hourlies: bucketsOf(looks, incidents, HOUR),
      target_stats_dailies: bucketsOf(looks, incidents, DAY),
      target_incidents: incidents.map(incidentOf).toReversed(),
      user_notifications: told,
    },
    [Symbol.asyncDispose]: () => house[Symbol.asyncDispose](),
  }
}
