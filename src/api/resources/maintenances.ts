import { z } from 'zod'
import { toIso, isoOrNull } from '../../kernel/index.ts'
import {
  deleteMaintenance,
  editMaintenance,
  getMaintenance,
  isOn,
  listMaintenances,
  type Maintenance,
  type MaintenanceConfig,
  nextStart,
  parseMaintenance,
  planMaintenance,
} from '../../maintenance/index.ts'
import { rawBody } from '../fields.ts'
import { moment, readMerge, relationsTo } from '../merge.ts'
import { flag, relation } from '../parameters.ts'
import { type Answer, type Call, pageOf, type Resource, route } from '../route.ts'
import { required, wire, written } from '../wire.ts'
import { type Reading, refuseInvalid } from './target-input.ts'

type Fields = Readonly<Record<string, unknown>>

const PATH = '/api/maintenances'
const TARGETS = '/api/targets'

const shape = z.object({
  id: wire.id,
  name: required(z.string().min(1).max(50)),
  targets: written(z.array(wire.iri('Target')).nullable()),
  tags: written(z.array(wire.text).max(20)),
  isActive: written(wire.flag),
  timezone: written(wire.text),
  startsAt: written(wire.time.nullable()),
  endsAt: written(wire.time.nullable()),
  cron: written(wire.text.nullable()),
  durationMinutes: written(z.int().min(1).max(1440).nullable()),
  isCurrent: wire.flag,
  nextStartsAt: wire.time.nullable(),
  createdAt: wire.time,
  updatedAt: wire.time,
})

const pathOf = ({ id }: Maintenance): string => `${PATH}/${id}`

const fieldsOf = (it: Maintenance, { site, now }: Call) => ({
  id: it.id,
  name: it.name,
  targets: it.targets?.map((id) => site.iri(`${TARGETS}/${id}`)) ?? null,
  tags: it.tags,
  isActive: it.isActive,
  timezone: it.timezone,
  startsAt: isoOrNull(it.startsAt),
  endsAt: isoOrNull(it.endsAt),
  cron: it.cron,
  durationMinutes: it.durationMinutes,
  isCurrent: isOn(it, now),
  nextStartsAt: isoOrNull(nextStart(it, now)),
  createdAt: toIso(it.createdAt),
  updatedAt: toIso(it.updatedAt),
})

const itemOf = (it: Maintenance, call: Call, status: 200 | 201 = 200): Answer => ({
  kind: 'item',
  type: 'Maintenance',
  path: pathOf(it),
  fields: fieldsOf(it, call),
  rev: it.rev,
  status,
})

/** A whole one, or a merge patch on `base`. @throws InvalidInput */
function read(raw: Fields, { site, isLenient }: Call, base?: MaintenanceConfig): Fields {
  const turns = { targets: relationsTo(TARGETS, site), startsAt: moment, endsAt: moment }
  const reading: Reading = {
    ...readMerge(shape, raw, { isLenient, base, turns }),
    toWire: (it) => it,
  }
  refuseInvalid(reading, () => parseMaintenance(reading.wanted))
  return reading.wanted
}

const find = ({ db, id }: Call): Promise<Maintenance> => getMaintenance(db, id)
const revOf = ({ rev }: Maintenance): number => rev

async function create(call: Call, raw: Fields): Promise<Answer> {
  const planned = await planMaintenance(call.db, call, read(raw, call))
  call.deps.looker.nudge()
  return itemOf(planned, call, 201)
}

async function patch(call: Call, raw: Fields): Promise<Answer> {
  const { db, id, ifRev } = call
  const edited = await editMaintenance(db, call, id, (base) => read(raw, call, base), ifRev)
  call.deps.looker.nudge()
  return itemOf(edited, call)
}

export const maintenances: Resource = {
  name: 'Maintenance',
  title: 'A planned window: looks go on, nobody is told, uptime is not charged',
  path: PATH,
  shape,
  routes: [
    route({
      method: 'GET',
      path: PATH,
      scope: 'read',
      summary: 'Lists planned maintenance, newest first',
      parameters: { isCurrent: flag, target: relation(TARGETS) },
      pageSize: 30,
      run: async (call) => {
        const { isCurrent, target } = call.query
        const found = await listMaintenances(call.db, call.now, {
          ...(isCurrent === undefined ? {} : { isCurrent }),
          ...(target === undefined ? {} : { monitorId: target }),
        })
        return pageOf('Maintenance', PATH, found, call, (it) => ({
          path: pathOf(it),
          fields: fieldsOf(it, call),
        }))
      },
    }),
    route({
      method: 'POST',
      path: PATH,
      scope: 'write',
      summary: 'Plans maintenance, once or recurring',
      example: {
        name: 'Backups',
        cron: '0 2 * * 6',
        durationMinutes: 60,
        timezone: 'Europe/Berlin',
      },
      creates: true,
      body: rawBody,
      run: (call, _, raw) => create(call, raw),
    }),
    route({
      method: 'GET',
      path: `${PATH}/{id}`,
      scope: 'read',
      summary: 'Reads a plan',
      find,
      run: async (call, found) => itemOf(found, call),
    }),
    route({
      method: 'PATCH',
      path: `${PATH}/{id}`,
      scope: 'write',
      summary: 'Changes a plan; a window that is on goes on by the new one',
      example: { durationMinutes: 90 },
      body: rawBody,
      find,
      revOf,
      run: (call, _, raw) => patch(call, raw),
    }),
    route({
      method: 'DELETE',
      path: `${PATH}/{id}`,
      scope: 'write',
      summary: 'Calls a plan off; what was is kept',
      find,
      revOf,
      run: async (call) => {
        await deleteMaintenance(call.db, call, call.id, call.ifRev)
        call.deps.looker.nudge()
        return { kind: 'nothing' }
      },
    }),
  ],
}
