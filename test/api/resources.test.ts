import { describe, expect, test } from 'vitest'
import { HOUR } from '../../src/kernel/index.ts'
import { packHistory, recordSamples } from '../../src/stats/index.ts'
import { bindAccount } from '../../src/storage/index.ts'
import { addIncident } from './history.ts'
import { type House, openHouse } from './house.ts'

const outcome = (status: string, ms: number) =>
  JSON.stringify({
    status,
    code: status === 'up' ? 'ok' : 'connect_refused',
    message: 'words',
    durationMs: ms,
    timings: { total: ms },
  })

const addCheck = (house: House, monitor_id: number, status: string) =>
  bindAccount(house.db, house.ours.id)
    .insertInto('checks')
    .values({
      monitor_id,
      cause: 'manual',
      started_at: house.clock.now(),
      finished_at: house.clock.now() + 5,
      outcome: outcome(status, 5),
    })
    .execute()

describe('checks', () => {
  test('run now, and wait for the answer', async () => {
    await using house = await openHouse()
    const { id } = await house.add()
    const asked = await house.ask('POST', `/api/targets/${id}/checks`)
    expect(asked).toMatchObject({
      status: 200,
      json: {
        '@context': '/api/contexts/TargetCheck',
        '@id': '/api/target_checks/7',
        '@type': 'TargetCheck',
        target: `/api/targets/${id}`,
        trigger: 'manual',
        startedAt: '2027-03-01T14:00:00.000Z',
        status: 'up',
        code: 'ok',
        durationMs: 12,
        timings: { total: 12 },
        details: null,
      },
    })
  })

  test('are listed newest first, by target and status', async () => {
    await using house = await openHouse()
    const [one, two] = [await house.add(), await house.add()]
    await addCheck(house, one.id, 'up')
    await addCheck(house, one.id, 'down')
    await addCheck(house, two.id, 'down')
    const found = async (query: string) =>
      (
        (await house.ask('GET', `/api/target_checks?${query}`)).json['member'] as { id: number }[]
      ).map(({ id }) => id)
    expect(await found('')).toEqual([3, 2, 1])
    expect(await found(`target.id=${one.id}`)).toEqual([2, 1])
    expect(await found('status=DOWN')).toEqual([3, 2])
    expect(await found('startedAt[after]=2027-03-02')).toEqual([])
    expect((await house.ask('GET', '/api/target_checks/2')).json).toMatchObject({
      id: 2,
      status: 'down',
      code: 'connect_refused',
    })
  })
})

describe('checks that changed nothing', () => {
  const STEP = 10_000

  /** Looks as the engine leaves them: one kept whole, then samples alone, the last one in full. */
  async function watched(house: House, account = house.ours) {
    const { id } = await house.add({}, account)
    const start = house.clock.now()
    const at = [0, 1, 2].map((step) => start + step * STEP)
    const samples = at.map((it) => ({
      monitorId: id,
      accountId: account.id,
      at: it,
      status: 'up',
      code: 'ok',
      ms: 7,
      observedMs: STEP,
    }))
    await recordSamples(house.db, samples)
    const db = bindAccount(house.db, account.id)
    const [started_at = 0] = at
    const first = {
      monitor_id: id,
      cause: 'resume',
      started_at,
      finished_at: started_at + 7,
    } as const
    await db
      .insertInto('checks')
      .values({ ...first, outcome: outcome('up', 7) })
      .execute()
    const last = { last_check_at: at[2]!, latest: outcome('up', 8) }
    await db.updateTable('monitor_states').set(last).where('monitor_id', '=', id).execute()
    return id
  }

  const asTheyCame = async () => {}
  const packed = (house: House) =>
    packHistory(house.db, house.clock.now() + 2 * HOUR, async () => true)
  const EITHER = [
    ['as they came', asTheyCame],
    ['packed', packed],
  ] as const

  test.each(EITHER)('%s: listed with the others, answering by their id', async (_, settle) => {
    await using house = await openHouse()
    const id = await watched(house)
    await watched(house, house.theirs)
    await settle(house)
    const { json } = await house.ask('GET', `/api/target_checks?target.id=${id}`)
    const members = json['member'] as Record<string, unknown>[]
    expect(json['totalItems']).toBe(3)
    const same = { target: `/api/targets/${id}`, status: 'up', code: 'ok', details: null }
    expect(members).toMatchObject([
      { ...same, startedAt: '2027-03-01T14:00:20.000Z', timings: { total: 8 }, durationMs: 8 },
      {
        ...same,
        trigger: 'schedule',
        startedAt: '2027-03-01T14:00:10.000Z',
        finishedAt: '2027-03-01T14:00:10.007Z',
        message: 'ok in 7 ms',
        durationMs: 7,
        timings: null,
      },
      { ...same, id: 1, trigger: 'resume', timings: { total: 7 } },
    ])
    for (const { '@id': iri, ...fields } of members)
      expect((await house.ask('GET', String(iri))).json).toMatchObject(fields)
    expect((await house.ask('GET', '/api/target_checks')).json).toMatchObject({ totalItems: 3 })
  })

  test.each(EITHER)('%s: filtered, counted and paged like the others', async (_, settle) => {
    await using house = await openHouse()
    const id = await watched(house)
    await settle(house)
    const found = async (query: string) => {
      const { json } = await house.ask('GET', `/api/target_checks?${query}`)
      const members = json['member'] as { startedAt: string }[]
      return [json['totalItems'], members.map(({ startedAt }) => startedAt.slice(17, 19)).join(' ')]
    }
    expect(await found('status=up')).toEqual([3, '20 10 00'])
    expect(await found('status=down')).toEqual([0, ''])
    expect(await found('startedAt[after]=2027-03-01T14:00:10Z')).toEqual([2, '20 10'])
    expect(await found('startedAt[strictly_before]=2027-03-01T14:00:10Z')).toEqual([1, '00'])
    expect(await found('itemsPerPage=2&page=2')).toEqual([3, '00'])
    const at = house.clock.now() + 3 * STEP
    const failed = { status: 'down', code: 'http_status', ms: 5, observedMs: STEP }
    await recordSamples(house.db, [{ ...failed, monitorId: id, accountId: house.ours.id, at }])
    await house.clock.turn(3 * STEP)
    await addCheck(house, id, 'down')
    await settle(house)
    expect(await found('')).toEqual([4, '30 20 10 00'])
    expect(await found('status=down')).toEqual([1, '30'])
    expect(await found('status[]=down&status[]=up')).toEqual([4, '30 20 10 00'])
  })

  test('of another account are not there', async () => {
    await using house = await openHouse()
    const id = await watched(house, house.theirs)
    const key = house.theirs.keys.read
    const { json } = await house.ask('GET', `/api/target_checks?target.id=${id}`, { key })
    for (const { '@id': iri } of json['member'] as { '@id': string }[])
      expect((await house.ask('GET', iri)).status).toBe(404)
    expect((await house.ask('GET', '/api/target_checks/9999999999999999')).status).toBe(404)
  })
})

describe('the account', () => {
  test('says who asks, what may be done and how things are', async () => {
    await using house = await openHouse()
    const { id } = await house.add()
    await house.add({ isActive: false })
    await addIncident(house, house.ours, id)
    const { admin, read } = house.ours.keys
    const me = await house.ask('GET', '/api/me')
    expect(me.json).toEqual({
      '@context': '/api/contexts/User',
      '@id': '/api/users/1',
      '@type': 'User',
      id: 1,
      name: 'ours',
      plan: 'team',
      timezone: 'UTC',
      limits: { requestsPerMinute: 600, targets: 1000, apiKeys: 10, minIntervalSeconds: 10 },
      summary: {
        total: 2,
        pending: 1,
        up: 0,
        degraded: 0,
        down: 0,
        paused: 1,
        openIncidents: 1,
        uptime24h: null,
      },
      key: { prefix: `${admin.slice(0, 9)}****`, scope: 'admin', targets: null, expiresAt: null },
    })
    expect((await house.ask('GET', '/api/users/1')).json).toEqual(me.json)
    expect((await house.ask('GET', '/api/me', { key: read })).json['key']).toMatchObject({
      scope: 'read',
    })
  })

  test('can be renamed and moved to another zone', async () => {
    await using house = await openHouse()
    const set = (body: object, key = house.ours.keys.admin) =>
      house.ask('PATCH', '/api/me', { body, key })
    expect(await set({ timezone: 'Europe/Berlin', name: ' Acme ', id: 9 })).toMatchObject({
      status: 200,
      json: { id: 1, timezone: 'Europe/Berlin', name: 'Acme' },
    })
    expect((await house.ask('GET', '/api/me')).json).toMatchObject({ name: 'Acme' })
    for (const body of [
      { timezone: 'Mars/Base' },
      { timezone: '+02:00' },
      { name: '' },
      { nam: 'x' },
    ])
      expect((await set(body)).status).toBe(422)
    expect(await set({ name: 'theirs' })).toMatchObject({ status: 409 })
    expect((await set({ name: 'x' }, house.ours.keys.write)).status).toBe(403)
    const theirs = await house.ask('GET', '/api/me', { key: house.theirs.keys.read })
    expect(theirs.json).toMatchObject({ name: 'theirs', timezone: 'UTC' })
  })

  test('gets link codes, with a body or without', async () => {
    await using house = await openHouse()
    for (const asked of [{}, { body: {} }, { body: { '@type': 'LinkCode' } }]) {
      const made = await house.ask('POST', '/api/link_codes', asked)
      expect(made).toMatchObject({
        status: 201,
        json: { '@type': 'LinkCode', expiresAt: '2027-03-01T14:10:00.000Z' },
      })
      expect(made.json['code']).toMatch(/^[A-Z2-9]{4}-[A-Z2-9]{4}$/)
      expect(made.headers['cache-control']).toBe('no-store')
    }
    expect((await house.ask('POST', '/api/link_codes', { body: { code: 'x', y: 1 } })).status).toBe(
      422,
    )
  })
})

describe('a target that was looked at', () => {
  test('shows its state, uptime and times', async () => {
    await using house = await openHouse()
    const { id } = await house.add({ intervalSeconds: 60 })
    const now = house.clock.now()
    await house.db
      .updateTable('monitor_states')
      .set({
        status: 'down',
        changed_at: now - 60_000,
        last_check_at: now,
        last_ms: 31,
        last_status: 'down',
        last_code: 'connect_refused',
        last_message: 'connection refused',
      })
      .execute()
    await addIncident(house, house.ours, id)
    for (let minute = 0; minute < 10; minute += 1)
      await recordSamples(house.db, [
        {
          monitorId: id,
          accountId: 1,
          at: now - minute * 60_000 - 1,
          status: minute === 0 ? 'down' : 'up',
          code: 'ok',
          ms: 10 + minute,
          observedMs: 60_000,
        },
      ])
    const { json } = await house.ask('GET', `/api/targets/${id}`)
    expect(json).toMatchObject({
      statusSummary: 'ERROR',
      lastCheckAt: '2027-03-01T14:00:00.000Z',
      lastChangeAt: '2027-03-01T13:59:00.000Z',
      lastResponseTime: 31,
      lastErrorCode: 'connect_refused',
      lastErrorMessage: 'connection refused',
      uptime24h: 90,
      stats: {
        uptime24h: 90,
        uptime7d: 90,
        avgResponseTime24h: 15,
        p95ResponseTime24h: 19,
        checks24h: 10,
      },
    })
    const next = Date.parse(String(json['nextCheckAt']))
    expect(next).toBeGreaterThan(now)
    expect(next).toBeLessThanOrEqual(now + 60_000)
    const list = await house.ask('GET', '/api/targets?statusSummary=ERROR')
    expect(list.json['member']).toMatchObject([{ id, uptime24h: 90, statusSummary: 'ERROR' }])
  })
})
