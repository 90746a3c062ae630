import { audit, type By } from '../audit/index.ts'
import { queueFacts, queueReply } from '../notifications/index.ts'
import { Fault, type IncidentId, type Instant } from '../kernel/index.ts'
import type { AccountDb } from '../storage/index.ts'
import { getIncident, type Incident } from './list.ts'
import { show } from './show.ts'

async function setAcknowledged(
  db: AccountDb,
  now: Instant,
  by: By,
  id: IncidentId,
  isOnIt: boolean,
): Promise<Incident> {
  return db.transaction().execute(async (tx) => {
    const incident = await getIncident(tx, id)
    if (incident.resolved_at !== null) throw new Fault('incident_closed', { name: `#${id}` })
    if ((incident.acknowledged_at !== null) === isOnIt) return incident
    await tx
      .updateTable('incidents')
      .set({
        acknowledged_at: isOnIt ? now : null,
        acknowledged_by: isOnIt ? by.name : null,
      })
      .where('id', '=', id)
      .execute()
    await show(tx, now, incident)
    if (isOnIt && incident.told_at !== null) await queueReply(tx, now, id, 'acknowledged')
    if (isOnIt && incident.heard_at !== null) await queueFacts(tx, now, [id], 'acknowledged')
    const action = isOnIt ? 'incident.acknowledge' : 'incident.unacknowledge'
    await audit(tx, now, by, action, `/api/target_incidents/${id}`)
    return getIncident(tx, id)
  })
}

/**
 * Somebody is on it. The first one counts; the answer tells a later one who was first.
 * @throws Fault `incident_unknown`, `incident_closed`
 */
export const acknowledgeIncident = (
  db: AccountDb,
  now: Instant,
  by: By,
  id: IncidentId,
): Promise<Incident> => setAcknowledged(db, now, by, id, true)

/**
 * Nobody is on it after all.
 * @throws Fault `incident_unknown`, `incident_closed`
 */
export const unacknowledgeIncident = (
  db: AccountDb,
  now: Instant,
  by: By,
  id: IncidentId,
): Promise<Incident> => setAcknowledged(db, now, by, id, false)
