import { describe, expect, test } from 'vitest'
import { HOUR, MINUTE } from '../../src/kernel/index.ts'
import { type Asked, type House, openHouse } from './house.ts'

const PATH = '/api/maintenances'

/** The house's clock says 2027-03-01T14:00:00Z. */
const ONCE = {
  name: 'New database',
  startsAt: '2027-03-01T22:00:00Z',
  endsAt: '2027-03-02T01:00:00+01:00',
}
const NIGHTLY = { name: 'Backups', cron: '30 2 * * *', durationMinutes: 90 }

const plan = (house: House, fields: object = ONCE, more: Asked = {}) =>
  house.ask('POST', PATH, { body: fields, ...more })
const patch = (house: House, id: unknown, body: object, more: Asked = {}) =>
  house.ask('PATCH', `${PATH}/${String(id)}`, { body, ...more })

async function idsOf(house: House, query: string): Promise<unknown[]> {
  const { json } = await house.ask('GET', `${PATH}?${query}`)
  return (json['member'] as { id: number }[]).map(({ id }) => id)
}

describe('a maintenance', () => {
  test('is planned once, and read as it was planned', async () => {
    await using house = await openHouse()
    const { id } = await house.add()
    const planned = await plan(house, { ...ONCE, targets: [`/api/targets/${id}`] })
    expect(planned).toMatchObject({ status: 201, headers: { location: `${PATH}/1` } })
    expect(planned.json).toEqual({
      '@context': '/api/contexts/Maintenance',
      '@id': `${PATH}/1`,
      '@type': 'Maintenance',
      id: 1,
      name: 'New database',
      targets: [`/api/targets/${id}`],
      tags: [],
      isActive: true,
      timezone: 'UTC',
      startsAt: '2027-03-01T22:00:00.000Z',
      endsAt: '2027-03-02T00:00:00.000Z',
      cron: null,
      durationMinutes: null,
      isCurrent: false,
      nextStartsAt: '2027-03-01T22:00:00.000Z',
      createdAt: '2027-03-01T14:00:00.000Z',
      updatedAt: '2027-03-01T14:00:00.000Z',
    })
    expect((await house.ask('GET', `${PATH}/1`)).json).toEqual(planned.json)
  })

  test('recurs by the clock of its own time zone', async () => {
    await using house = await openHouse()
    const planned = await plan(house, { ...NIGHTLY, timezone: 'Europe/Berlin' })
    expect(planned.json).toMatchObject({
      targets: null,
      startsAt: null,
      isCurrent: false,
      nextStartsAt: '2027-03-02T01:30:00.000Z',
    })
  })

  test('is current from its beginning to its end, and says when it is again', async () => {
    await using house = await openHouse()
    await plan(house)
    await plan(house, NIGHTLY)
    const seen = async (id: number) => {
      const { json } = await house.ask('GET', `${PATH}/${id}`)
      return [json['isCurrent'], json['nextStartsAt']]
    }
    house.clock.step(8 * HOUR - 1)
    expect(await seen(1)).toEqual([false, '2027-03-01T22:00:00.000Z'])
    house.clock.step(1)
    expect(await seen(1)).toEqual([true, null])
    expect(await idsOf(house, 'isCurrent=true')).toEqual([1])
    expect(await idsOf(house, 'isCurrent=0')).toEqual([2])
    house.clock.step(2 * HOUR)
    expect(await seen(1)).toEqual([false, null])
    house.clock.step(2.5 * HOUR)
    expect(await seen(2)).toEqual([true, '2027-03-03T02:30:00.000Z'])
  })

  test('is listed newest first, a page at a time, and found by its target', async () => {
    await using house = await openHouse()
    const [shop, web, other] = [
      await house.add(),
      await house.add({ tags: ['web'] }),
      await house.add({}, house.theirs),
    ]
    await plan(house, { ...ONCE, targets: [`/api/targets/${shop.id}`] })
    await plan(house, { ...ONCE, tags: ['web'] })
    await plan(house, ONCE)
    await plan(house, { ...ONCE, targets: [] })
    expect(await idsOf(house, '')).toEqual([4, 3, 2, 1])
    expect(await idsOf(house, `target.id=${shop.id}`)).toEqual([3, 1])
    expect(await idsOf(house, `target=/api/targets/${web.id}`)).toEqual([3, 2])
    expect(await idsOf(house, `target.id=${other.id}`)).toEqual([])
    expect(await idsOf(house, `target.id=999`)).toEqual([])
    expect(await idsOf(house, 'itemsPerPage=3')).toEqual([4, 3, 2])
    const page = await house.ask('GET', `${PATH}?itemsPerPage=3&page=2`)
    expect(page.json).toMatchObject({ totalItems: 4, member: [{ '@id': `${PATH}/1`, id: 1 }] })
    for (const query of ['isCurrent=yes', 'target=shop', 'name=x'])
      expect((await house.ask('GET', `${PATH}?${query}`)).status).toBe(400)
  })

  test('is changed field by field, and not at all by what it is already', async () => {
    await using house = await openHouse()
    const { json } = await plan(house)
    await house.clock.turn(MINUTE)
    expect((await patch(house, 1, json)).json).toEqual(json)
    const changed = await patch(house, 1, {
      startsAt: null,
      endsAt: null,
      ...NIGHTLY,
      timezone: 'Asia/Tokyo',
      tags: ['web'],
    })
    expect(changed).toMatchObject({
      status: 200,
      json: {
        name: 'Backups',
        startsAt: null,
        cron: '30 2 * * *',
        nextStartsAt: '2027-03-01T17:30:00.000Z',
        updatedAt: '2027-03-01T14:01:00.000Z',
      },
    })
    const back = await patch(house, 1, { timezone: null, tags: null, isActive: false })
    expect(back.json).toMatchObject({ timezone: 'UTC', tags: [], nextStartsAt: null })
    expect((await patch(house, 1, { isActive: null })).json).toMatchObject({ isActive: true })
  })

  test('is changed and deleted only as the one that was read', async () => {
    await using house = await openHouse()
    await plan(house)
    const { headers } = await house.ask('GET', `${PATH}/1`)
    const ifRead = { headers: { 'if-match': headers['etag']! } }
    expect((await patch(house, 1, { name: 'A' }, ifRead)).status).toBe(200)
    expect((await patch(house, 1, { name: 'B' }, ifRead)).status).toBe(412)
    expect((await house.ask('DELETE', `${PATH}/1`, ifRead)).status).toBe(412)
    expect((await house.ask('GET', `${PATH}/1`)).json['name']).toBe('A')
    expect((await house.ask('DELETE', `${PATH}/1`)).status).toBe(204)
    expect((await house.ask('DELETE', `${PATH}/1`)).status).toBe(404)
  })

  test('forgets a target that is deleted, and can be edited still', async () => {
    await using house = await openHouse()
    const { id } = await house.add()
    await plan(house, { ...ONCE, targets: [`/api/targets/${id}`] })
    await house.ask('DELETE', `/api/targets/${id}`)
    const { json } = await house.ask('GET', `${PATH}/1`)
    expect(json['targets']).toEqual([])
    expect((await patch(house, 1, { ...json, name: 'Later' })).status).toBe(200)
  })

  test('makes the engine look up from what it does', async () => {
    await using house = await openHouse()
    await plan(house)
    await patch(house, 1, { name: 'A' })
    await house.ask('DELETE', `${PATH}/1`)
    expect(house.nudges()).toBe(3)
  })
})

describe('what cannot be', () => {
  const both = { ...ONCE, cron: '0 2 * * *' }
  test.each<[what: string, fields: object, violations: string[]]>([
    ['once and recurring', both, ['cron/conflict']],
    ['all four', { ...both, durationMinutes: 5 }, ['cron/conflict']],
    ['once with a length', { ...ONCE, durationMinutes: 5 }, ['durationMinutes/conflict']],
    ['neither', { name: 'x' }, ['startsAt/required']],
    ['no end', { ...ONCE, endsAt: null }, ['endsAt/required']],
    ['no beginning', { ...ONCE, startsAt: null }, ['startsAt/required']],
    ['no length', { name: 'x', cron: '0 2 * * *' }, ['durationMinutes/required']],
    ['no rhythm', { name: 'x', durationMinutes: 5 }, ['cron/required']],
    ['an end at its beginning', { ...ONCE, endsAt: ONCE.startsAt }, ['endsAt/range']],
    ['more than 90 days', { ...ONCE, endsAt: '2027-05-30T22:00:01Z' }, ['endsAt/range']],
    ['no name', { ...ONCE, name: undefined }, ['name/required']],
    ['a name of blanks', { ...ONCE, name: '  ' }, ['name/length']],
    ['a time without a zone', { ...ONCE, startsAt: '2027-03-01T22:00' }, ['startsAt/format']],
    ['a time as a number', { ...ONCE, endsAt: 1 }, ['endsAt/type']],
    ['six cron fields', { ...NIGHTLY, cron: '0 0 2 * * *' }, ['cron/format']],
    ['words for a rhythm', { ...NIGHTLY, cron: 'daily' }, ['cron/format']],
    ['a day that never comes', { ...NIGHTLY, cron: '0 2 30 2 *' }, ['cron/format']],
    ['no minutes', { ...NIGHTLY, durationMinutes: 0 }, ['durationMinutes/range']],
    ['more than a day', { ...NIGHTLY, durationMinutes: 1441 }, ['durationMinutes/range']],
    ['a fraction', { ...NIGHTLY, durationMinutes: 1.5 }, ['durationMinutes/type']],
    ['a zone nobody lives in', { ...NIGHTLY, timezone: 'Mars' }, ['timezone/format']],
    ['an offset as a zone', { ...NIGHTLY, timezone: '+02:00' }, ['timezone/format']],
    ['targets in a word', { ...ONCE, targets: '/api/targets/1' }, ['targets/type']],
    ['a target by its id', { ...ONCE, targets: [1] }, ['targets[0]/not_found']],
    ['another kind of thing', { ...ONCE, targets: ['/api/users/1'] }, ['targets[0]/not_found']],
    ['a target nobody has', { ...ONCE, targets: ['/api/targets/9'] }, ['targets[0]/not_found']],
    ['a tag in capitals', { ...ONCE, tags: ['ok', 'Web'] }, ['tags[1]/format']],
    ['a field that is none', { ...ONCE, timezon: 'UTC' }, ['timezon/unknown_field']],
    [
      'several things at once',
      { startsAt: 'now', endsAt: 'then', tags: 1, isActive: 'yes' },
      ['startsAt/format', 'endsAt/format', 'name/required', 'tags/type', 'isActive/type'],
    ],
  ])('%s', async (_, fields, violations) => {
    await using house = await openHouse()
    const { status, json } = await plan(house, fields)
    const found = json['violations'] as { propertyPath: string; code: string }[]
    expect([status, found?.map((it) => `${it.propertyPath}/${it.code}`)]).toEqual([422, violations])
    expect(await idsOf(house, '')).toEqual([])
  })

  test('exactly 90 days can, and a whole day of minutes, and a fraction that is none', async () => {
    await using house = await openHouse()
    for (const fields of [
      { ...ONCE, endsAt: '2027-05-30T22:00:00Z' },
      { ...NIGHTLY, durationMinutes: 1440 },
      { ...NIGHTLY, durationMinutes: 5.0 },
    ])
      expect((await plan(house, fields)).status).toBe(201)
  })

  test('a change leaves nothing behind where it breaks a rule', async () => {
    await using house = await openHouse()
    const { json } = await plan(house)
    expect((await patch(house, 1, { name: 'x', cron: '0 2 * * *' })).json).toMatchObject({
      violations: [{ propertyPath: 'cron', code: 'conflict' }],
    })
    expect((await patch(house, 1, { name: null })).status).toBe(422)
    expect((await house.ask('GET', `${PATH}/1`)).json).toEqual(json)
  })
})

describe('who may', () => {
  test('a read key looks and does not touch', async () => {
    await using house = await openHouse()
    const reading = { key: house.ours.keys.read }
    await plan(house)
    expect((await house.ask('GET', PATH, reading)).status).toBe(200)
    expect((await house.ask('GET', `${PATH}/1`, reading)).status).toBe(200)
    const refused = { status: 403, json: { requiredScope: 'write' } }
    expect(await plan(house, {}, reading)).toMatchObject(refused)
    expect(await patch(house, 1, { name: 'x' }, reading)).toMatchObject(refused)
    expect(await house.ask('DELETE', `${PATH}/999`, reading)).toMatchObject(refused)
    expect((await plan(house, ONCE, { key: house.ours.keys.write })).status).toBe(201)
  })

  test('another account’s is not there, nor are its targets', async () => {
    await using house = await openHouse()
    const theirs = await house.add({}, house.theirs)
    await plan(house, ONCE, { key: house.theirs.keys.admin })
    const without = ({ json, status }: { json: object; status: number }) => ({
      status,
      ...json,
      requestId: '',
    })
    for (const method of ['GET', 'PATCH', 'DELETE']) {
      const body = method === 'PATCH' ? { body: { name: 'x' } } : {}
      const [other, none] = [
        await house.ask(method, `${PATH}/1`, body),
        await house.ask(method, `${PATH}/999`, body),
      ]
      expect(other.status).toBe(404)
      expect(without(other)).toEqual(without(none))
    }
    expect(await idsOf(house, '')).toEqual([])
    const targets = [`/api/targets/${(await house.add()).id}`, `/api/targets/${theirs.id}`]
    const violations = [{ propertyPath: 'targets[1]', code: 'not_found' }]
    expect((await plan(house, { ...ONCE, targets })).json).toMatchObject({ violations })
    await plan(house, ONCE)
    expect((await patch(house, 2, { targets })).json).toMatchObject({ violations })
  })

  test('machines find it described', async () => {
    await using house = await openHouse()
    expect((await house.ask('GET', '/api')).json).toMatchObject({ maintenance: PATH })
    const { json } = await house.ask('GET', '/api/contexts/Maintenance')
    expect(json['@context']).toMatchObject({
      targets: { '@id': 'Maintenance/targets', '@type': '@id' },
      nextStartsAt: 'Maintenance/nextStartsAt',
    })
    expect((await house.ask('GET', '/api/docs.jsonld')).text).toContain('"#Maintenance/cron"')
  })
})
