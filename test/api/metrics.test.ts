import { describe, expect, test } from 'vitest'
import { addIncident } from './history.ts'
import { type House, openHouse } from './house.ts'

/** As its last check left it. */
const seen = (house: House, id: number, status: 'up' | 'degraded' | 'down', ms: number) =>
  house.db
    .updateTable('monitor_states')
    .set({ status, last_status: status, last_ms: ms })
    .where('monitor_id', '=', id)
    .execute()

const scrape = async (house: House, key: string | null = house.ours.keys.read) => {
  const { status, headers, text } = await house.ask('GET', '/metrics', { key })
  const series = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  const targets = series.filter((line) => /^uptalk_(?:target|incidents)_/.test(line))
  return { status, headers, text, series, targets }
}

describe('GET /metrics', () => {
  test('shows the process to everyone, and no target', async () => {
    await using house = await openHouse()
    await house.add()
    const { status, headers, series, targets } = await scrape(house, null)
    expect([status, headers['content-type']]).toEqual([
      200,
      'text/plain; version=0.0.4; charset=utf-8',
    ])
    expect(series).toContain('uptalk_build_info{version="0.0.0"} 1')
    expect(series).toContain('uptalk_part_up{part="engine"} 1')
    expect(series.some((line) => line.startsWith('process_resident_memory_bytes '))).toBe(true)
    expect(targets).toEqual([])
  })

  test('shows how the checks of the process go', async () => {
    await using house = await openHouse()
    const { series } = await scrape(house, null)
    expect(series.filter((line) => /^uptalk_(?:checks?|targets)_/.test(line))).toEqual([
      'uptalk_targets_watched 7',
      'uptalk_checks_running 2',
      'uptalk_checks_skipped_total 3',
      'uptalk_checks_missed_total 4',
      'uptalk_check_lateness_seconds_bucket{le="0.005"} 10',
      'uptalk_check_lateness_seconds_bucket{le="1"} 12',
      'uptalk_check_lateness_seconds_bucket{le="+Inf"} 13',
      'uptalk_check_lateness_seconds_sum 6.05',
      'uptalk_check_lateness_seconds_count 13',
    ])
  })

  test('is text that a scraper takes: each family declared once, each series once', async () => {
    await using house = await openHouse()
    await seen(house, (await house.add()).id, 'up', 5)
    const { text, series } = await scrape(house)
    const families = [...text.matchAll(/^# TYPE (\S+) /gm)].map(([, name]) => name)
    expect(families.length).toBe(new Set(families).size)
    const names = series.map((line) => line.replace(/ [^ ]+$/, ''))
    expect(names.length).toBe(new Set(names).size)
    for (const line of series)
      expect(line).toMatch(
        /^[a-z_][a-z0-9_]*(?:\{(?:[a-z_][a-z0-9_]*="(?:[^"\\\n]|\\["\\n])*",?)+\})? (?:[-+0-9.e]+|NaN)$/i,
      )
  })

  test('shows the targets of the account whose key came along', async () => {
    await using house = await openHouse()
    const shop = await house.add({ name: 'The "Shop" \\ till' })
    const blog = await house.add({ name: 'Blog' })
    const slow = await house.add({ name: 'Slow', type: 'PORT', url: 'mail.example:25' })
    const paused = await house.add({ name: 'Paused', isActive: false })
    const fresh = await house.add({ name: 'Fresh' })
    await house.add({ name: 'Theirs' }, house.theirs)
    await seen(house, shop.id, 'up', 123)
    await seen(house, blog.id, 'down', 30_000)
    await seen(house, slow.id, 'degraded', 2500)
    await seen(house, paused.id, 'up', 9)
    await addIncident(house, house.ours, blog.id)
    await addIncident(house, house.ours, shop.id, { resolvedAt: house.clock.now() })
    const { targets } = await scrape(house)
    const named = (id: number, name: string, type = 'HTTP') =>
      `{id="${id}",name="${name}",type="${type}"}`
    const [a, b, c] = [
      named(shop.id, 'The \\"Shop\\" \\\\ till'),
      named(blog.id, 'Blog'),
      named(slow.id, 'Slow', 'PORT'),
    ]
    expect(targets).toEqual([
      `uptalk_target_up${a} 1`,
      `uptalk_target_up${b} 0`,
      `uptalk_target_up${c} 1`,
      `uptalk_target_response_seconds${a} 0.123`,
      `uptalk_target_response_seconds${c} 2.5`,
      `uptalk_incidents_open${a} 0`,
      `uptalk_incidents_open${b} 1`,
      `uptalk_incidents_open${c} 0`,
      `uptalk_incidents_open${named(paused.id, 'Paused')} 0`,
      `uptalk_incidents_open${named(fresh.id, 'Fresh')} 0`,
    ])
    await house.ask('DELETE', `/api/targets/${blog.id}`)
    const after = await scrape(house)
    expect(after.targets.filter((line) => line.includes('Blog'))).toEqual([])
  })

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
