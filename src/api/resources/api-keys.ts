import { z } from 'zod'
import {
  createKey,
  editKey,
  getKey,
  type KeyCard,
  type KeyTools,
  listKeys,
  revokeKey,
  rotateKey,
} from '../../accounts/index.ts'
import { InvalidInput, SECOND, toIso, isoOrNull } from '../../kernel/index.ts'
import { bodyOf, rawBody } from '../fields.ts'
import { moment, readMerge, relationsTo } from '../merge.ts'
import { choice, words } from '../parameters.ts'
import { type Answer, type Call, pageOf, type Resource, route } from '../route.ts'
import { required, wire, written } from '../wire.ts'

type Fields = Readonly<Record<string, unknown>>

const PATH = '/api/api_keys'
const TARGETS = '/api/targets'
const OVERLAP_RULE = 'must be a whole number from 0 to 604800'

const shape = z.object({
  id: wire.id,
  name: required(z.string().min(1).max(50)),
  prefix: wire.text,
  scope: written(wire.one('read', 'write', 'admin')),
  targets: written(z.array(wire.iri('Target')).nullable()),
  expiresAt: written(wire.time.nullable()),
  createdAt: wire.time,
  lastUsedAt: wire.time.nullable(),
  exposedAt: wire.time.nullable(),
  /** In the answer that makes it, and nowhere else; null where that is replayed. */
  key: wire.text.nullable().optional(),
})

const pathOf = ({ id }: KeyCard): string => `${PATH}/${id}`
const toolsOf = ({ now, by, deps }: Call): KeyTools => ({ now, by, chance: deps.chance })

const fieldsOf = (card: KeyCard, { site }: Call) => ({
  id: card.id,
  name: card.name,
  prefix: `${card.prefix}****`,
  scope: card.scope,
  targets: card.targets?.map((id) => site.iri(`${TARGETS}/${id}`)) ?? null,
  expiresAt: isoOrNull(card.expiresAt),
  createdAt: toIso(card.createdAt),
  lastUsedAt: isoOrNull(card.lastUsedAt),
  exposedAt: isoOrNull(card.exposedAt),
})

const itemOf = (card: KeyCard, call: Call): Answer => ({
  kind: 'item',
  type: 'ApiKey',
  path: pathOf(card),
  fields: fieldsOf(card, call),
})

const madeOf = ({ card, key }: { card: KeyCard; key: string }, call: Call): Answer => ({
  kind: 'item',
  type: 'ApiKey',
  path: pathOf(card),
  status: 201,
  fields: { ...fieldsOf(card, call), key },
  secrets: ['key'],
})

/** @throws InvalidInput */
function read(raw: Fields, { isLenient, site }: Call, base?: object): Fields {
  const turns = { targets: relationsTo(TARGETS, site), expiresAt: moment }
  const { wanted, violations } = readMerge(shape, raw, { isLenient, base, turns })
  if (violations.length > 0) throw new InvalidInput(violations)
  return wanted
}

const find = ({ db, now, id }: Call): Promise<KeyCard> => getKey(db, now, id)

const overlap = z.strictObject({
  overlapSeconds: z.int(OVERLAP_RULE).min(0, OVERLAP_RULE).max(604_800, OVERLAP_RULE).default(0),
})

export const apiKeys: Resource = {
  name: 'ApiKey',
  title: 'A key to this API, without its secret; for all targets, or for those named alone',
  path: PATH,
  shape,
  routes: [
    route({
      method: 'GET',
      path: PATH,
      scope: 'admin',
      summary: 'Lists live keys, newest first',
      parameters: {
        search: words(200),
        scope: choice({ READ: ['read'], WRITE: ['write'], ADMIN: ['admin'] }),
      },
      pageSize: 30,
      run: async (call) => {
        const { db, now, query } = call
        const wanted = query.search?.toLowerCase() ?? ''
        const found = (await listKeys(db, now))
          .filter(({ name }) => name.toLowerCase().includes(wanted))
          .filter(({ scope }) => query.scope === undefined || query.scope.includes(scope))
          .toReversed()
        return pageOf('ApiKey', PATH, found, call, (card) => ({
          path: pathOf(card),
          fields: fieldsOf(card, call),
        }))
      },
    }),
    route({
      method: 'POST',
      path: PATH,
      scope: 'admin',
      summary: 'Makes a key; its secret is in this answer alone',
      example: { name: 'deployments', scope: 'write' },
      creates: true,
      body: rawBody,
      run: async (call, _, raw) =>
        madeOf(await createKey(call.db, toolsOf(call), read(raw, call)), call),
    }),
    route({
      method: 'GET',
      path: `${PATH}/{id}`,
      scope: 'admin',
      summary: 'Reads a key, without its secret',
      find,
      run: async (call, card) => itemOf(card, call),
    }),
    route({
      method: 'PATCH',
      path: `${PATH}/{id}`,
      scope: 'admin',
      summary: 'Renames a key, or changes when it ends or which targets it is for',
      example: { name: 'pipelines' },
      body: rawBody,
      find,
      revOf: () => 0,
      run: async (call, _, raw) => {
        const change = ({ name, scope, targets, expiresAt }: KeyCard) =>
          read(raw, call, { name, scope, targets, expiresAt })
        return itemOf(await editKey(call.db, toolsOf(call), call.id, change), call)
      },
    }),
    route({
      method: 'POST',
      path: `${PATH}/{id}/rotate`,
      scope: 'admin',
      summary: 'Makes a key in the place of this one, which ends at once or after an overlap',
      example: { overlapSeconds: 3600 },
      creates: true,
      body: bodyOf(overlap, { isNeeded: false }),
      find,
      run: async (call, _, { overlapSeconds }) =>
        madeOf(await rotateKey(call.db, toolsOf(call), call.id, overlapSeconds * SECOND), call),
    }),
    route({
      method: 'DELETE',
      path: `${PATH}/{id}`,
      scope: 'admin',
      summary: 'Revokes a key at once',
      find,
      revOf: () => 0,
      run: async (call) => {
        await revokeKey(call.db, toolsOf(call), call.id)
        return { kind: 'nothing' }
      },
    }),
  ],
}
