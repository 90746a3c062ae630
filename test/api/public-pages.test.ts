import { describe, expect, test } from 'vitest'
import { overallSentence } from '../../src/api/status-html.ts'
import { DAY, HOUR, MINUTE } from '../../src/kernel/index.ts'
import { recordSamples } from '../../src/stats/index.ts'
import { addIncident } from './history.ts'
import { type Answered, type House, openHouse } from './house.ts'

type Json = Record<string, unknown>
const nobody = { key: null } as const

/** A public page at /status/acme, with what a test wants of it. */
async function publish(house: House, fields: object = {}): Promise<void> {
  const body = { slug: 'acme', title: 'Acme', isPublic: true, ...fields }
  const { status, text } = await house.ask('POST', '/api/status_pages', { body })
  if (status !== 201) throw new Error(text)
}

const iris = (...targets: readonly { readonly id: number }[]) =>
  targets.map(({ id }) => `/api/targets/${id}`)
const see = (house: House, path = '', headers: Record<string, string> = {}) =>
  house.ask('GET', `/status/acme${path}`, { ...nobody, headers })

const setStatus = (house: House, id: number, status: 'up' | 'degraded' | 'down', at: number) =>
  house.db
    .updateTable('monitor_states')
    .set({ status, changed_at: at, last_ms: 42 })
    .where('monitor_id', '=', id)
    .execute()

/** An hour was watched, of the last so many minutes each. */
const watched = ({ db, clock, ours }: House, monitorId: number) =>
  recordSamples(
    db,
    Array.from({ length: 60 }, (_, minute) => ({
      monitorId,
      accountId: ours.id,
      at: clock.now() - minute * MINUTE,
      status: 'up',
      code: 'ok',
      ms: 42,
      observedMs: MINUTE,
    })),
  )

const shown = ({ json }: Answered) => json['targets'] as Json[]
const incidentsOf = ({ json }: Answered) => json['incidents'] as Json[]
/** What a reader of an SVG hears. */
const heard = ({ text }: Answered) => /<title>(.*?)<\/title>/.exec(text)?.[1]

describe('a page for programs', () => {
  test('says how everything on it is', async () => {
    await using house = await openHouse()
    const target = await house.add()
    const now = house.clock.now()
    await setStatus(house, target.id, 'up', now - HOUR)
    await watched(house, target.id)
    await addIncident(house, house.ours, target.id, {
      startedAt: now - 30 * MINUTE,
      resolvedAt: now - 24 * MINUTE,
    })
    await publish(house, { targets: iris(target) })
    const seen = await see(house, '.json')
    expect(seen.headers).toMatchObject({
      'content-type': 'application/json; charset=utf-8',
      'access-control-allow-origin': '*',
      'cache-control': 'public, max-age=60',
    })
    expect(seen.json).toEqual({
      slug: 'acme',
      title: 'Acme',
      status: 'up',
      updatedAt: '2027-03-01T14:00:00.000Z',
      targets: [
        {
          id: target.id,
          name: 'Shop',
          type: 'HTTP',
          url: null,
          status: 'up',
          since: '2027-03-01T13:00:00.000Z',
          uptime24h: 90,
          uptime7d: 90,
          uptime30d: 90,
          lastResponseTime: 42,
        },
      ],
      incidents: [
        {
          target: target.id,
          targetName: 'Shop',
          startedAt: '2027-03-01T13:30:00.000Z',
          endedAt: '2027-03-01T13:36:00.000Z',
          durationSeconds: 360,
          severity: 'down',
          acknowledgedAt: null,
        },
      ],
    })
  })

  test('shows the targets named in their order, then those by tag by name, each once', async () => {
    await using house = await openHouse()
    const web = { tags: ['web'] }
    const [zoo, shop] = [await house.add({ name: 'Zoo', ...web }), await house.add()]
    await house.add({ name: 'beta', ...web })
    await house.add({ name: 'Alpha', tags: ['db', 'web'] })
    await house.add({ name: 'Other', tags: ['website'] })
    await house.add({ name: 'Theirs', ...web }, house.theirs)
    await publish(house, { targets: iris(zoo, shop), ...web })
    const names = async () => shown(await see(house, '.json')).map(({ name }) => name)
    expect(await names()).toEqual(['Zoo', 'Shop', 'Alpha', 'beta'])
    await house.ask('DELETE', `/api/targets/${zoo.id}`)
    expect(await names()).toEqual(['Shop', 'Alpha', 'beta'])
  })

  test('shows addresses only where it should', async () => {
    await using house = await openHouse()
    const target = await house.add({ url: 'https://secret.example/' })
    await publish(house, { targets: iris(target) })
    for (const path of ['.json', '']) expect((await see(house, path)).text).not.toContain('secret')
    await house.ask('PATCH', '/api/status_pages/1', { body: { showUrls: true } })
    for (const path of ['.json', '']) expect((await see(house, path)).text).toContain('secret')
  })

  test('tells strangers of incidents, not of what was seen or who looks after it', async () => {
    await using house = await openHouse()
    const [target, other] = [await house.add(), await house.add()]
    const now = house.clock.now()
    const ended = (days: number) => ({ startedAt: now - 20 * DAY, resolvedAt: now - days * DAY })
    await addIncident(house, house.ours, target.id, ended(8))
    await addIncident(house, house.ours, target.id, ended(6))
    await addIncident(house, house.ours, other.id)
    const open = await addIncident(house, house.ours, target.id)
    await house.ask('PATCH', `/api/target_incidents/${open}/is_acknowledged`, {
      body: { isAcknowledged: true },
    })
    await publish(house, { targets: iris(target) })
    const seen = await see(house, '.json')
    expect(incidentsOf(seen)).toMatchObject([
      { endedAt: null, durationSeconds: 60, acknowledgedAt: '2027-03-01T14:00:00.000Z' },
      { endedAt: '2027-02-23T14:00:00.000Z' },
    ])
    expect(seen.text + (await see(house)).text).not.toMatch(/refused|upty_|example/)
    expect((await see(house)).text).toContain('somebody is on it')
    await house.ask('PATCH', '/api/status_pages/1', { body: { showIncidents: false } })
    expect(incidentsOf(await see(house, '.json'))).toEqual([])
    expect((await see(house)).text).not.toContain('Outage')
  })

  test('calls an incident by what its target is called now', async () => {
    await using house = await openHouse()
    const target = await house.add({ name: 'Customer 12' })
    await addIncident(house, house.ours, target.id)
    await publish(house, { targets: iris(target) })
    await house.ask('PATCH', `/api/targets/${target.id}`, { body: { name: 'Shop' } })
    expect(incidentsOf(await see(house, '.json'))).toMatchObject([{ targetName: 'Shop' }])
  })

  test('is as bad as the worst on it', async () => {
    await using house = await openHouse()
    const all = [await house.add(), await house.add(), await house.add()]
    const now = house.clock.now()
    await publish(house, { targets: iris(...all) })
    const status = async () => (await see(house, '.json')).json['status']
    expect(await status()).toBe('unknown')
    await setStatus(house, all[0]!.id, 'up', now)
    expect(await status()).toBe('up')
    await house.db
      .insertInto('maintenance_spans')
      .values({
        account_id: house.ours.id,
        monitor_id: all[2]!.id,
        maintenance_id: 1,
        started_at: now - MINUTE,
        ended_at: now + MINUTE,
      })
      .execute()
    expect(await status()).toBe('maintenance')
    expect(shown(await see(house, '.json'))[2]).toMatchObject({
      status: 'maintenance',
      since: '2027-03-01T13:59:00.000Z',
    })
    await setStatus(house, all[1]!.id, 'degraded', now)
    expect(await status()).toBe('degraded')
    await setStatus(house, all[0]!.id, 'down', now)
    expect(await status()).toBe('down')
    for (const { id } of all)
      await house.ask('PATCH', `/api/targets/${id}`, { body: { isActive: false } })
    const paused = await see(house, '.json')
    expect([paused.json['status'], shown(paused)[2]]).toMatchObject([
      'unknown',
      { status: 'paused', since: null },
    ])
  })

  test('reads what is dear once a minute, and the rest each time', async () => {
    await using house = await openHouse()
    const target = await house.add()
    await watched(house, target.id)
    await publish(house, { targets: iris(target) })
    const first = async () => shown(await see(house, '.json'))[0]
    expect(await first()).toMatchObject({ uptime24h: 100, status: 'pending' })
    await addIncident(house, house.ours, target.id, { startedAt: house.clock.now() - 6 * MINUTE })
    await setStatus(house, target.id, 'down', house.clock.now())
    expect(await first()).toMatchObject({ uptime24h: 100, status: 'down' })
    await house.clock.turn(MINUTE)
    expect(await first()).toMatchObject({ uptime24h: 90 })
  })
})

describe('a page for people', () => {
  test('is one calm page that needs nothing else', async () => {
    await using house = await openHouse()
    const target = await house.add()
    await setStatus(house, target.id, 'up', house.clock.now() - HOUR)
    await publish(house, { targets: iris(target) })
    const { text, headers } = await see(house)
    expect(headers['content-type']).toBe('text/html; charset=utf-8')
    expect(headers['cache-control']).toBe('public, max-age=60')
    expect(headers['content-security-policy']).toMatch(/^default-src 'none'; style-src 'sha256-/)
    expect(text).toMatch(/<title>Acme: Shop is up<\/title>/)
    expect(text).toContain('2027-03-01 13:00 UTC')
    expect(text).toMatch(/As of <time datetime="2027-03-01T14:00:00.000Z">/)
    expect(text).toContain('no data')
    expect(text).not.toMatch(/<script|<link|src=|style="/)
  })

  test('takes no name for markup', async () => {
    await using house = await openHouse()
    const name = `<script>alert("x")</script>&'`
    await publish(house, { title: name, targets: iris(await house.add({ name })) })
    const { text } = await see(house)
    expect(text).not.toContain('<script')
    expect(text).toContain('&#60;script&#62;')
  })

  const up = { name: 'Shop', status: 'up' } as const
  const paused = { name: 'Old', status: 'paused' } as const
  const pending = { name: 'New', status: 'pending' } as const
  const down = { name: 'Mail', status: 'down' } as const
  const degraded = { name: 'Web', status: 'degraded' } as const
  const maintenance = { name: 'Db', status: 'maintenance' } as const
  test.each([
    ['Nothing is shown here yet', []],
    ['Shop is up', [up]],
    ['Mail is down', [down]],
    ['All 2 are up', [up, up]],
    ['1 of 2 is down', [up, down]],
    ['2 of 3 are down', [degraded, down, down]],
    ['1 of 2 is degraded', [maintenance, degraded]],
    ['1 of 2 is in maintenance', [maintenance, up]],
    ['1 of 2 is up', [up, paused]],
    ['All 2 are paused', [paused, paused]],
    ['Nothing was looked at yet', [paused, pending]],
  ] as const)('%s', (sentence, targets) => {
    expect(overallSentence(targets)).toBe(sentence)
  })
})

describe('a badge', () => {
  test('says how the page is, and how a target is', async () => {
    await using house = await openHouse()
    const [shop, mail] = [await house.add(), await house.add({ name: 'Mail' })]
    await publish(house, { targets: iris(shop, mail) })
    const all = await see(house, '/badge.svg')
    expect(all.headers).toMatchObject({
      'content-type': 'image/svg+xml',
      'access-control-allow-origin': '*',
      'cache-control': 'public, max-age=60',
    })
    expect(heard(all)).toBe('Acme: unknown')
    for (const { id } of [shop, mail]) await setStatus(house, id, 'up', house.clock.now())
    expect(heard(await see(house, '/badge.svg'))).toBe('Acme: up')
    await setStatus(house, mail.id, 'down', house.clock.now())
    expect(heard(await see(house, '/badge.svg'))).toBe('Acme: 1 of 2 down')
    expect(heard(await see(house, `/targets/${shop.id}/badge.svg?v=2`))).toBe('Shop: up')
    expect(heard(await see(house, `/targets/${mail.id}/badge.svg`))).toBe('Mail: down')
  })

  test('shows the uptime of 30 days where that is asked for', async () => {
    await using house = await openHouse()
    const shop = await house.add()
    await publish(house, { targets: iris(shop) })
    const path = `/targets/${shop.id}/badge.svg?metric=`
    expect(heard(await see(house, `${path}uptime`))).toBe('Shop uptime 30 d: no data')
    await watched(house, shop.id)
    await addIncident(house, house.ours, shop.id, { startedAt: house.clock.now() - 6 * MINUTE })
    expect(heard(await see(house, `${path}uptime`))).toBe('Shop uptime 30 d: 90 %')
    expect(heard(await see(house, `${path}status`))).toBe('Shop: pending')
    expect(await see(house, `${path}speed`)).toMatchObject({
      status: 400,
      json: { parameter: 'metric', detail: 'metric must be STATUS, UPTIME.' },
    })
  })

  test.each([
    ['<script>', '&lt;script&gt;'],
    ['a"b&c\'d', 'a&quot;b&amp;c&apos;d'],
    ['שלום', '\u2068שלום\u2069'],
    ['a\u202Eb\uFFFF', 'ab'],
    ['😀'.repeat(50), '😀'.repeat(50)],
  ])('is a readable picture whatever the name is: %s', async (name, label) => {
    await using house = await openHouse()
    const target = await house.add({ name })
    await publish(house, { targets: iris(target) })
    const seen = await see(house, `/targets/${target.id}/badge.svg`)
    expect(heard(seen)).toBe(`${label}: pending`)
    expect(seen.text).not.toMatch(/<script|[\uFFFE\uFFFF]/)
    expect(Number(/width="(\d+)"/.exec(seen.text)![1])).toBeGreaterThan(50)
  })
})

describe('strangers', () => {
  const PATHS = ['', '.json', '/badge.svg', '/targets/#/badge.svg']

  test('see nothing of a draft, of nobody’s page, or of a target that is not on it', async () => {
    await using house = await openHouse()
    const [target, other] = [await house.add(), await house.add()]
    const theirs = await house.add({}, house.theirs)
    await publish(house, { targets: iris(target), isPublic: false })
    const bare = ({ status, text, headers }: Answered) => [
      status,
      text.replace(/"requestId":"\w+"/, ''),
      headers['cache-control'],
    ]
    const paths = PATHS.map((it) => it.replace('#', String(target.id)))
    const gone = bare(await house.ask('GET', '/status/nobody', nobody))
    expect(gone[0]).toBe(404)
    const asked = async (slug: string, path: string) =>
      bare(await house.ask('GET', `/status/${slug}${path}`, nobody))
    for (const path of paths)
      for (const slug of ['acme', 'nobody', 'ACME', '%3Cscript%3E', 'a'.repeat(500)])
        expect(await asked(slug, path)).toEqual(gone)
    // Not even with the key of whom it belongs to.
    expect((await house.ask('GET', '/status/acme')).status).toBe(404)
    await house.ask('PATCH', '/api/status_pages/1', { body: { isPublic: true } })
    for (const path of paths) expect((await see(house, path)).status).toBe(200)
    for (const { id } of [other, theirs])
      expect(await asked('acme', `/targets/${id}/badge.svg`)).toEqual(gone)
    await house.ask('PATCH', '/api/status_pages/1', { body: { isPublic: false } })
    for (const path of paths) expect(await asked('acme', path)).toEqual(gone)
  })

  test('are told when nothing changed, and may ask for the head alone', async () => {
    await using house = await openHouse()
    const target = await house.add()
    await publish(house, { targets: iris(target) })
    for (const path of PATHS.map((it) => it.replace('#', String(target.id)))) {
      const full = await see(house, path)
      const etag = String(full.headers['etag'])
      house.clock.step(10_000)
      const again = await see(house, path, { 'if-none-match': etag })
      expect(again).toMatchObject({ status: 304, text: '' })
      expect(again.headers['cache-control']).toBe('public, max-age=60')
      const head = await house.ask('HEAD', `/status/acme${path}`, nobody)
      expect(head).toMatchObject({ status: 200, text: '' })
      expect(head.headers).toMatchObject({
        etag,
        'content-length': String(Buffer.byteLength(full.text)),
      })
    }
    expect(await house.ask('POST', '/status/acme', nobody)).toMatchObject({
      status: 405,
      headers: { allow: 'GET, HEAD, OPTIONS' },
    })
  })

  test('may read it from any page, whatever origins the API is for', async () => {
    await using house = await openHouse({ corsOrigins: ['https://app.example'] })
    await publish(house)
    for (const origin of ['https://app.example', 'https://blog.example'])
      for (const path of ['.json', '/badge.svg'])
        expect((await see(house, path, { origin })).headers['access-control-allow-origin']).toBe(
          '*',
        )
  })
})
