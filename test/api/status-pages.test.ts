import { describe, expect, test } from 'vitest'
import { MINUTE } from '../../src/kernel/index.ts'
import { type Asked, type House, openHouse } from './house.ts'

const PATH = '/api/status_pages'
const ACME = { slug: 'acme', title: 'Acme' }

const add = (house: House, fields: object = ACME, more: Asked = {}) =>
  house.ask('POST', PATH, { body: fields, ...more })
const patch = (house: House, id: unknown, body: object, more: Asked = {}) =>
  house.ask('PATCH', `${PATH}/${String(id)}`, { body, ...more })

describe('a status page', () => {
  test('is a draft of nothing until somebody says otherwise', async () => {
    await using house = await openHouse()
    const added = await add(house)
    expect(added).toMatchObject({ status: 201, headers: { location: `${PATH}/1` } })
    expect(added.json).toEqual({
      '@context': '/api/contexts/StatusPage',
      '@id': `${PATH}/1`,
      '@type': 'StatusPage',
      id: 1,
      slug: 'acme',
      title: 'Acme',
      targets: [],
      tags: [],
      isPublic: false,
      showUrls: false,
      showIncidents: true,
      createdAt: '2027-03-01T14:00:00.000Z',
      updatedAt: '2027-03-01T14:00:00.000Z',
    })
    expect((await house.ask('GET', `${PATH}/1`)).json).toEqual(added.json)
  })

  test('keeps its targets in the order they were given', async () => {
    await using house = await openHouse()
    const ids = [await house.add(), await house.add(), await house.add()].map(({ id }) => id)
    const targets = [ids[1], ids[2], ids[0]].map((id) => `/api/targets/${id}`)
    expect((await add(house, { ...ACME, targets, tags: ['web'] })).json).toMatchObject({
      targets,
      tags: ['web'],
    })
    const turned = targets.toReversed()
    expect((await patch(house, 1, { targets: turned })).json['targets']).toEqual(turned)
  })

  test('has its title trimmed and composed', async () => {
    await using house = await openHouse()
    const { json } = await add(house, { slug: 'a-1', title: '  Cafe\u0301 😀 ' })
    expect(json['title']).toBe('Caf\u00E9 😀')
    expect((await add(house, { slug: 'a-2', title: '😀'.repeat(80) })).status).toBe(201)
  })

  test('is listed newest first, a page at a time', async () => {
    await using house = await openHouse()
    for (const slug of ['one', 'two', 'three']) await add(house, { slug, title: slug })
    const { json } = await house.ask('GET', `${PATH}?itemsPerPage=2`)
    expect(json).toMatchObject({ totalItems: 3, member: [{ slug: 'three' }, { slug: 'two' }] })
    expect((await house.ask('GET', `${PATH}?slug=one`)).status).toBe(400)
  })

  test('is changed field by field, and not at all by what it is already', async () => {
    await using house = await openHouse()
    const { json } = await add(house)
    await house.clock.turn(MINUTE)
    expect((await patch(house, 1, json)).json).toEqual(json)
    expect((await patch(house, 1, { isPublic: true, tags: ['web'] })).json).toMatchObject({
      slug: 'acme',
      isPublic: true,
      tags: ['web'],
      updatedAt: '2027-03-01T14:01:00.000Z',
    })
    const back = await patch(house, 1, { isPublic: null, tags: null, showIncidents: null })
    expect(back.json).toMatchObject({ isPublic: false, tags: [], showIncidents: true })
    expect((await patch(house, 1, { title: null })).json).toMatchObject({
      violations: [{ propertyPath: 'title', code: 'required' }],
    })
  })

  test('is changed and deleted only as the one that was read', async () => {
    await using house = await openHouse()
    await add(house)
    const { headers } = await house.ask('GET', `${PATH}/1`)
    const ifRead = { headers: { 'if-match': headers['etag']! } }
    expect((await patch(house, 1, { title: 'A' }, ifRead)).status).toBe(200)
    expect((await patch(house, 1, { title: 'B' }, ifRead)).status).toBe(412)
    expect((await house.ask('DELETE', `${PATH}/1`, ifRead)).status).toBe(412)
    expect((await house.ask('DELETE', `${PATH}/1`)).status).toBe(204)
    expect((await house.ask('DELETE', `${PATH}/1`)).status).toBe(404)
  })

  test('forgets a target that is deleted, and can be edited still', async () => {
    await using house = await openHouse()
    const [gone, stays] = [await house.add(), await house.add()]
    await add(house, { ...ACME, targets: [gone, stays].map(({ id }) => `/api/targets/${id}`) })
    await house.ask('DELETE', `/api/targets/${gone.id}`)
    const { json } = await house.ask('GET', `${PATH}/1`)
    expect(json['targets']).toEqual([`/api/targets/${stays.id}`])
    expect((await patch(house, 1, { ...json, title: 'Later' })).status).toBe(200)
  })

  test('leaves a row behind for each change of it', async () => {
    await using house = await openHouse()
    await add(house)
    await patch(house, 1, { title: 'Later', tags: [] })
    await house.ask('DELETE', `${PATH}/1`)
    const rows = await house.db
      .selectFrom('audit_logs')
      .select(['action', 'subject', 'changes'])
      .where('subject', '=', `${PATH}/1`)
      .orderBy('id')
      .execute()
    expect(rows.map(({ action }) => action)).toEqual([
      'status_page.create',
      'status_page.update',
      'status_page.delete',
    ])
    expect(JSON.parse(rows[1]!.changes)).toEqual({ title: ['Acme', 'Later'] })
  })
})

describe('what cannot be', () => {
  test.each<[what: string, fields: object, violations: string[]]>([
    ['nothing', {}, ['slug/required', 'title/required']],
    ['a slug of two', { ...ACME, slug: 'ab' }, ['slug/format']],
    ['a slug of 41', { ...ACME, slug: 'a'.repeat(41) }, ['slug/format']],
    ['a slug in capitals', { ...ACME, slug: 'Acme' }, ['slug/format']],
    ['a slug with a line end', { ...ACME, slug: 'acme\n' }, ['slug/format']],
    ['a slug that is a number', { ...ACME, slug: 12345 }, ['slug/type']],
    ['a title of blanks', { ...ACME, title: '  ' }, ['title/length']],
    ['a title of 81', { ...ACME, title: 'x'.repeat(81) }, ['title/length']],
    ['a title of two lines', { ...ACME, title: 'a\nb' }, ['title/length']],
    ['targets that are none', { ...ACME, targets: ['/api/targets/x'] }, ['targets[0]/not_found']],
    ['a target nobody has', { ...ACME, targets: ['/api/targets/777'] }, ['targets[0]/not_found']],
    ['one target for a list', { ...ACME, targets: '/api/targets/1' }, ['targets/type']],
    ['tags no monitor carries', { ...ACME, tags: ['Web'] }, ['tags[0]/format']],
    ['a tag twice', { ...ACME, tags: ['a', 'a'] }, ['tags/length']],
    ['text for a flag', { ...ACME, isPublic: 'yes' }, ['isPublic/type']],
    ['a field nobody knows', { ...ACME, showUrl: true }, ['showUrl/unknown_field']],
    [
      'several',
      { slug: 'a', title: '', showUrls: 1 },
      ['slug/format', 'title/length', 'showUrls/type'],
    ],
  ])('%s', async (_, fields, violations) => {
    await using house = await openHouse()
    const { status, json } = await add(house, fields)
    const said = (json['violations'] as { propertyPath: string; code: string }[]).map(
      (it) => `${it.propertyPath}/${it.code}`,
    )
    expect([status, said]).toEqual([422, violations])
  })

  test('a target twice', async () => {
    await using house = await openHouse()
    const { id } = await house.add()
    const targets = [`/api/targets/${id}`, `/api/targets/${id}`]
    expect((await add(house, { ...ACME, targets })).json).toMatchObject({
      detail: 'targets: must be a list of at most 500 different monitors of yours',
    })
  })

  test('names the value and the rule', async () => {
    await using house = await openHouse()
    expect((await add(house, { ...ACME, slug: 'Acme Shop' })).json['detail']).toBe(
      'slug: must be 3 to 40 of a-z 0-9 and -, not "Acme Shop"',
    )
  })

  test('a slug that is taken, by whomever', async () => {
    await using house = await openHouse()
    await add(house, ACME, { key: house.theirs.keys.write })
    const refused = await add(house)
    expect(refused).toMatchObject({
      status: 409,
      json: {
        type: '/errors/conflict',
        propertyPath: 'slug',
        detail: 'There is a status page at /status/acme already; pick another slug.',
      },
    })
    await add(house, { ...ACME, slug: 'acme-2' })
    expect((await patch(house, 2, { slug: 'acme' })).status).toBe(409)
    expect((await patch(house, 2, { slug: 'acme-3' })).status).toBe(200)
    await house.ask('DELETE', `${PATH}/1`, { key: house.theirs.keys.write })
    expect((await patch(house, 2, { slug: 'acme' })).status).toBe(200)
  })
})

describe('who may', () => {
  test('read with read, change with write', async () => {
    await using house = await openHouse()
    const { read, write } = house.ours.keys
    expect((await add(house, ACME, { key: read })).status).toBe(403)
    expect((await add(house, ACME, { key: write })).status).toBe(201)
    expect((await house.ask('GET', `${PATH}/1`, { key: read })).status).toBe(200)
    expect((await patch(house, 1, { title: 'x' }, { key: read })).status).toBe(403)
    expect((await house.ask('DELETE', `${PATH}/1`, { key: read })).status).toBe(403)
    expect((await house.ask('GET', PATH, { key: null })).status).toBe(401)
  })

  test('another account has nothing one could tell from what is not there', async () => {
    await using house = await openHouse()
    const { id } = await house.add({}, house.theirs)
    await add(house, ACME, { key: house.theirs.keys.admin })
    const bare = ({ status, text }: { status: number; text: string }) => [
      status,
      text.replace(/"requestId":"\w+"/, ''),
    ]
    for (const [method, more] of [
      ['GET', {}],
      ['PATCH', { body: { title: 'mine' } }],
      ['DELETE', {}],
    ] as const)
      expect(bare(await house.ask(method, `${PATH}/1`, more))).toEqual(
        bare(await house.ask(method, `${PATH}/777`, more)),
      )
    expect((await house.ask('GET', PATH)).json).toMatchObject({ totalItems: 0 })
    const strangers = async (target: number) => {
      const { json } = await add(house, {
        ...ACME,
        slug: 'b-b',
        targets: [`/api/targets/${target}`],
      })
      return json['violations']
    }
    expect(await strangers(id)).toEqual(await strangers(777))
  })
})
