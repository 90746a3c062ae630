import { type Instant, toIso, type Violation } from '../../kernel/index.ts'
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
import { isAnnotation, rawBody, unknownField } from '../fields.ts'
import { flag, relation } from '../parameters.ts'
import { readRelations } from '../relations.ts'
import { type Answer, type Call, type Field, type Resource, route } from '../route.ts'
import { type Reading, refuseInvalid } from './target-input.ts'
import { readMoment } from './target-parts.ts'

type Fields = Readonly<Record<string, unknown>>

const PATH = '/api/maintenances'
const TARGETS = '/api/targets'

const FIELDS = [
  ['id', 'integer', 'read'],
  ['name', 'string', 'required'],
  ['targets', 'Target', 'write'],
  ['tags', 'object', 'write'],
  ['isActive', 'boolean', 'write'],
  ['timezone', 'string', 'write'],
  ['startsAt', 'dateTime', 'write'],
  ['endsAt', 'dateTime', 'write'],
  ['cron', 'string', 'write'],
  ['durationMinutes', 'integer', 'write'],
  ['isCurrent', 'boolean', 'read'],
  ['nextStartsAt', 'dateTime', 'read'],
  ['createdAt', 'dateTime', 'read'],
  ['updatedAt', 'dateTime', 'read'],
] as const satisfies readonly Field[]

const isReadOnly = (name: string): boolean =>
  FIELDS.some(([field, , access]) => field === name && access === 'read')
const WRITABLE: readonly string[] = FIELDS.flatMap(([name]) => (isReadOnly(name) ? [] : [name]))

const pathOf = ({ id }: Maintenance): string => `${PATH}/${id}`
const isoOrNull = (at: Instant | null) => (at === null ? null : toIso(at))

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
  const violations: Violation[] = []
  const wanted = new Map<string, unknown>(Object.entries(base ?? {}))
  for (const [name, value] of Object.entries(raw))
    if (!WRITABLE.includes(name)) {
      if (!isReadOnly(name) && !isAnnotation(name) && !isLenient)
        violations.push(unknownField(name, name, WRITABLE))
    } else if (value === null) wanted.delete(name)
    else if (name === 'targets')
      wanted.set(name, readRelations(value, name, TARGETS, site, violations))
    else if (name === 'startsAt' || name === 'endsAt')
      wanted.set(name, readMoment(value, name, violations))
    else wanted.set(name, value)
  const reading: Reading = { wanted: Object.fromEntries(wanted), violations, toWire: (it) => it }
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
  fields: FIELDS,
  routes: [
    route({
      method: 'GET',
      path: PATH,
      scope: 'read',
      parameters: { isCurrent: flag, target: relation(TARGETS) },
      pageSize: 30,
      run: async (call) => {
        const { isCurrent, target } = call.query
        const found = await listMaintenances(call.db, call.now, {
          ...(isCurrent === undefined ? {} : { isCurrent }),
          ...(target === undefined ? {} : { monitorId: target }),
        })
        const { offset, limit } = call.page
        return {
          kind: 'members',
          type: 'Maintenance',
          path: PATH,
          total: found.length,
          members: found
            .slice(offset, offset + limit)
            .map((it) => ({ path: pathOf(it), fields: fieldsOf(it, call) })),
        }
      },
    }),
    route({
      method: 'POST',
      path: PATH,
      scope: 'write',
      body: rawBody,
      run: (call, _, raw) => create(call, raw),
    }),
    route({
      method: 'GET',
      path: `${PATH}/{id}`,
      scope: 'read',
      find,
      run: async (call, found) => itemOf(found, call),
    }),
    route({
      method: 'PATCH',
      path: `${PATH}/{id}`,
      scope: 'write',
      body: rawBody,
      find,
      revOf,
      run: (call, _, raw) => patch(call, raw),
    }),
    route({
      method: 'DELETE',
      path: `${PATH}/{id}`,
      scope: 'write',
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
