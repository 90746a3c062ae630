import { z } from 'zod'
import {
  acknowledgeIncident,
  addNote,
  countIncidents,
  getIncident,
  type Incident,
  type IncidentNote,
  listIncidents,
  readNotes,
  unacknowledgeIncident,
} from '../../incidents/index.ts'
import { SECOND, toIso, isoOrNull } from '../../kernel/index.ts'
import { bodyOf } from '../fields.ts'
import { choice, flag, relation, span } from '../parameters.ts'
import { type Answer, type Call, type Resource, route, toldTo } from '../route.ts'
import { wire } from '../wire.ts'

const PATH = '/api/target_incidents'
const incidentPath = ({ id }: Incident): string => `${PATH}/${id}`

const shape = z.object({
  id: wire.id,
  target: wire.iri('Target').nullable(),
  targetName: wire.text,
  startedAt: wire.time,
  endedAt: wire.time.nullable(),
  isOpen: wire.flag,
  durationSeconds: wire.whole,
  errorCode: wire.text,
  errorMessage: wire.text,
  httpStatus: wire.whole.nullable(),
  acknowledgedAt: wire.time.nullable(),
  acknowledgedBy: wire.text.nullable(),
  notes: z.array(
    z.object({ id: wire.id, text: wire.text, author: wire.text, createdAt: wire.time }),
  ),
  severity: wire.one('down', 'warning'),
  detectedAt: wire.time,
  endReason: wire.one('resolved', 'paused', 'deleted', 'changed').nullable(),
})

const incidentFields = (incident: Incident, notes: readonly IncidentNote[], call: Call) => ({
  id: incident.id,
  target:
    incident.monitor_id === null ? null : call.site.iri(`/api/targets/${incident.monitor_id}`),
  targetName: incident.monitor_name,
  startedAt: toIso(incident.started_at),
  endedAt: isoOrNull(incident.resolved_at),
  isOpen: incident.resolved_at === null,
  durationSeconds: Math.max(
    0,
    Math.floor(((incident.resolved_at ?? call.now) - incident.started_at) / SECOND),
  ),
  errorCode: incident.code,
  errorMessage: toldTo(call, incident.code, incident.message, { url: incident.url }),
  httpStatus: incident.http_status,
  acknowledgedAt: isoOrNull(incident.acknowledged_at),
  acknowledgedBy: incident.acknowledged_by,
  notes: notes.map((note) => ({
    id: note.id,
    text: note.text,
    author: note.author,
    createdAt: toIso(note.created_at),
  })),
  severity: incident.severity === 'down' ? 'down' : 'warning',
  detectedAt: toIso(incident.detected_at),
  // It ended, whatever came then.
  endReason: incident.end_reason === 'worsened' ? 'resolved' : incident.end_reason,
})

async function incidentItem(
  incident: Incident,
  call: Call,
  status: 200 | 201 = 200,
): Promise<Answer> {
  const notes = (await readNotes(call.db, [incident.id])).get(incident.id) ?? []
  return {
    kind: 'item',
    type: 'TargetIncident',
    path: incidentPath(incident),
    fields: incidentFields(incident, notes, call),
    rev: incident.rev,
    status,
  }
}

const NOTE_RULE = 'must be 1 to 1000 characters'
const note = z.strictObject({
  text: z.string(NOTE_RULE).trim().min(1, NOTE_RULE).max(1000, NOTE_RULE),
})

const parameters = {
  target: relation('/api/targets'),
  isOpen: flag,
  severity: choice({ DOWN: ['down'], WARNING: ['warning', 'degraded'] }),
  startedAt: span,
}

const acknowledgement = z.strictObject({ isAcknowledged: z.boolean('must be true or false') })

export const incidents: Resource = {
  name: 'TargetIncident',
  title: 'An outage or a warning, from its first failure to its end',
  path: PATH,
  shape,
  routes: [
    route({
      method: 'GET',
      path: PATH,
      scope: 'read',
      isAboutTargets: true,
      summary: 'Lists incidents, newest first',
      parameters,
      pageSize: 30,
      run: async (call) => {
        const { db, query, page } = call
        const filter = {
          ...(query.target === undefined ? {} : { monitorId: query.target }),
          ...(query.isOpen === undefined ? {} : { isOpen: query.isOpen }),
          ...(query.severity === undefined ? {} : { severities: query.severity }),
          ...(query.startedAt === undefined ? {} : { started: query.startedAt }),
        }
        const found = await listIncidents(db, filter, { ...page, by: 'id' })
        const notes = await readNotes(
          db,
          found.map(({ id }) => id),
        )
        return {
          kind: 'members',
          type: 'TargetIncident',
          path: PATH,
          total: await countIncidents(db, filter),
          members: found.map((it) => ({
            path: incidentPath(it),
            fields: incidentFields(it, notes.get(it.id) ?? [], call),
          })),
        }
      },
    }),
    route({
      method: 'GET',
      path: `${PATH}/{id}`,
      scope: 'read',
      isAboutTargets: true,
      summary: 'Reads an incident',
      find: ({ db, id }) => getIncident(db, id),
      run: async (call, incident) => incidentItem(incident, call),
    }),
    route({
      method: 'PATCH',
      path: `${PATH}/{id}/is_acknowledged`,
      scope: 'write',
      isAboutTargets: true,
      summary: 'Says that somebody is on it, or nobody any more',
      example: { isAcknowledged: true },
      body: bodyOf(acknowledgement),
      find: ({ db, id }) => getIncident(db, id),
      revOf: ({ rev }) => rev,
      run: async (call, _, { isAcknowledged }) => {
        const { db, deps, now, by, id } = call
        const change = isAcknowledged ? acknowledgeIncident : unacknowledgeIncident
        const incident = await change(db, now, by, id)
        deps.looker.nudge()
        return incidentItem(incident, call)
      },
    }),
    route({
      method: 'POST',
      path: `${PATH}/{id}/notes`,
      scope: 'write',
      isAboutTargets: true,
      summary: 'Adds a note, also to an incident that is over',
      example: { text: 'The disk of db-2 was full.' },
      creates: true,
      body: bodyOf(note),
      find: ({ db, id }) => getIncident(db, id),
      run: async (call, _, { text }) => {
        const { db, deps, now, by, id } = call
        await addNote(db, now, by, id, text)
        deps.looker.nudge()
        return incidentItem(await getIncident(db, id), call, 201)
      },
    }),
  ],
}
