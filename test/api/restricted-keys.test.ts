import { expect, test } from 'vitest'
import { RESOURCES } from '../../src/api/resources.ts'
import { queueAlert } from '../../src/notifications/index.ts'
import { recordSamples } from '../../src/stats/index.ts'
import { bindAccount } from '../../src/storage/index.ts'
import { DOCUMENT } from './contract.ts'
import { addIncident, linked } from './history.ts'
import { type House, openHouse } from './house.ts'

type Json = Record<string, unknown>
type Members = readonly (Json & { id: number; '@id': string; target?: string })[]

const HIDDEN = 'Hidden till'
const unseen = /hidden|\/api\/targets\/2\b/i
const routes = RESOURCES.flatMap((resource) =>
  resource.routes.map((route) => ({ resource, route })),
)

/** Everything there can be of a target, by its name. */
async function addHistory(house: House, id: number, name: string): Promise<void> {
  const { db, clock, ours } = house
  const bound = bindAccount(db, ours.id)
  const incident = await addIncident(house, ours, id)
  await bound
    .updateTable('incidents')
    .set({ monitor_name: name, url: `https://${name}/`, told_at: clock.now() })
    .where('id', '=', incident)
    .execute()
  await queueAlert(bound, clock.now(), incident)
  await recordSamples(db, [
    {
      monitorId: id,
      accountId: ours.id,
      at: clock.now(),
      status: 'up',
      code: 'ok',
      ms: 5,
      observedMs: 1,
    },
  ])
  const outcome = { status: 'up', code: 'ok', message: name, durationMs: 5 }
  await bound
    .insertInto('checks')
    .values({
      monitor_id: id,
      cause: 'manual',
      started_at: clock.now(),
      finished_at: clock.now(),
      outcome: JSON.stringify(outcome),
    })
    .execute()
  await bound
    .updateTable('monitor_states')
    .set({ status: 'up', last_status: 'up', last_ms: 5 })
    .where('monitor_id', '=', id)
    .execute()
  await house.ask('POST', `/api/target_incidents/${incident}/notes`, { body: { text: name } })
  const body = { targets: [id], checks: 1, intervalSeconds: 0 }
  expect((await house.ask('POST', '/api/verifications', { body })).status).toBe(201)
}

/** Two targets of ours, with a history each; what is asked with `key` is about the first alone. */
async function openRestricted(scope: 'read' | 'write') {
  const house = await openHouse()
  await linked(house, house.ours, 's1')
  const shop = await house.add({ name: 'Shop' })
  const till = await house.add({ name: HIDDEN, url: 'https://hidden.example/', tags: ['hidden'] })
  await addHistory(house, shop.id, 'Shop')
  await addHistory(house, till.id, HIDDEN)
  const both = { targets: [shop.id, till.id], checks: 1, intervalSeconds: 0 }
  await house.ask('POST', '/api/verifications', { body: both })
  const made = await house.ask('POST', '/api/api_keys', {
    body: { name: 'one', scope, targets: [shop['@id']] },
  })
  const key = String(made.json['key'])
  return {
    house,
    made,
    key,
    shop: `/api/targets/${shop.id}`,
    till: `/api/targets/${till.id}`,
    ask: (method: string, url: string, body?: unknown) =>
      house.ask(method, url, { key, ...(body === undefined ? {} : { body }) }),
  }
}

async function all(house: House, path: string, key = house.ours.keys.admin): Promise<Members> {
  const { status, json } = await house.ask('GET', `${path}?itemsPerPage=100`, { key })
  expect([path, status]).toEqual([path, 200])
  return json['member'] as Members
}

test('a key for some targets opens these routes, and no others', () => {
  const open = routes.flatMap(({ route: { isAboutTargets, method, path } }) =>
    isAboutTargets === true && !path.includes('/type_') ? [`${method} ${path}`] : [],
  )
  expect(open).toEqual([
    'GET /api/targets',
    'GET /api/targets/{id}',
    'PATCH /api/targets/{id}',
    'DELETE /api/targets/{id}',
    'PATCH /api/targets/{id}/is_active',
    'POST /api/targets/{id}/checks',
    'GET /api/target_incidents',
    'GET /api/target_incidents/{id}',
    'PATCH /api/target_incidents/{id}/is_acknowledged',
    'POST /api/target_incidents/{id}/notes',
    'GET /api/target_checks',
    'GET /api/target_checks/{id}',
    'GET /api/me',
    'GET /api/users/{id}',
    'GET /api/target_stats_hourlies',
    'GET /api/target_stats_hourlies/{id}',
    'GET /api/target_stats_dailies',
    'GET /api/target_stats_dailies/{id}',
    'GET /api/verifications',
    'POST /api/verifications',
    'GET /api/verifications/{id}',
    'GET /api/user_notifications',
    'GET /api/user_notifications/{id}',
  ])
})

test.each(['read', 'write'] as const)(
  'with scope %s, what is not about its targets is refused before anything is read',
  async (scope) => {
    const { house, key } = await openRestricted(scope)
    await using _ = house
    for (const { method, path, scope: needed, isAboutTargets } of routes.map((it) => it.route)) {
      if (isAboutTargets === true) continue
      const { status, json } = await house.ask(method, path.replace('{id}', '1'), {
        key,
        headers: { accept: 'image/png', 'content-type': 'image/png' },
        ...(method === 'GET' || method === 'DELETE' ? {} : { raw: 'no JSON' }),
      })
      const isReached = needed === 'read' || needed === scope
      const slug = isReached ? 'key-restricted' : 'insufficient-scope'
      expect([method, path, status, json['type']]).toEqual([method, path, 403, `/errors/${slug}`])
    }
  },
)

test.each(['read', 'write'] as const)(
  'with scope %s, every list shows what is about its targets alone',
  async (scope) => {
    const { house, key, ask } = await openRestricted(scope)
    await using _ = house
    for (const { resource, route } of routes) {
      if (route.pageSize === undefined || route.isAboutTargets !== true) continue
      const [whole, seen] = [await all(house, resource.path), await all(house, resource.path, key)]
      expect([route.path, whole.length >= 2, seen.length]).toEqual([route.path, true, 1])
      for (const query of ['', '?target.id=2', '?search=hidden', '?tags=hidden']) {
        const { text } = await house.ask('GET', `${resource.path}${query}`, {
          key,
          headers: { prefer: 'handling=lenient' },
        })
        expect(
          text.replaceAll('target.id=2', '').replaceAll(/(?:search|tags)=hidden/g, ''),
        ).not.toMatch(unseen)
      }
    }
    for (const path of ['/api/me', `/api/users/${house.ours.id}`]) {
      const { json, text } = await ask('GET', path)
      expect(text).not.toMatch(unseen)
      expect(json).toMatchObject({
        summary: { total: 1, up: 1, openIncidents: 1 },
        key: { scope, targets: ['/api/targets/1'] },
      })
    }
    const { text } = await ask('GET', '/metrics')
    expect(text).toMatch(/uptalk_target_up\{id="1"/)
    expect(text).not.toMatch(/id="2"|hidden/i)
  },
)

test.each(['read', 'write'] as const)(
  'with scope %s, what is about another target is not found, like what is not there',
  async (scope) => {
    const { house, ask } = await openRestricted(scope)
    await using _ = house
    const before = await house.ask('GET', '/api/targets/2')
    for (const { resource, route } of routes) {
      if (route.isAboutTargets !== true || !route.path.includes('{id}')) continue
      if (resource.name === 'User') continue
      const isReached = route.scope === 'read' || scope === 'write'
      const whole = await all(house, resource.path)
      const hidden = whole.filter((it) => unseen.test(JSON.stringify(it)))
      expect([route.path, hidden.length > 0]).toEqual([route.path, true])
      const asked = async (id: number) => {
        const { status, text } = await ask(
          route.method,
          route.path.replace('{id}', String(id)),
          route.example,
        )
        return [status, text.replace(/"requestId":"\w+"/, '').replaceAll(String(id), '#')]
      }
      for (const { id } of hidden) {
        const answer = await asked(id)
        expect([route.method, route.path, answer[0]]).toEqual([
          route.method,
          route.path,
          isReached ? 404 : 403,
        ])
        expect(answer).toEqual(await asked(999_999_999))
      }
      const mine = whole.find((it) => !hidden.includes(it))!
      const shown = route.method === 'GET' ? await asked(mine.id) : [200]
      expect(shown[0]).toBe(200)
    }
    expect((await house.ask('GET', '/api/targets/2')).text).toBe(before.text)
  },
)

test('a write key does with its targets what a write key does', async () => {
  const { house, ask, shop, till } = await openRestricted('write')
  await using _ = house
  expect((await ask('PATCH', shop, { name: 'Shop EU' })).json).toMatchObject({ name: 'Shop EU' })
  expect((await ask('POST', `${shop}/checks`)).status).toBe(200)
  const [incident] = await all(house, '/api/target_incidents')
  expect(incident).toMatchObject({ target: till })
  const own = '/api/target_incidents/1'
  expect((await ask('PATCH', `${own}/is_acknowledged`, { isAcknowledged: true })).status).toBe(200)
  expect((await ask('POST', `${own}/notes`, { text: 'on it' })).json).toMatchObject({
    notes: [{ text: 'Shop' }, { text: 'on it' }],
  })
  const once = { checks: 1, intervalSeconds: 0 }
  const verified = await ask('POST', '/api/verifications', {
    ...once,
    targets: [shop],
    resume: true,
  })
  expect(verified.json).toMatchObject({ status: 'pass', results: [{ target: shop }] })
  expect(
    (await ask('POST', '/api/verifications', { ...once, targets: [shop, till] })).json,
  ).toMatchObject({
    violations: [{ propertyPath: 'targets[1]', code: 'not_found' }],
  })
  expect((await ask('PATCH', `${shop}/is_active`, { isActive: false })).json).toMatchObject({
    statusSummary: 'PAUSED',
  })
  expect((await ask('DELETE', shop)).status).toBe(204)
})

test('an answer that was kept for one who sees more is not replayed to one who sees less', async () => {
  const { house, key, till } = await openRestricted('write')
  await using _ = house
  const asked = {
    body: { targets: [till], checks: 1, intervalSeconds: 0 },
    headers: { 'idempotency-key': 'once' },
  }
  expect((await house.ask('POST', '/api/verifications', asked)).status).toBe(201)
  const again = await house.ask('POST', '/api/verifications', { ...asked, key })
  expect(again.json).toMatchObject({ type: '/errors/idempotency-key-reused' })
  expect(again.text).not.toMatch(unseen)
})

test('what a target depends on beyond the key is hidden, and stays', async () => {
  const { house, ask, shop, till } = await openRestricted('write')
  await using _ = house
  const other = (await house.add({ name: 'Router' }))['@id'] as string
  const dependsOn = async () => (await house.ask('GET', shop)).json['dependsOn']
  await house.ask('PATCH', shop, { body: { dependsOn: [till, other] } })
  const { json, text } = await ask('GET', shop)
  expect(json['dependsOn']).toEqual([])
  expect(text).not.toMatch(unseen)
  const etag = (await house.ask('GET', shop)).headers['etag']
  expect((await ask('PATCH', shop, json)).status).toBe(200)
  expect((await house.ask('GET', shop)).headers['etag']).toBe(etag)
  await ask('PATCH', shop, { name: 'Shop EU' })
  expect(await dependsOn()).toEqual([till, other])
  expect((await ask('PATCH', shop, { dependsOn: [till] })).json).toMatchObject({
    violations: [{ propertyPath: 'dependsOn[0]', code: 'not_found' }],
  })
  expect((await ask('PATCH', shop, { dependsOn: ['/api/targets/99'] })).json).toMatchObject({
    violations: [{ propertyPath: 'dependsOn[0]', code: 'not_found' }],
  })
  const keys = await all(house, '/api/api_keys')
  await house.ask('PATCH', keys[0]!['@id'], { body: { targets: [shop, other] } })
  expect((await ask('GET', shop)).json['dependsOn']).toEqual([other])
  await ask('PATCH', shop, { dependsOn: null })
  expect(await dependsOn()).toEqual([till])
  // A circle is one, whatever of it is seen.
  await house.ask('PATCH', till, { body: { dependsOn: [other] } })
  const circle = await ask('PATCH', other, { dependsOn: [shop] })
  expect(circle.json).toMatchObject({
    detail: 'dependsOn[0]: must not lead back to itself: Router → Shop EU → … → Router',
  })
})

test('what a change means to others is done all the same', async () => {
  const { house, ask, shop, till } = await openRestricted('write')
  await using _ = house
  await house.ask('PATCH', till, { body: { dependsOn: [shop] } })
  const bound = bindAccount(house.db, house.ours.id)
  const revs = () => bound.selectFrom('incidents').select(['id', 'rev']).orderBy('id').execute()
  await bound.updateTable('incidents').set({ folded_into: 2 }).where('id', '=', 1).execute()
  const before = await revs()
  await ask('PATCH', '/api/target_incidents/1/is_acknowledged', { isAcknowledged: true })
  expect((await revs()).map(({ rev }, at) => rev - before[at]!.rev)).toEqual([1, 1])
  await ask('DELETE', shop)
  expect((await house.ask('GET', till)).json['dependsOn']).toEqual([])
})

test('a key whose last target went sees nothing, and is never for all again by itself', async () => {
  const { house, ask, shop, till } = await openRestricted('read')
  await using _ = house
  const [key] = await all(house, '/api/api_keys')
  const url = key!['@id']
  await house.ask('PATCH', url, { body: { targets: [shop, till] } })
  await house.ask('DELETE', till)
  expect((await house.ask('GET', url)).json['targets']).toEqual([shop])
  await house.ask('DELETE', shop)
  await house.add({ name: HIDDEN })
  const read = await house.ask('GET', url)
  expect(read.json['targets']).toEqual([])
  expect((await ask('GET', '/api/targets')).json).toMatchObject({ totalItems: 0, member: [] })
  expect((await ask('GET', '/api/me')).json).toMatchObject({
    summary: { total: 0, openIncidents: 0 },
    key: { targets: [] },
  })
  expect((await ask('GET', '/api/channels')).status).toBe(403)
  const same = await house.ask('PATCH', url, { body: { ...read.json, name: 'left' } })
  expect([same.status, same.json['targets']]).toEqual([200, []])
  const rotated = await house.ask('POST', `${url}/rotate`)
  expect(rotated.json['targets']).toEqual([])
  const freed = await house.ask('PATCH', String(rotated.json['@id']), { body: { targets: null } })
  expect(freed.json['targets']).toBeNull()
  const asked = await house.ask('GET', '/api/targets', { key: String(rotated.json['key']) })
  expect(asked.json).toMatchObject({ totalItems: 1 })
})

test('the targets of a key are the own, some, and not an admin’s', async () => {
  const { house, made, shop } = await openRestricted('read')
  await using _ = house
  expect(made.json['targets']).toEqual([shop])
  const theirs = (await house.add({}, house.theirs))['@id']
  const refusal = async (fields: object) => {
    const { status, json } = await house.ask('POST', '/api/api_keys', {
      body: { name: 'x', ...fields },
    })
    const [first] = (json['violations'] ?? []) as {
      propertyPath: string
      code: string
      message: string
    }[]
    return [status, first?.propertyPath, first?.code, first?.message]
  }
  const strange = [422, 'targets[1]', 'not_found', 'must be a target of yours']
  expect(await refusal({ targets: [shop, theirs] })).toEqual(strange)
  expect(await refusal({ targets: [shop, '/api/targets/99'] })).toEqual(strange)
  expect((await refusal({ targets: ['shop'] })).slice(0, 3)).toEqual([
    422,
    'targets[0]',
    'not_found',
  ])
  const rule = 'must be null for all, or a list of 1 to 100 different targets of yours'
  expect(await refusal({ targets: [] })).toEqual([422, 'targets', 'length', rule])
  expect((await refusal({ targets: [shop, shop] })).slice(0, 3)).toEqual([422, 'targets', 'length'])
  expect((await refusal({ targets: shop })).slice(0, 3)).toEqual([422, 'targets', 'type'])
  const many = Array.from({ length: 101 }, (__, at) => `/api/targets/${at + 1}`)
  expect((await refusal({ targets: many })).slice(0, 3)).toEqual([422, 'targets', 'length'])
  const admin = await refusal({ scope: 'admin', targets: [shop] })
  expect(admin).toEqual([422, 'targets', 'conflict', 'must be null with scope admin'])
  const keys = await all(house, '/api/api_keys')
  const ofAdmin = keys.find(({ scope }) => scope === 'admin')!
  const patched = await house.ask('PATCH', ofAdmin['@id'], { body: { targets: [shop] } })
  expect(patched.json).toMatchObject({
    violations: [{ propertyPath: 'targets', code: 'conflict' }],
  })
})

test('the document names the refusal', () => {
  const { responses } = DOCUMENT.paths['/api/channels']!['get']!
  expect(JSON.stringify(responses['403'])).toContain('key-restricted')
})
