import { describe, expect, test } from 'vitest'
import { MINUTE } from '../../src/kernel/index.ts'
import { RESOURCES } from '../../src/api/resources.ts'
import { recordSamples } from '../../src/stats/index.ts'
import { readCsv } from '../support/csv.ts'
import { addIncident } from './history.ts'
import { type House, openHouse } from './house.ts'

const CSV = 'text/csv; charset=utf-8; header=present'

const exported = async (house: House, url: string, more: Readonly<Record<string, string>> = {}) => {
  const asked = await house.ask('GET', url, { headers: { accept: 'text/csv', ...more } })
  const [head = [], ...rows] = asked.status === 200 ? readCsv(asked.text) : []
  const objects = rows.map((row) =>
    Object.fromEntries(head.map((name, column) => [name, row[column]])),
  )
  return { ...asked, head, rows: objects }
}

describe('what a client accepts', () => {
  test.each([
    ['text/csv', CSV],
    ['TEXT/CSV; header=present', CSV],
    ['text/html, text/csv;q=0.3', CSV],
    ['text/csv, application/json;q=0.9', CSV],
    ['text/csv;q=0.4, */*;q=0.3', CSV],
    ['text/csv, */*', CSV],
    ['text/csv, application/json', 'application/json; charset=utf-8'],
    ['text/csv;q=0.5, application/json', 'application/json; charset=utf-8'],
    ['text/csv;q=0, */*', 'application/ld+json; charset=utf-8'],
    ['*/*', 'application/ld+json; charset=utf-8'],
    ['text/*, */*;q=0.1', 'application/ld+json; charset=utf-8'],
  ])('%s gets a list as %s', async (accept, type) => {
    await using house = await openHouse()
    const { headers } = await house.ask('GET', '/api/targets', { headers: { accept } })
    expect(headers).toMatchObject({ 'content-type': type, vary: 'Accept' })
  })

  test.each([
    ['/api/targets', 'text/*'],
    ['/api/targets', 'text/csv;q=0'],
    ['/api/targets', 'text/csvs'],
    ['/api/targets/1', 'text/csv'],
    ['/api/me', 'text/csv'],
    ['/api', 'text/csv'],
  ])('%s cannot be had as %s', async (url, accept) => {
    await using house = await openHouse()
    await house.add()
    const asked = await house.ask('GET', url, { headers: { accept } })
    expect(asked).toMatchObject({ status: 406, json: { type: '/errors/not-acceptable' } })
    expect(asked.headers['content-type']).toBe('application/problem+json; charset=utf-8')
  })

  test('an item comes as what else is taken, and what is made does not come as CSV', async () => {
    await using house = await openHouse()
    await house.add()
    const headers = { accept: 'text/csv, application/json;q=0.1' }
    expect((await house.ask('GET', '/api/targets/1', { headers })).json).toMatchObject({ id: 1 })
    const made = await house.ask('POST', '/api/targets', {
      headers: { accept: 'text/csv' },
      body: { type: 'HTTP', name: 'a', url: 'http://a.example/' },
    })
    expect(made.status).toBe(406)
  })

  test('a refusal is a problem document, without the @ keys', async () => {
    await using house = await openHouse()
    const { status, headers, json } = await exported(house, '/api/targets?page=0')
    expect([status, headers['content-type']]).toEqual([
      400,
      'application/problem+json; charset=utf-8',
    ])
    expect(Object.keys(json)).not.toContain('@type')
  })
})

describe('a list as CSV', () => {
  test('has a column a field, whichever list it is, and those of its JSON', async () => {
    await using house = await openHouse()
    await addIncident(house, house.ours, (await house.add({ tags: ['eu', 'prod'] })).id)
    const lists = RESOURCES.flatMap(({ routes }) => routes).filter(
      (it) => it.pageSize !== undefined,
    )
    expect(lists.length).toBeGreaterThan(12)
    for (const { path } of lists) {
      const { status, headers, head, rows } = await exported(house, path)
      const plain = await house.ask('GET', path, { headers: { accept: 'application/json' } })
      expect([path, status, headers['content-type']]).toEqual([path, 200, CSV])
      expect(headers['content-disposition']).toBe(
        `attachment; filename="${path.replace('/api/', '')}.csv"`,
      )
      const members = plain.json as unknown as Readonly<Record<string, unknown>>[]
      expect([path, rows.length, new Set(head).size]).toEqual([path, members.length, head.length])
      const roots = new Set(head.map((name) => name.split('.')[0]))
      for (const member of members)
        expect([...roots]).toEqual(expect.arrayContaining(Object.keys(member)))
    }
  })

  test('shows relations as IRIs, lists as JSON, objects as columns, and null as nothing', async () => {
    await using house = await openHouse()
    const { id } = await house.add({ name: '=cmd|"x"', tags: ['eu', 'prod'] })
    await house.add({ name: 'Shop, "main"' })
    const { rows } = await exported(house, '/api/targets?order[id]=asc')
    expect(rows).toMatchObject([
      { id: '1', name: `'=cmd|"x"`, user: '/api/users/1', isActive: 'true', tags: '["eu","prod"]' },
      { id: '2', name: 'Shop, "main"', lastCheckAt: '', uptime24h: '', tags: '[]' },
    ])
    await house.db
      .insertInto('checks')
      .values({
        account_id: house.ours.id,
        monitor_id: id,
        cause: 'manual',
        started_at: house.clock.now(),
        finished_at: house.clock.now() + 5,
        outcome: JSON.stringify({
          status: 'down',
          code: 'http_status',
          message: '-- said "no", twice',
          durationMs: 5,
          timings: { dns: 1.5, total: 5 },
          details: { address: '10.0.0.1', http: { status: 500 } },
        }),
      })
      .execute()
    const checks = await exported(house, '/api/target_checks')
    expect(checks.rows).toMatchObject([
      {
        target: `/api/targets/${id}`,
        message: `'-- said "no", twice`,
        durationMs: '5',
        'timings.dns': '1.5',
        'timings.tls': '',
        'timings.total': '5',
        'details.address': '10.0.0.1',
        'details.http': '{"status":500}',
        'details.ping': '',
      },
    ])
  })

  test('without a row has its header row', async () => {
    await using house = await openHouse()
    const { text, headers } = await exported(house, '/api/target_stats_dailies')
    expect(text).toBe(
      'id,target,date,uptime,minResponseTime,maxResponseTime,avgResponseTime,p95ResponseTime,checks,failures,downtimeSeconds,observedSeconds\r\n',
    )
    expect(headers['x-total-count']).toBe('0')
  })

  test('is 10,000 rows a page and no more, each of them once, and says where the rest is', async () => {
    await using house = await openHouse()
    const { id } = await house.add()
    const start = house.clock.now() - (house.clock.now() % MINUTE)
    const looks = Array.from({ length: 10_003 }, (_, minute) => ({
      monitorId: id,
      accountId: house.ours.id,
      at: start - minute * MINUTE,
      status: 'up' as const,
      code: 'ok',
      ms: minute % 1000,
      observedMs: MINUTE,
    }))
    await house.db.transaction().execute((tx) => recordSamples(tx, looks))
    const path = `/api/target_checks?target.id=${id}`
    const first = await exported(house, path)
    expect(first.headers['x-total-count']).toBe('10003')
    expect(first.headers['link']).toContain('target_checks?target.id=1&page=2>; rel="next"')
    expect(first.rows.map((it) => it['durationMs'])).toEqual(
      looks.slice(0, 10_000).map(({ ms }) => String(ms)),
    )
    expect((await exported(house, `${path}&page=2`)).rows).toHaveLength(3)
    const clamped = await exported(house, `${path}&itemsPerPage=20000`)
    expect(clamped.rows).toHaveLength(10_000)
    expect(clamped.headers['link']).toContain('itemsPerPage=10000&page=2>; rel="last"')
    expect((await exported(house, `${path}&itemsPerPage=5&page=2`)).rows).toHaveLength(5)
    const none = await exported(house, `${path}&itemsPerPage=0`)
    expect([none.status, none.rows, none.headers['x-total-count']]).toEqual([200, [], '10003'])
    const json = await house.ask('GET', `${path}&itemsPerPage=10000`)
    expect(json.json['member']).toHaveLength(100)
  }, 20_000)

  test('is known again by its ETag, and answers HEAD', async () => {
    await using house = await openHouse()
    await house.add()
    const headers = { accept: 'text/csv' }
    const { headers: said } = await exported(house, '/api/targets')
    const again = await exported(house, '/api/targets', { 'if-none-match': said['etag']! })
    expect([again.status, again.text]).toEqual([304, ''])
    const ld = await house.ask('GET', '/api/targets')
    expect(ld.headers['etag']).not.toBe(said['etag'])
    const head = await house.ask('HEAD', '/api/targets', { headers })
    expect([head.status, head.text, head.headers['x-total-count']]).toEqual([200, '', '1'])
  })

  test('lists no row twice where others come in while it is read', async () => {
    await using house = await openHouse()
    const { id } = await house.add()
    const past = house.clock.now()
    for (let made = 0; made < 2100; made += 1)
      await addIncident(house, house.ours, id, { resolvedAt: past, startedAt: past - made })
    const reading = exported(house, '/api/target_incidents')
    await new Promise(setImmediate)
    for (let made = 0; made < 3; made += 1)
      await addIncident(house, house.ours, id, { resolvedAt: past, startedAt: past })
    const ids = (await reading).rows.map((it) => it['id'])
    expect(new Set(ids).size).toBe(ids.length)
    expect(ids.length).toBeGreaterThanOrEqual(2100)
  }, 20_000)
})
