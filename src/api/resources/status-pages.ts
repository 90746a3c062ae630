import { z } from 'zod'
import { toIso } from '../../kernel/index.ts'
import {
  addStatusPage,
  countStatusPages,
  deleteStatusPage,
  editStatusPage,
  getStatusPage,
  listStatusPages,
  parseStatusPage,
  type StatusPage,
  type StatusPageConfig,
} from '../../status-pages/index.ts'
import { rawBody } from '../fields.ts'
import { readMerge, relationsTo } from '../merge.ts'
import { type Answer, type Call, type Resource, route } from '../route.ts'
import { required, wire, written } from '../wire.ts'
import { refuseInvalid } from './target-input.ts'

type Fields = Readonly<Record<string, unknown>>

const PATH = '/api/status_pages'
const TARGETS = '/api/targets'

const shape = z.object({
  id: wire.id,
  slug: required(z.string().regex(/^[a-z0-9-]{3,40}$/)),
  title: required(z.string().min(1).max(80)),
  targets: written(z.array(wire.iri('Target')).max(500)),
  tags: written(z.array(wire.text).max(20)),
  isPublic: written(wire.flag),
  showUrls: written(wire.flag),
  showIncidents: written(wire.flag),
  createdAt: wire.time,
  updatedAt: wire.time,
})

const pathOf = ({ id }: StatusPage): string => `${PATH}/${id}`

const fieldsOf = (it: StatusPage, { site }: Call) => ({
  id: it.id,
  slug: it.slug,
  title: it.title,
  targets: it.targets.map((id) => site.iri(`${TARGETS}/${id}`)),
  tags: it.tags,
  isPublic: it.isPublic,
  showUrls: it.showUrls,
  showIncidents: it.showIncidents,
  createdAt: toIso(it.createdAt),
  updatedAt: toIso(it.updatedAt),
})

const itemOf = (it: StatusPage, call: Call, status: 200 | 201 = 200): Answer => ({
  kind: 'item',
  type: 'StatusPage',
  path: pathOf(it),
  fields: fieldsOf(it, call),
  rev: it.rev,
  status,
})

/** A whole one, or a merge patch on `base`. @throws InvalidInput */
function read(raw: Fields, { site, isLenient }: Call, base?: StatusPageConfig): Fields {
  const turns = { targets: relationsTo(TARGETS, site) }
  const { wanted, violations } = readMerge(shape, raw, { isLenient, base, turns })
  refuseInvalid({ wanted, violations, toWire: (it) => it }, () => parseStatusPage(wanted))
  return wanted
}

const find = ({ db, id }: Call): Promise<StatusPage> => getStatusPage(db, id)
const revOf = ({ rev }: StatusPage): number => rev

export const statusPages: Resource = {
  name: 'StatusPage',
  title: 'A page that shows strangers how some targets are, at /status/ and its slug',
  path: PATH,
  shape,
  routes: [
    route({
      method: 'GET',
      path: PATH,
      scope: 'read',
      summary: 'Lists status pages, newest first',
      pageSize: 30,
      run: async (call) => ({
        kind: 'members',
        type: 'StatusPage',
        path: PATH,
        total: await countStatusPages(call.db),
        members: (await listStatusPages(call.db, call.page)).map((it) => ({
          path: pathOf(it),
          fields: fieldsOf(it, call),
        })),
      }),
    }),
    route({
      method: 'POST',
      path: PATH,
      scope: 'write',
      summary: 'Adds a status page, a draft until isPublic is true',
      example: { slug: 'acme', title: 'Acme', tags: ['web'], isPublic: true },
      creates: true,
      body: rawBody,
      run: async (call, _, raw) =>
        itemOf(await addStatusPage(call.db, call, read(raw, call)), call, 201),
    }),
    route({
      method: 'GET',
      path: `${PATH}/{id}`,
      scope: 'read',
      summary: 'Reads a status page as it is set',
      find,
      run: async (call, found) => itemOf(found, call),
    }),
    route({
      method: 'PATCH',
      path: `${PATH}/{id}`,
      scope: 'write',
      summary: 'Changes a status page',
      example: { showUrls: true },
      body: rawBody,
      find,
      revOf,
      run: async (call, _, raw) => {
        const { db, id, ifRev } = call
        const change = (base: StatusPageConfig) => read(raw, call, base)
        return itemOf(await editStatusPage(db, call, id, change, ifRev), call)
      },
    }),
    route({
      method: 'DELETE',
      path: `${PATH}/{id}`,
      scope: 'write',
      summary: 'Deletes a status page; its address is free again',
      find,
      revOf,
      run: async (call) => {
        await deleteStatusPage(call.db, call, call.id, call.ifRev)
        return { kind: 'nothing' }
      },
    }),
  ],
}
