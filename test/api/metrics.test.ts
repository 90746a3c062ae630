import { describe, expect, test } from 'vitest'
import { DAY, SECOND } from '../../src/kernel/index.ts'
import { readExposition } from '../support/exposition.ts'
import { addIncident } from './history.ts'
import { type House, openHouse } from './house.ts'

type Status = 'up' | 'degraded' | 'down'

/** As its last check left it. */
const seen = (house: House, id: number, status: Status, ms: number, more: object = {}) =>
  house.db
    .updateTable('monitor_states')
    .set({
      status,
      last_status: status,
      last_ms: ms,
      last_check_at: house.clock.now(),
      latest: JSON.stringify({
        status,
        code: 'ok',
        message: '',
        durationMs: ms,
        timings: { total: ms },
        ...more,
      }),
    })
    .where('monitor_id', '=', id)
    .execute()

/** A scrape, strictly read. `targets`: the series about one, `family name=value …` each. */
const scrape = async (house: House, key: string | null = house.ours.keys.read) => {
  const { status, headers, text } = await house.ask('GET', '/metrics', { key })
  const families = status === 200 ? readExposition(text) : []
  const series = families.flatMap((it) => it.series)
  const about = (id: number) =>
    Object.fromEntries(
      series
        .filter(({ labels }) => labels['id'] === String(id))
        .map(({ name, labels: { state, phase, severity }, value }) => [
          [name.replace('uptalk_', ''), state ?? phase ?? severity].filter(Boolean).join(' '),
          value,
        ]),
    )
  const targets = series.filter(({ name }) => /^uptalk_(?:target|incidents)_/.test(name))
  return { status, headers, families, series, targets, about }
}

const STATES = {
  'target_state up': 0,
  'target_state degraded': 0,
  'target_state down': 0,
  'target_state pending': 0,
  'target_state paused': 0,
  target_maintenance: 0,
}
const NO_INCIDENT = { incidents_open: 0, 'incidents_total down': 0, 'incidents_total warning': 0 }

describe('GET /metrics', () => {
  test('shows the process to everyone, and no target', async () => {
    await using house = await openHouse()
    await house.add()
    const { status, headers, series, targets } = await scrape(house, null)
    expect([status, headers['content-type']]).toEqual([
      200,
      'text/plain; version=0.0.4; charset=utf-8',
    ])
    expect(series).toContainEqual({
      name: 'uptalk_build_info',
      labels: { version: '0.0.0' },
      value: 1,
    })
    expect(series).toContainEqual({ name: 'uptalk_part_up', labels: { part: 'engine' }, value: 1 })
    expect(series.some(({ name }) => name === 'process_resident_memory_bytes')).toBe(true)
    expect(targets).toEqual([])
  })

  test('shows how the checks of the process go', async () => {
    await using house = await openHouse()
    const { series } = await scrape(house, null)
    const ours = series
      .filter(({ name }) => /^uptalk_(?:checks?|targets)_/.test(name))
      .map(({ name, labels: { le = '' }, value }) => [name.replace('uptalk_', ''), le, value])
    expect(ours).toEqual([
      ['targets_watched', '', 7],
      ['checks_running', '', 2],
      ['checks_skipped_total', '', 3],
      ['checks_missed_total', '', 4],
      ['check_lateness_seconds_bucket', '0.005', 10],
      ['check_lateness_seconds_bucket', '1', 12],
      ['check_lateness_seconds_bucket', '+Inf', 13],
      ['check_lateness_seconds_sum', '', 6.05],
      ['check_lateness_seconds_count', '', 13],
    ])
  })

  test('names its families as Prometheus has it: counters end in _total, and no others', async () => {
    await using house = await openHouse()
    await seen(house, (await house.add()).id, 'up', 5)
    const { families } = await scrape(house)
    const ours = families.filter(({ name }) => name.startsWith('uptalk_'))
    expect(ours.length).toBeGreaterThan(6)
    for (const { name, type } of ours)
      expect([name, name.endsWith('_total')]).toEqual([name, type === 'counter'])
  })

  test('shows the targets of the account whose key came along, each in its state', async () => {
    await using house = await openHouse()
    const now = house.clock.now() / SECOND
    const shop = await house.add({ name: 'Shop' })
    const blog = await house.add({ name: 'Blog' })
    const slow = await house.add({ name: 'Slow', type: 'PORT', url: 'mail.example:25' })
    const paused = await house.add({ name: 'Paused', isActive: false })
    const fresh = await house.add({ name: 'Fresh' })
    await house.add({ name: 'Theirs' }, house.theirs)
    await seen(house, shop.id, 'up', 123)
    await seen(house, blog.id, 'down', 30_000, { timings: { dns: 2, total: 30_000 } })
    await seen(house, slow.id, 'degraded', 2500)
    await seen(house, paused.id, 'up', 9)
    await addIncident(house, house.ours, blog.id)
    await addIncident(house, house.ours, shop.id, { resolvedAt: house.clock.now() })
    const { about, targets } = await scrape(house)
    expect(about(shop.id)).toEqual({
      ...STATES,
      ...NO_INCIDENT,
      target_up: 1,
      'target_state up': 1,
      target_response_seconds: 0.123,
      target_last_check_timestamp_seconds: now,
      'incidents_total down': 1,
    })
    expect(about(blog.id)).toEqual({
      ...STATES,
      ...NO_INCIDENT,
      target_up: 0,
      'target_state down': 1,
      target_last_check_timestamp_seconds: now,
      incidents_open: 1,
      'incidents_total down': 1,
    })
    expect(about(slow.id)).toEqual({
      ...STATES,
      ...NO_INCIDENT,
      target_up: 1,
      'target_state degraded': 1,
      target_response_seconds: 2.5,
      target_last_check_timestamp_seconds: now,
    })
    expect(about(paused.id)).toEqual({
      ...STATES,
      ...NO_INCIDENT,
      'target_state paused': 1,
      target_last_check_timestamp_seconds: now,
    })
    expect(about(fresh.id)).toEqual({ ...STATES, ...NO_INCIDENT, 'target_state pending': 1 })
    expect(new Set(targets.map(({ labels }) => `${labels['name']} ${labels['type']}`))).toEqual(
      new Set(['Shop HTTP', 'Blog HTTP', 'Slow PORT', 'Paused HTTP', 'Fresh HTTP']),
    )
    await house.ask('DELETE', `/api/targets/${blog.id}`)
    expect((await scrape(house)).about(blog.id)).toEqual({})
  })

  test('shows the parts of the last check, and the days a certificate and a domain have left', async () => {
    await using house = await openHouse()
    const endsIn = (days: number) => new Date(house.clock.now() + days * DAY).toISOString()
    const shop = await house.add()
    const domain = await house.add({ type: 'DOMAIN', url: 'shop.example' })
    const timings = { dns: 1.5, connect: 20, tls: 40, firstByte: 100, body: 5, total: 166.5 }
    const details = { certificate: { validTo: endsIn(12.5) } }
    await seen(house, shop.id, 'up', 167, { timings, details })
    await seen(house, domain.id, 'down', 167, { details: { domain: { expiresAt: endsIn(-1) } } })
    const { about } = await scrape(house)
    expect(about(shop.id)).toMatchObject({
      'target_phase_seconds dns': 0.0015,
      'target_phase_seconds connect': 0.02,
      'target_phase_seconds tls': 0.04,
      'target_phase_seconds first_byte': 0.1,
      'target_phase_seconds body': 0.005,
      target_certificate_days: 12.5,
    })
    expect(about(domain.id)).toMatchObject({ target_domain_days: -1 })
    await seen(house, domain.id, 'up', 1, { details: { domain: { expiresAt: null } } })
    expect((await scrape(house)).about(domain.id)).not.toHaveProperty('target_domain_days')
  })

  test('tells maintenance beside the state, while it lasts', async () => {
    await using house = await openHouse()
    const { id } = await house.add()
    const ends = house.clock.now() + 5000
    const body = {
      name: 'move',
      startsAt: new Date(house.clock.now()).toISOString(),
      endsAt: new Date(ends).toISOString(),
    }
    const made = await house.ask('POST', '/api/maintenances', { body })
    await house.db
      .insertInto('maintenance_spans')
      .values({
        account_id: house.ours.id,
        monitor_id: id,
        maintenance_id: Number(made.json['id']),
        started_at: house.clock.now(),
        ended_at: ends,
      })
      .execute()
    expect((await scrape(house)).about(id)).toMatchObject({ target_maintenance: 1 })
    house.clock.step(6000)
    expect((await scrape(house)).about(id)).toMatchObject({ target_maintenance: 0 })
  })

  test('counts incidents since ever by their severity, degraded as a warning', async () => {
    await using house = await openHouse()
    const { id } = await house.add()
    const resolvedAt = house.clock.now()
    for (const severity of ['down', 'down', 'warning', 'degraded'] as const) {
      const incident = await addIncident(house, house.ours, id, { resolvedAt })
      await house.db.updateTable('incidents').set({ severity }).where('id', '=', incident).execute()
    }
    expect((await scrape(house)).about(id)).toMatchObject({
      incidents_open: 0,
      'incidents_total down': 2,
      'incidents_total warning': 2,
    })
  })

  test('a name that would break out of its label does not', async () => {
    await using house = await openHouse()
    const { id } = await house.add()
    const name = 'a"} 1\n# TYPE x \\n \\" ü {b="c"}'
    await house.db.updateTable('monitors').set({ name }).where('id', '=', id).execute()
    const { targets } = await scrape(house)
    expect(new Set(targets.map(({ labels }) => labels['name']))).toEqual(new Set([name]))
  })

  test('more targets than are read at once are all there, in order', async () => {
    await using house = await openHouse()
    for (let made = 0; made < 401; made += 1) await house.add({ name: `t${made}` })
    const { families } = await scrape(house)
    const open = families.find(({ name }) => name === 'uptalk_incidents_open')!
    expect(open.series.map(({ labels }) => labels['name'])).toEqual(
      Array.from({ length: 401 }, (_, made) => `t${made}`),
    )
  }, 20_000)

  test('refuses a key that is none, and counts one that is', async () => {
    await using house = await openHouse()
    const wrong = await scrape(house, `upty_${'0'.repeat(48)}`)
    expect([wrong.status, wrong.targets]).toEqual([401, []])
    const { headers } = await scrape(house)
    expect(headers['ratelimit']).toContain('"default";r=599')
    const asBearer = await house.ask('GET', '/metrics', {
      key: null,
      headers: { authorization: `Bearer ${house.ours.keys.read}` },
    })
    expect(asBearer.status).toBe(200)
    expect((await scrape(house, null)).headers['ratelimit']).toBeUndefined()
  })
})
