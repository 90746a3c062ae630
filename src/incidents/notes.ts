import type { Selectable } from 'kysely'
import { audit, type By } from '../audit/index.ts'
import type { IncidentId, Instant } from '../kernel/index.ts'
import type { AccountDb, AccountTx, Tables } from '../storage/index.ts'
import { getIncident } from './list.ts'
import { show } from './show.ts'

export type IncidentNote = Selectable<Tables['incident_notes']>

/** Oldest first, by incident. */
export async function readNotes(
  db: AccountTx,
  ids: readonly IncidentId[],
): Promise<ReadonlyMap<IncidentId, readonly IncidentNote[]>> {
  if (ids.length === 0) return new Map()
  const rows = await db
    .selectFrom('incident_notes')
    .selectAll()
    .where('incident_id', 'in', ids)
    .orderBy('id')
    .execute()
  return Map.groupBy(rows, (row) => row.incident_id)
}

/** What somebody has to say of an incident, also after it. @throws Fault `incident_unknown` */
export async function addNote(
  db: AccountDb,
  now: Instant,
  by: By,
  id: IncidentId,
  text: string,
): Promise<void> {
  await db.transaction().execute(async (tx) => {
    const incident = await getIncident(tx, id)
    await tx
      .insertInto('incident_notes')
      .values({ incident_id: id, text, author: by.name, created_at: now })
      .execute()
    await show(tx, now, incident)
    await audit(tx, now, by, 'incident.note', `/api/target_incidents/${id}`)
  })
}
