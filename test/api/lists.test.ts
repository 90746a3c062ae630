import { describe, expect, test } from 'vitest'
import { addIncident } from './history.ts'
import { type House, openHouse } from './house.ts'

async function names(house: House, query: string): Promise<unknown> {
  const { status, json, text } = await house.ask('GET', `/api/targets?${query}`)
  if (status !== 200) return text
  return (json['member'] as { name: string }[]).map(({ name }) => name).join(' ')
}

const view = async (house: House, query: string) =>
  (await house.ask('GET', `/api/targets?${query}`)).json['view']

describe('pages', () => {
  test.each(['0', '-1', '1.5', '2.0', 'two', '9007199254740993', '1e3'])(
    'page %s is refused',
    async (page) => {
      await using house = await openHouse()
      expect(await house.ask('GET', `/api/targets?page=${page}`)).toMatchObject({
        status: 400,
        json: { type: '/errors/invalid-parameter', parameter: 'page' },
      })
    },
  )

  test('past the end is empty, with the way back', async () => {
    await using house = await openHouse()
    for (const name of ['a', 'b', 'c']) await house.add({ name })
    const { status, json } = await house.ask('GET', '/api/targets?page=9&itemsPerPage=2')
    expect(status).toBe(200)
    expect(json).toMatchObject({ member: [], totalItems: 3 })
    expect(json['view']).toEqual({
      '@id': '/api/targets?itemsPerPage=2&page=9',
      '@type': 'PartialCollectionView',
      first: '/api/targets?itemsPerPage=2&page=1',
      last: '/api/targets?itemsPerPage=2&page=2',
      previous: '/api/targets?itemsPerPage=2&page=2',
    })
    expect((await house.ask('GET', '/api/targets?page=9007199254740991')).status).toBe(200)
  })

  test('hold ten targets and thirty of all else, at most a hundred, or nothing but a count', async () => {
    await using house = await openHouse()
    for (let made = 0; made < 12; made += 1) await house.add()
    const { json } = await house.ask('GET', '/api/targets')
    expect(json['member']).toHaveLength(10)
    expect(json['view']).toMatchObject({ next: '/api/targets?page=2', last: '/api/targets?page=2' })
    const { id } = await house.add()
    for (let made = 0; made < 31; made += 1)
      await addIncident(house, house.ours, id, { resolvedAt: house.clock.now() })
    const incidents = await house.ask('GET', '/api/target_incidents')
    expect(incidents.json['member']).toHaveLength(30)
    expect(await view(house, 'itemsPerPage=500')).toMatchObject({
      first: '/api/targets?itemsPerPage=100&page=1',
    })
    const count = await house.ask('GET', '/api/targets?itemsPerPage=0')
    expect(count.json).toMatchObject({ member: [], totalItems: 13 })
    expect(count.json['view']).toMatchObject({
      first: '/api/targets?itemsPerPage=0&page=1',
      last: '/api/targets?itemsPerPage=0&page=1',
    })
    for (const query of ['itemsPerPage=0&page=2', 'itemsPerPage=-1', 'itemsPerPage=all'])
      expect((await house.ask('GET', `/api/targets?${query}`)).status).toBe(400)
  })
})

describe('filters and orders', () => {
  test('narrow a list of targets', async () => {
    await using house = await openHouse()
    const { id } = await house.add({ name: 'alpha', tags: ['shop', 'eu'], externalRef: 'ref-1' })
    await house.add({ name: 'Bravo 50%', url: 'https://B.example/', tags: ['us'], isActive: false })
    await house.add({ name: 'charlie', url: 'https://c.example/x_y', managedBy: 'git' })
    await house.db
      .updateTable('monitor_states')
      .set({ status: 'degraded' })
      .where('monitor_id', '=', id)
      .execute()
    for (const [query, found] of [
      ['', 'charlie Bravo 50% alpha'],
      ['type=http', 'charlie Bravo 50% alpha'],
      ['type=', 'charlie Bravo 50% alpha'],
      ['type=PING', ''],
      ['type[]=HTTP&type[]=PING', 'charlie Bravo 50% alpha'],
      ['type%5B%5D=PING', ''],
      ['isActive=1', 'charlie alpha'],
      ['isActive=false', 'Bravo 50%'],
      ['statusSummary=up', 'alpha'],
      ['statusSummary=GOOD', 'alpha'],
      ['statusSummary[]=paused&statusSummary[]=good', 'Bravo 50% alpha'],
      ['statusSummary=down', ''],
      ['search=%25', 'Bravo 50%'],
      ['search=_', 'charlie'],
      ['search=BRAVO', 'Bravo 50%'],
      ['search=shop.example', 'alpha'],
      ['externalRef=ref-1', 'alpha'],
      ['managedBy=git', 'charlie'],
      ['tags[]=shop&tags[]=us', 'Bravo 50% alpha'],
      ['tags[]=sho', ''],
      ['order[id]=ASC', 'alpha Bravo 50% charlie'],
      ['order[createdAt]=asc&order[name]=desc', 'charlie alpha Bravo 50%'],
      ['order%5Bname%5D=asc&itemsPerPage=2&page=2', 'charlie'],
    ] as const)
      expect([query, await names(house, query)]).toEqual([query, found])
  })

  test.each([
    ['type=SMTP', 'type'],
    ['isActive=yes', 'isActive'],
    ['order[url]=asc', 'order[url]'],
    ['order[id]=up', 'order[id]'],
    ['page=1&page=2', 'page'],
    ['search=a&search=b', 'search'],
    [`search=${'x'.repeat(201)}`, 'search'],
    ['statusSumary=down', 'statusSumary'],
    ['constructor=1', 'constructor'],
    ['type=toString', 'type'],
  ])('%s is refused, naming %s and what is allowed', async (query, parameter) => {
    await using house = await openHouse()
    const { status, json } = await house.ask('GET', `/api/targets?${query}`)
    expect(status).toBe(400)
    expect(json).toMatchObject({ type: '/errors/invalid-parameter', parameter })
    expect(json['allowed']).toEqual(expect.arrayContaining(['page', 'statusSummary', 'order[id]']))
  })

  test('a relation given by two of its names is given twice', async () => {
    await using house = await openHouse()
    const asked = await house.ask('GET', '/api/target_checks?target.id=1&target=2')
    expect(asked).toMatchObject({ status: 400, json: { parameter: 'target' } })
  })

  test('a wrong name gets the right one suggested', async () => {
    await using house = await openHouse()
    const { json } = await house.ask('GET', '/api/targets?statusSumary=down')
    expect(json['detail']).toBe(
      'There is no parameter "statusSumary" here; did you mean statusSummary?',
    )
    expect((await house.ask('GET', '/api/targets/1?expand=all')).status).toBe(400)
  })

  test('unknown names are ignored where the client or the operator asks for it', async () => {
    await using house = await openHouse()
    const lenient = await house.ask('GET', '/api/targets?statusSumary=down', {
      headers: { prefer: 'respond-async, handling=lenient' },
    })
    expect(lenient.status).toBe(200)
    expect(lenient.headers['preference-applied']).toBe('handling=lenient')
    await using lax = await openHouse({ unknown: 'ignore' })
    const ignored = await lax.ask('GET', '/api/targets?statusSumary=down')
    expect(ignored.status).toBe(200)
    expect(ignored.headers).not.toHaveProperty('preference-applied')
    const body = {
      type: 'HTTP',
      name: 'a',
      url: 'https://a.example/',
      frequncy: 5,
      httpInfo: { x: 1 },
    }
    expect((await lax.ask('POST', '/api/targets', { body })).status).toBe(201)
    expect((await lax.ask('GET', '/api/targets?isActive=yes')).status).toBe(400)
  })

  test('dates are instants or whole days', async () => {
    await using house = await openHouse()
    const { id } = await house.add()
    const at = (iso: string) =>
      addIncident(house, house.ours, id, {
        startedAt: Date.parse(iso),
        resolvedAt: house.clock.now(),
      })
    const first = await at('2027-02-01T00:00:00Z')
    const second = await at('2027-02-01T23:59:59.999Z')
    const third = await at('2027-02-02T00:00:00Z')
    const found = async (query: string) => {
      const { json, status } = await house.ask('GET', `/api/target_incidents?${query}`)
      return status === 200 ? (json['member'] as { id: number }[]).map((it) => it.id) : status
    }
    for (const [query, ids] of [
      ['startedAt[after]=2027-02-02', [third]],
      ['startedAt[before]=2027-02-01', [second, first]],
      ['startedAt[strictly_after]=2027-02-01', [third]],
      ['startedAt[strictly_before]=2027-02-02', [second, first]],
      ['startedAt[after]=2027-02-01T23:59:59.999Z', [third, second]],
      ['startedAt[strictly_after]=2027-02-01T23:59:59.999Z', [third]],
      ['startedAt[before]=2027-02-02T01:00:00%2B01:00', [third, second, first]],
      ['startedAt[strictly_before]=2027-02-02T01:00:00+01:00', [second, first]],
      ['startedAt[after]=2027-02-02&startedAt[before]=2027-02-01', []],
      ['startedAt[after]=2027-13-01', 400],
      ['startedAt[after]=2027-02-30', 400],
      ['startedAt[after]=2027-02-01T00:00:00', 400],
      ['startedAt=2027-02-01', 400],
    ] as const)
      expect([query, await found(query)]).toEqual([query, ids])
  })
})
