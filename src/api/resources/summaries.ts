import { z } from 'zod'
import { InvalidInput, toIso, isoOrNull } from '../../kernel/index.ts'
import {
  addSummary,
  deleteSummary,
  editSummary,
  getSummary,
  listSummaries,
  sendNow,
  type Summary,
  type SummaryConfig,
} from '../../summaries/index.ts'
import { rawBody } from '../fields.ts'
import { readMerge, relationsTo, relationTo } from '../merge.ts'
import { type Answer, type Call, pageOf, type Resource, route } from '../route.ts'
import { required, wire, written } from '../wire.ts'

type Fields = Readonly<Record<string, unknown>>

const PATH = '/api/summaries'
const CHANNELS = '/api/channels'
const TARGETS = '/api/targets'

const shape = z.object({
  id: wire.id,
  channel: required(wire.iri('Channel')),
  period: written(wire.one('day', 'week')),
  cron: written(wire.text),
  timezone: written(wire.text),
  targets: written(z.array(wire.iri('Target')).nullable()),
  tags: written(z.array(wire.text).max(20)),
  isActive: written(wire.flag),
  lastSentAt: wire.time.nullable(),
  nextAt: wire.time.nullable(),
  createdAt: wire.time,
  updatedAt: wire.time,
})

const pathOf = ({ id }: Summary): string => `${PATH}/${id}`

const fieldsOf = (it: Summary, { site }: Call) => ({
  id: it.id,
  channel: site.iri(`${CHANNELS}/${it.channel}`),
  period: it.period,
  cron: it.cron,
  timezone: it.timezone,
  targets: it.targets?.map((id) => site.iri(`${TARGETS}/${id}`)) ?? null,
  tags: it.tags,
  isActive: it.isActive,
  lastSentAt: isoOrNull(it.lastSentAt),
  nextAt: isoOrNull(it.nextAt),
  createdAt: toIso(it.createdAt),
  updatedAt: toIso(it.updatedAt),
})

const itemOf = (it: Summary, call: Call, status: 200 | 201 = 200): Answer => ({
  kind: 'item',
  type: 'Summary',
  path: pathOf(it),
  fields: fieldsOf(it, call),
  rev: it.rev,
  status,
})

/** A whole one, or a merge patch on `base`. @throws InvalidInput */
function read(raw: Fields, { site, isLenient }: Call, base?: SummaryConfig): Fields {
  const turns = { channel: relationTo(CHANNELS, site), targets: relationsTo(TARGETS, site) }
  const { wanted, violations } = readMerge(shape, raw, { isLenient, base, turns })
  if (violations.length > 0) throw new InvalidInput(violations)
  return wanted
}

const find = ({ db, id }: Call): Promise<Summary> => getSummary(db, id)
const revOf = ({ rev }: Summary): number => rev

export const summaries: Resource = {
  name: 'Summary',
  title: 'A daily or weekly report to a channel',
  path: PATH,
  shape,
  routes: [
    route({
      method: 'GET',
      path: PATH,
      scope: 'read',
      summary: 'Lists summaries, newest first',
      pageSize: 30,
      run: async (call) => {
        const found = await listSummaries(call.db)
        return pageOf('Summary', PATH, found, call, (it) => ({
          path: pathOf(it),
          fields: fieldsOf(it, call),
        }))
      },
    }),
    route({
      method: 'POST',
      path: PATH,
      scope: 'write',
      summary: 'Has a channel told every day or week how it was',
      example: { channel: '/api/channels/1', cron: '30 8 * * *', timezone: 'Europe/Berlin' },
      creates: true,
      body: rawBody,
      run: async (call, _, raw) => {
        const add = () =>
          call.db.transaction().execute((tx) => addSummary(tx, call, read(raw, call)))
        return itemOf(await add(), call, 201)
      },
    }),
    route({
      method: 'GET',
      path: `${PATH}/{id}`,
      scope: 'read',
      summary: 'Reads when a channel is told, and when it was',
      find,
      run: async (call, found) => itemOf(found, call),
    }),
    route({
      method: 'PATCH',
      path: `${PATH}/{id}`,
      scope: 'write',
      summary: 'Changes when a channel is told how it was',
      example: { period: 'week', cron: '0 9 * * 1' },
      body: rawBody,
      find,
      revOf,
      run: async (call, _, raw) => {
        const change = (base: SummaryConfig) => read(raw, call, base)
        return itemOf(await editSummary(call.db, call, call.id, change, call.ifRev), call)
      },
    }),
    route({
      method: 'POST',
      path: `${PATH}/{id}/send`,
      scope: 'write',
      summary: 'Tells the channel now how the last day or week was',
      answers: 'ChannelTest',
      find,
      run: async (call, found) => {
        const fields = { ...(await sendNow(call.db, call.deps, found)) }
        return { kind: 'item', type: 'ChannelTest', path: null, fields }
      },
    }),
    route({
      method: 'DELETE',
      path: `${PATH}/{id}`,
      scope: 'write',
      summary: 'Ends a summary',
      find,
      revOf,
      run: async (call) => {
        await deleteSummary(call.db, call, call.id, call.ifRev)
        return { kind: 'nothing' }
      },
    }),
  ],
}
