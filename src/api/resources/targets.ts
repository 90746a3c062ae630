import type { z } from 'zod'
import { Fault, type MonitorId } from '../../kernel/index.ts'
import {
  addMonitor,
  countMonitors,
  deleteMonitor,
  editMonitor,
  getMonitor,
  listPage,
  type MonitorView,
  parseConfig,
  pauseMonitor,
  resumeMonitor,
} from '../../monitors/index.ts'
import { type MonitorType, PROBES } from '../../probes/index.ts'
import { bodyOf, rawBody } from '../fields.ts'
import { flag, words } from '../parameters.ts'
import { type Call, type Resource, type Route, route } from '../route.ts'
import { activity, readPause } from './target-activity.ts'
import { APPLIED, applyBody, applyTargets } from './target-apply.ts'
import { checkItem } from './checks.ts'
import { LISTED_TARGET, TARGET_SHAPE } from './target-fields.ts'
import { TARGET_FILTERS } from './target-filters.ts'
import { inWireNames, type Reading, readTarget, refuseInvalid } from './target-input.ts'
import { limitsOf, toolsOf } from './target-tools.ts'
import { PATH, targetItem, targetMembers } from './target-view.ts'

type Fields = Readonly<Record<string, unknown>>

const SET_TYPES = ['application/json', 'application/ld+json', 'application/yaml'] as const

const find = ({ db, deps, id }: Call): Promise<MonitorView> => getMonitor(db, deps.sealer, id)
const revOf = ({ monitor }: MonitorView): number => monitor.rev

async function create(call: Call, raw: Fields, routeType?: MonitorType) {
  const { account, site, isLenient, now } = call
  const reading = readTarget(raw, {
    base: undefined,
    routeType,
    accountId: account.id,
    site,
    isLenient,
  })
  refuseInvalid(reading, () => parseConfig(reading.wanted, now, limitsOf(call)))
  const view = await inWireNames(
    () => reading,
    () => addMonitor(call.db, toolsOf(call), reading.wanted),
  )
  call.deps.looker.nudge()
  return targetItem(call, view, 201)
}

async function patch(call: Call, raw: Fields) {
  const { account, site, isLenient, now } = call
  let reading: Reading | undefined
  const view = await inWireNames(
    () => reading,
    () =>
      editMonitor(
        call.db,
        toolsOf(call),
        call.id,
        (base) => {
          const ground = { base, routeType: undefined, accountId: account.id, site, isLenient }
          reading = readTarget(raw, ground)
          refuseInvalid(reading, () => parseConfig(reading!.wanted, now, limitsOf(call)))
          return reading.wanted
        },
        call.ifRev,
      ),
  )
  call.deps.looker.nudge()
  return targetItem(call, view)
}

async function setActive(call: Call, id: MonitorId, body: z.output<typeof activity>) {
  const until = readPause(call.now, body)
  const view = body.isActive
    ? await resumeMonitor(call.db, toolsOf(call), id)
    : await pauseMonitor(call.db, toolsOf(call), id, until)
  call.deps.looker.nudge()
  return targetItem(call, view)
}

/** A target of another type is not at this path. */
async function findOf(call: Call, type: MonitorType): Promise<MonitorView> {
  const view = await find(call)
  if (view.monitor.type !== type) throw new Fault('monitor_unknown', { name: `#${call.id}` })
  return view
}

/** The paths of one type: `/api/targets/type_port`. */
function typedRoutes(type: MonitorType): Route[] {
  const path = `${PATH}/type_${type.toLowerCase()}`
  return [
    route({
      method: 'POST',
      path,
      scope: 'write',
      summary: `Adds a target of type ${type}`,
      example: { name: 'Shop', url: PROBES[type].example },
      creates: true,
      body: rawBody,
      run: (call, _, raw) => create(call, raw, type),
    }),
    route({
      method: 'PATCH',
      path: `${path}/{id}`,
      scope: 'write',
      isAboutTargets: true,
      summary: `Changes a target of type ${type}`,
      example: { name: 'Shop EU' },
      body: rawBody,
      find: (call) => findOf(call, type),
      revOf,
      run: (call, _, raw) => patch(call, raw),
    }),
  ]
}

export const targets: Resource = {
  name: 'Target',
  title: 'Something that is watched',
  path: PATH,
  shape: TARGET_SHAPE,
  listed: LISTED_TARGET,
  others: [APPLIED],
  routes: [
    route({
      method: 'GET',
      path: PATH,
      scope: 'read',
      isAboutTargets: true,
      summary: 'Lists targets',
      parameters: TARGET_FILTERS,
      pageSize: 10,
      run: async (call) => {
        const { type, statusSummary, order: by = [], ...same } = call.query
        const filter = {
          ...same,
          ...(type === undefined ? {} : { types: type }),
          ...(statusSummary === undefined ? {} : { statuses: statusSummary }),
        }
        const views = await listPage(call.db, filter, by, call.page)
        return {
          kind: 'members',
          type: 'Target',
          path: PATH,
          total: await countMonitors(call.db, filter),
          members: await targetMembers(call, views),
        }
      },
    }),
    route({
      method: 'POST',
      path: PATH,
      scope: 'write',
      summary: 'Adds a target of any type',
      example: { type: 'HTTP', name: 'Shop', url: PROBES.HTTP.example, frequency: 1 },
      creates: true,
      body: rawBody,
      run: (call, _, raw) => create(call, raw),
    }),
    route({
      method: 'PUT',
      path: PATH,
      scope: 'write',
      summary:
        'Makes the targets of one owner what the body says, all or nothing; what is not in it stays unless prune is true',
      answers: APPLIED.name,
      parameters: { managedBy: words(60), dryRun: flag, prune: flag },
      exampleQuery: 'managedBy=git:infra&prune=true',
      example: {
        targets: [{ externalRef: 'shop', type: 'HTTP', name: 'Shop', url: PROBES.HTTP.example }],
      },
      body: { ...bodyOf(applyBody), types: [...SET_TYPES] },
      run: (call, _, body) => applyTargets(call, toolsOf(call), call.query, body),
    }),
    ...(Object.keys(PROBES) as MonitorType[]).flatMap(typedRoutes),
    route({
      method: 'GET',
      path: `${PATH}/{id}`,
      scope: 'read',
      isAboutTargets: true,
      summary: 'Reads a target, with everything there is to it',
      find,
      run: (call, view) => targetItem(call, view),
    }),
    route({
      method: 'PATCH',
      path: `${PATH}/{id}`,
      scope: 'write',
      isAboutTargets: true,
      summary: 'Changes a target',
      example: { name: 'Shop EU', alertPolicy: { confirmations: 3 } },
      body: rawBody,
      find,
      revOf,
      run: (call, _, raw) => patch(call, raw),
    }),
    route({
      method: 'DELETE',
      path: `${PATH}/{id}`,
      scope: 'write',
      isAboutTargets: true,
      summary: 'Deletes a target with its history',
      find,
      revOf,
      run: async (call) => {
        await deleteMonitor(call.db, toolsOf(call), call.id, call.ifRev)
        call.deps.looker.nudge()
        return { kind: 'nothing' }
      },
    }),
    route({
      method: 'PATCH',
      path: `${PATH}/{id}/is_active`,
      scope: 'write',
      isAboutTargets: true,
      summary: 'Pauses or resumes a target',
      example: { isActive: false },
      body: bodyOf(activity),
      find,
      revOf,
      run: (call, _, body) => setActive(call, call.id, body),
    }),
    route({
      method: 'POST',
      path: `${PATH}/{id}/checks`,
      scope: 'write',
      isAboutTargets: true,
      summary: 'Looks at a target now, and waits for the result',
      answers: 'TargetCheck',
      isCheck: true,
      find,
      run: async (call) => checkItem(await call.deps.looker.check(call.db, call.id), call),
    }),
  ],
}
