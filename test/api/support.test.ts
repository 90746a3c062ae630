import { sql } from 'kysely'
import { describe, expect, test } from 'vitest'
import { buildApi } from '../../src/api/index.ts'
import { PROBLEMS } from '../../src/api/problems.ts'
import { RESOURCES } from '../../src/api/resources.ts'
import { openHouse } from './house.ts'

const nobody = { key: null } as const
type Node = Record<string, unknown>

describe('what machines read', () => {
  test('the entrypoint leads to every list', async () => {
    await using house = await openHouse()
    const { json, headers } = await house.ask('GET', '/api', nobody)
    expect(json).toEqual({
      '@context': '/api/contexts/Entrypoint',
      '@id': '/api',
      '@type': 'Entrypoint',
      maintenance: '/api/maintenances',
      statusPage: '/api/status_pages',
      targetStatsHourly: '/api/target_stats_hourlies',
      targetStatsDaily: '/api/target_stats_dailies',
      verification: '/api/verifications',
      channel: '/api/channels',
      chatLink: '/api/chat_links',
      summary: '/api/summaries',
      userNotification: '/api/user_notifications',
      apiKey: '/api/api_keys',
      requestLog: '/api/request_logs',
      auditLog: '/api/audit_logs',
      target: '/api/targets',
      targetIncident: '/api/target_incidents',
      targetCheck: '/api/target_checks',
    })
    expect(headers['link']).toBe(
      '<http://localhost:80/api/docs.jsonld>; rel="http://www.w3.org/ns/hydra/core#apiDocumentation"',
    )
    const plain = await house.ask('GET', '/api', {
      ...nobody,
      headers: { accept: 'application/json' },
    })
    expect(Object.keys(plain.json)).toEqual([
      'target',
      'targetIncident',
      'targetCheck',
      'maintenance',
      'statusPage',
      'targetStatsHourly',
      'targetStatsDaily',
      'verification',
      'channel',
      'chatLink',
      'summary',
      'userNotification',
      'apiKey',
      'requestLog',
      'auditLog',
    ])
    expect(
      (await house.ask('GET', '/api', { ...nobody, headers: { accept: 'image/*' } })).status,
    ).toBe(406)
  })

  test('every context that an answer names is there', async () => {
    await using house = await openHouse()
    const names = [
      ...RESOURCES.map(({ name }) => name),
      'Entrypoint',
      'Error',
      'ConstraintViolation',
    ]
    for (const name of names) {
      const { status, headers } = await house.ask('GET', `/api/contexts/${name}`, nobody)
      expect([status, headers['content-type']]).toEqual([200, 'application/ld+json; charset=utf-8'])
    }
    const { json } = await house.ask('GET', '/api/contexts/Target', nobody)
    expect(json['@context']).toMatchObject({
      '@vocab': 'http://localhost:80/api/docs.jsonld#',
      hydra: 'http://www.w3.org/ns/hydra/core#',
      member: { '@id': 'hydra:member', '@type': '@id' },
      totalItems: 'hydra:totalItems',
      name: 'Target/name',
      user: { '@id': 'Target/user', '@type': '@id' },
    })
    for (const name of ['Nope', 'constructor', 'target'])
      expect((await house.ask('GET', `/api/contexts/${name}`, nobody)).status).toBe(404)
  })

  test('the documentation describes every class and what the entrypoint leads to', async () => {
    await using house = await openHouse()
    const { json } = await house.ask('GET', '/api/docs.jsonld', nobody)
    const classes = json['hydra:supportedClass'] as Node[]
    expect(classes.map((it) => it['@id'])).toEqual([
      ...RESOURCES.map(({ name }) => `#${name}`),
      '#Entrypoint',
    ])
    const properties = classes.at(-1)!['hydra:supportedProperty'] as Node[]
    const target = properties[0]!['hydra:property'] as Node
    expect(target['rdfs:range']).toEqual([
      { '@id': 'hydra:Collection' },
      {
        'owl:equivalentClass': {
          'owl:onProperty': { '@id': 'hydra:member' },
          'owl:allValuesFrom': { '@id': '#Target' },
        },
      },
    ])
    expect(target['hydra:supportedOperation']).toMatchObject([
      { 'hydra:method': 'GET' },
      { 'hydra:method': 'POST', returns: { '@id': '#Target' } },
    ])
  })

  test('the documentation gives every operation a title, which parsers insist on', async () => {
    await using house = await openHouse()
    const { text } = await house.ask('GET', '/api/docs.jsonld', nobody)
    const untitled: Node[] = []
    JSON.parse(text, (_, value: Node | null) => {
      if (value?.['@type'] === 'hydra:Operation' && value['hydra:title'] === undefined)
        untitled.push(value)
      return value
    })
    expect(untitled).toEqual([])
  })

  test('every problem explains itself where its type says', async () => {
    await using house = await openHouse()
    for (const [slug, { status, title }] of Object.entries(PROBLEMS)) {
      const asked = await house.ask('GET', `/errors/${slug}`, nobody)
      expect(asked.json).toMatchObject({ type: `/errors/${slug}`, title, status })
    }
    expect((await house.ask('GET', '/errors/nope', nobody)).status).toBe(404)
    expect((await house.ask('GET', '/errors/constructor', nobody)).status).toBe(404)
  })
})

test('a database that cannot write turns away changes for a minute, and no questions', async () => {
  await using house = await openHouse()
  const { write } = house.ours.keys
  await sql`pragma query_only = on`.execute(house.db)
  const body = { type: 'HTTP', name: 'shop', url: 'http://127.0.0.1:9/' }
  const refused = await house.ask('POST', '/api/targets', { key: write, body })
  expect(refused).toMatchObject({ status: 503, json: { type: '/errors/unavailable' } })
  expect(refused.headers).toMatchObject({ 'retry-after': '60' })
  expect((await house.ask('GET', '/api/targets', { key: write })).status).toBe(200)
})

describe('health', () => {
  test('is what the parts say, and 503 while it is not ready', async () => {
    await using house = await openHouse()
    const well = await house.ask('GET', '/healthz?at=1', nobody)
    expect(well).toMatchObject({
      status: 200,
      json: { status: 'ok', ready: true, parts: { engine: 'ok' } },
    })
    const etag = String(well.headers['etag'])
    const again = await house.ask('GET', '/healthz?at=1', {
      ...nobody,
      headers: { 'if-none-match': etag },
    })
    expect([etag, again.status]).toEqual([expect.stringMatching(/^"0-\w{12}"$/), 304])
    const starting = { ready: false, status: 'degraded', parts: { engine: 'starting' } } as const
    const app = buildApi({ ...house.deps, health: () => starting })
    const asked = await app.inject('/healthz')
    expect(asked.statusCode).toBe(503)
    expect(asked.json()).toEqual(starting)
    expect(asked.headers).not.toHaveProperty('etag')
  })
})

describe('troubles of our own', () => {
  test('are told without a word about them, and logged with their stack', async () => {
    await using house = await openHouse()
    const { id } = await house.add()
    const looker = {
      nudge: () => {},
      check: () => Promise.reject(new Error('select secret from table')),
    }
    const app = buildApi({ ...house.deps, looker })
    const asked = await app.inject({
      method: 'POST',
      url: `/api/targets/${id}/checks`,
      headers: { 'x-api-key': house.ours.keys.admin },
    })
    expect(asked.statusCode).toBe(500)
    expect(asked.json()).toMatchObject({
      type: '/errors/internal',
      detail: 'Something went wrong on our side; the log has the details.',
    })
    expect(
      house.lines.find(({ event }) => event === 'request failed by a bug')?.fields,
    ).toMatchObject({
      id: asked.headers['x-request-id'],
      error: expect.stringContaining('select secret from table'),
    })
  })
})

test('a request is logged by its route, with the prefix of its key', async () => {
  await using house = await openHouse()
  await house.ask('GET', '/api/targets/12?page=secret')
  await house.ask('GET', '/secret/path', nobody)
  const { admin } = house.ours.keys
  expect(house.lines).toEqual([
    {
      event: 'request answered',
      fields: {
        id: expect.any(String),
        keyPrefix: admin.slice(0, 9),
        method: 'GET',
        route: '/api/targets/{id}',
        status: 400,
        ms: 0,
      },
    },
    {
      event: 'request answered',
      fields: expect.objectContaining({ keyPrefix: null, route: null, status: 404 }),
    },
  ])
  const { read } = house.ours.keys
  await house.ask('DELETE', '/api/targets/1', { key: read })
  expect(house.lines.at(-1)!.fields).toMatchObject({ keyPrefix: read.slice(0, 9), status: 403 })
  expect(JSON.stringify(house.lines)).not.toMatch(/upty_\w{5}/)
})
