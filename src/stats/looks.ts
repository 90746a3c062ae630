import { HOUR, type Instant, type MonitorId } from '../kernel/index.ts'
import { type AccountTx, prepared } from '../storage/index.ts'
import { readTail } from './journal.ts'
import { unpackSamples } from './pack-format.ts'
import { type Look, type Outage, startOf } from './tally.ts'

/** By monitor, each one's in order of time. */
export type LooksOf = ReadonlyMap<MonitorId, readonly Look[]>

const addTo = <V>(map: Map<MonitorId, V[]>, id: MonitorId, ...values: V[]): void => {
  const list = map.get(id)
  if (list === undefined) map.set(id, values)
  else list.push(...values)
}

/** Of hours that are not packed yet: those made at or after `from`. */
export const readFresh = (
  db: AccountTx,
  ids: readonly MonitorId[],
  from: Instant,
): Promise<LooksOf> =>
  readTail(
    db,
    (tail, reaches) =>
      new Map(
        ids.filter(reaches).flatMap((id) => {
          const looks = tail.looks(id, from)
          return looks.length === 0 ? [] : [[id, looks]]
        }),
      ),
  )

type InHours = { readonly ids: readonly MonitorId[]; readonly hours: readonly Instant[] }

const packedHours = prepared((db: AccountTx, { ids, hours }: InHours) =>
  db
    .selectFrom('packed_samples')
    .select(['monitor_id', 'at', 'samples'])
    .where('monitor_id', 'in', ids)
    .where('at', 'in', hours)
    .orderBy('monitor_id')
    .orderBy('at'),
)

/** Of the hours that are packed, those that began at one of these instants. */
export async function readPacked(
  db: AccountTx,
  ids: readonly MonitorId[],
  hours: readonly Instant[],
): Promise<LooksOf> {
  const looks = new Map<MonitorId, Look[]>()
  const rows = await packedHours(db, { ids, hours })
  for (const { monitor_id, at, samples } of rows)
    addTo(looks, monitor_id, ...unpackSamples(at, samples))
  return looks
}

/** The looks a monitor made in a span, packed or not, as far back as looks are kept. */
export async function readLooks(
  db: AccountTx,
  id: MonitorId,
  from: Instant,
  to: Instant,
): Promise<readonly Look[]> {
  const packed = await db
    .selectFrom('packed_samples')
    .select(['at', 'samples'])
    .where('monitor_id', '=', id)
    .where('at', '>=', startOf(from, HOUR))
    .where('at', '<', to)
    .orderBy('at')
    .execute()
  const fresh = (await readFresh(db, [id], from)).get(id) ?? []
  return [...packed.flatMap(({ at, samples }): Look[] => unpackSamples(at, samples)), ...fresh]
    .filter(({ at }) => at >= from && at < to)
    .toSorted((a, b) => a.at - b.at)
}

/** The first packed look at or after an instant. */
export async function nextPacked(
  db: AccountTx,
  id: MonitorId,
  at: Instant,
): Promise<Look | undefined> {
  const rows = await db
    .selectFrom('packed_samples')
    .select(['at', 'samples'])
    .where('monitor_id', '=', id)
    .where('at', '>=', startOf(at, HOUR))
    .orderBy('at')
    .limit(2)
    .execute()
  return rows
    .flatMap((row): Look[] => unpackSamples(row.at, row.samples))
    .find((look) => look.at >= at)
}

type Span = {
  readonly ids: readonly MonitorId[]
  readonly from: Instant
  readonly to: Instant
}

const downIn = prepared((db: AccountTx, { ids, from, to }: Span) =>
  db
    .selectFrom('incidents')
    .select(['monitor_id', 'started_at as startedAt', 'resolved_at as endedAt'])
    .where('monitor_id', 'in', ids)
    .where('severity', '=', 'down')
    .where('started_at', '<', to)
    .where((eb) => eb.or([eb('resolved_at', 'is', null), eb('resolved_at', '>', from)])),
)

/** What was down in a span, by monitor. */
export async function readOutages(
  db: AccountTx,
  ids: readonly MonitorId[],
  from: Instant,
  to: Instant,
): Promise<ReadonlyMap<MonitorId, readonly Outage[]>> {
  const outages = new Map<MonitorId, Outage[]>()
  const rows = await downIn(db, { ids, from, to })
  for (const { monitor_id, ...outage } of rows) addTo(outages, monitor_id!, outage)
  return outages
}
