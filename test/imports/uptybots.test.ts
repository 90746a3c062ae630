import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, test } from 'vitest'
import { openUptyBots, type SourceTrouble, takeOver } from '../../src/imports/index.ts'
import { addNote, listIncidents, readNotes } from '../../src/incidents/index.ts'
import { DAY, HOUR, MINUTE, SECOND, toIso } from '../../src/kernel/index.ts'
import { getMonitor } from '../../src/monitors/index.ts'
import { getBucket, listBuckets, packHistory, recordSamples } from '../../src/stats/index.ts'
import { bindAccount } from '../../src/storage/index.ts'
import { addIncident } from '../api/history.ts'
import { openHouse } from '../api/house.ts'
import { by, House, limits, sealer } from '../support/house.ts'

const pages = { limit: 100, offset: 0 }
const KEY = 'upty_1234'

async function takeFrom(house: House, url: string, key = KEY) {
  const { clock } = house
  const source = await openUptyBots({ url, key, clock }, limits.minIntervalSeconds)
  const tools = { now: clock.now(), by, sealer, limits }
  return takeOver(house.account, tools, source, { isTrial: false, retainChecksDays: 7 })
}

test('everything of another Uptalk comes over by its API', async () => {
  await using there = await openHouse()
  await using here = await House.open()
  const theirs = bindAccount(there.db, there.ours.id)
  const now = there.clock.now()
  await there.add({
    httpInfo: { bodyContains: 'well', headers: { accept: 'text/html' } },
    tags: ['prod'],
    alertPolicy: { confirmations: 3 },
    intervalSeconds: 90,
  })
  await there.add({ name: 'quiet', isActive: false })
  // Two hours and a half of three days ago, the 31st to the 40th minute down.
  const from = now - 3 * DAY
  const isDown = (minute: number) => minute > 30 && minute <= 40
  await recordSamples(
    there.db,
    Array.from({ length: 150 }, (_, index) => ({
      monitorId: 1,
      accountId: there.ours.id,
      at: from + (index + 1) * MINUTE,
      status: isDown(index + 1) ? 'down' : 'up',
      code: isDown(index + 1) ? 'connect_refused' : 'ok',
      ms: 50 + index,
      observedMs: MINUTE,
    })),
  )
  const [startedAt, resolvedAt] = [from + 31 * MINUTE, from + 41 * MINUTE]
  const incident = await addIncident(there, there.ours, 1, { startedAt, resolvedAt })
  await addNote(theirs, resolvedAt, by, incident, 'The disk was full.')
  await addIncident(there, there.ours, 1, { startedAt: now - MINUTE })
  await packHistory(there.db, now, async () => true)

  const url = await there.app.listen({ host: '127.0.0.1', port: 0 })
  const taken = await takeFrom(here, url, there.ours.keys.read)
  expect(taken).toMatchObject({
    taken: [
      {
        reference: 'uptybots:1',
        checks: 150,
        outages: 2,
        notes: ['accept is not given out; it is paused until you set that and resume it.'],
      },
      { reference: 'uptybots:2', checks: 0, outages: 0, notes: [] },
    ],
    refused: [],
  })
  for (const kind of ['hour', 'day'] as const)
    expect(await listBuckets(here.account, kind, { monitorId: 1 }, pages)).toEqual(
      await listBuckets(theirs, kind, { monitorId: 1 }, pages),
    )
  const [open, over] = await listIncidents(here.account, {}, pages)
  // It is still on there: what is known of it ends with what they saw.
  expect(open).toMatchObject({ started_at: now - MINUTE, end_reason: 'paused', told_at: null })
  expect(over).toMatchObject({
    code: 'connect_refused',
    started_at: startedAt,
    resolved_at: resolvedAt,
  })
  expect((await readNotes(here.account, [over!.id])).get(over!.id)).toMatchObject([
    { text: 'The disk was full.', author: 'test' },
  ])
  const { monitor } = await getMonitor(here.account, sealer, 1)
  expect(monitor).toMatchObject({
    intervalMs: 90 * SECOND,
    tags: ['prod'],
    policy: { confirmations: 3 },
    options: { bodyContains: 'well', headers: {} },
    isActive: false,
  })
  expect(await takeFrom(here, url, there.ours.keys.admin)).toMatchObject({
    taken: [],
    known: [{ name: 'Shop' }, { name: 'quiet' }],
  })
})

interface Upty {
  readonly url: string
  readonly asked: string[]
  [Symbol.dispose](): void
}

/** Speaks as UptyBots does: prefixed names, ten a page, none of our own fields. */
async function openUpty(
  lists: Readonly<Record<string, readonly Record<string, unknown>[]>>,
  before: (
    request: IncomingMessage,
    times: number,
  ) => [number, Record<string, string>] | undefined = () => undefined,
): Promise<Upty> {
  const asked: string[] = []
  const server = createServer((request, answer) => {
    const { pathname, searchParams } = new URL(request.url!, 'http://x')
    asked.push(pathname)
    const refused = before(request, asked.length)
    if (refused !== undefined) return answer.writeHead(...refused).end('{}')
    answer.writeHead(200, { 'content-type': 'application/ld+json' })
    const one = /^(\/api\/targets)\/(\d+)$/.exec(pathname)
    if (one !== null)
      return answer.end(JSON.stringify(lists[one[1]!]!.find(({ id }) => String(id) === one[2])))
    const id = searchParams.get('target.id')
    const all = (lists[pathname] ?? []).filter(
      ({ target }) => id === null || target === `/api/targets/${id}`,
    )
    const page = Number(searchParams.get('page'))
    const more = page * 10 < all.length ? { 'hydra:next': `${pathname}?page=${page + 1}` } : {}
    return answer.end(
      JSON.stringify({
        'hydra:totalItems': all.length,
        'hydra:member': all.slice(page * 10 - 10, page * 10),
        'hydra:view': { '@id': request.url, ...more },
      }),
    )
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    asked,
    [Symbol.dispose]: () => {
      server.closeAllConnections()
      server.close()
    },
  }
}

const target = (id: number, more: Record<string, unknown> = {}) => ({
  '@id': `/api/targets/${id}`,
  id,
  name: `shop ${id}`,
  type: 'HTTP',
  url: `https://shop-${id}.example/`,
  isActive: true,
  frequency: 5,
  requestTimeout: 30,
  statusSummary: 'GOOD',
  ...more,
})

describe('of UptyBots itself', () => {
  test('pages are turned, and what it does not say is reckoned', async () => {
    await using house = await House.open()
    const now = house.clock.now()
    const stats = (size: number, ago: number, more: Record<string, unknown>) => {
      const at = now - (now % size) - ago * size
      const key = `${size}/${at}`
      return { '@id': key, id: key, target: '/api/targets/1', date: toIso(at), ...more }
    }
    const times = { minResponseTime: 80, avgResponseTime: 100.4, maxResponseTime: 300 }
    using upty = await openUpty({
      '/api/targets': Array.from({ length: 25 }, (_, index) => target(index + 1)),
      '/api/target_stats_hourlies': Array.from({ length: 30 }, (_, ago) =>
        stats(HOUR, ago, { uptime: ago === 2 ? 75 : 100, ...times }),
      ),
      '/api/target_stats_dailies': [
        stats(DAY, 1, { uptime: 98.958, ...times }),
        stats(DAY, 200, { uptime: 100, ...times }),
        stats(DAY, 201, { uptime: null }),
      ],
      '/api/target_incidents': [
        {
          '@id': '/api/target_incidents/7',
          id: 7,
          target: '/api/targets/1',
          startedAt: toIso(now - 5 * HOUR),
          endedAt: toIso(now - 4 * HOUR),
          errorMessage: 'Connection refused',
        },
      ],
    })
    const { taken } = await takeFrom(house, upty.url)
    expect(taken).toHaveLength(25)
    expect(taken[0]).toMatchObject({ name: 'shop 1', outages: 1 })
    const hour = now - (now % HOUR) - 2 * HOUR
    expect(await getBucket(house.account, 'hour', 1, hour)).toEqual({
      monitorId: 1,
      at: hour,
      uptime: 75,
      checks: 12,
      failures: 3,
      minMs: 80,
      avgMs: 100,
      maxMs: 300,
      p95Ms: null,
      observedMs: HOUR,
      downMs: 15 * MINUTE,
    })
    // The hour that is not over yet is ours.
    expect(await getBucket(house.account, 'hour', 1, now - (now % HOUR))).toBeUndefined()
    const days = await listBuckets(house.account, 'day', { monitorId: 1 }, pages)
    const today = now - (now % DAY)
    expect(
      days.buckets.map(({ at, uptime, checks }) => [(today - at) / DAY, uptime, checks]),
    ).toEqual([
      [0, 98.214, expect.any(Number)],
      [1, 98.958, 288],
      [200, 100, 288],
    ])
    expect(await listIncidents(house.account, {}, pages)).toMatchObject([
      { code: 'connect_refused', message: 'Connection refused', resolved_at: now - 4 * HOUR },
    ])
  })

  test('a wish to wait is obeyed', async () => {
    await using house = await House.open()
    using upty = await openUpty({ '/api/targets': [target(1)] }, (_request, times) =>
      times === 1 ? [429, { 'retry-after': '40' }] : times === 2 ? [503, {}] : undefined,
    )
    const taking = takeFrom(house, upty.url)
    for (const [ms, asked] of [
      [39 * SECOND, 1],
      [SECOND, 2],
      [4 * SECOND, 3],
    ] as const) {
      await house.clock.asleep()
      expect(upty.asked).toHaveLength(asked === 1 ? 1 : asked - 1)
      await house.clock.turn(ms)
    }
    expect((await taking).taken).toMatchObject([{ name: 'shop 1' }])
  })

  test.each([
    [401, 1, 'refuses the key (401); make one there that may read, and give that.'],
    [404, 3, 'answered 404 to GET /api/targets.'],
    [302, 3, 'is out of reach ('],
  ])('an answer of %i is said in one sentence', async (status, exitCode, words) => {
    await using house = await House.open()
    using upty = await openUpty({}, () => [status, { location: 'https://elsewhere.example/' }])
    const trouble = await takeFrom(house, upty.url).catch((error: unknown) => error)
    expect(trouble).toMatchObject({ name: 'SourceTrouble', exitCode })
    expect((trouble as SourceTrouble).message).toContain(`${upty.url} ${words}`)
    expect((trouble as SourceTrouble).message).not.toContain(KEY)
  })

  test('what is no answer of an API, or none at all, is said so', async () => {
    await using house = await House.open()
    using upty = await openUpty({ '/api/targets': [] })
    await expect(takeFrom(house, `${upty.url}/api/targets/1?`)).rejects.toThrow('does not speak as')
    const { url } = upty
    upty[Symbol.dispose]()
    await expect(takeFrom(house, url)).rejects.toThrow(`${url} is out of reach (ECONNREFUSED).`)
  })

  test('what is of no kind we know, and what nobody could mean', async () => {
    await using house = await House.open()
    using upty = await openUpty({
      '/api/targets': [
        target(1, { type: 'SMTP' }),
        target(2, {
          name: 'x'.repeat(70),
          frequency: 9000,
          tags: ['A b'],
          httpInfo: { odd: 1, method: 'HEAD' },
        }),
        target(3, { url: 'gopher://x' }),
      ],
    })
    expect(await takeFrom(house, upty.url)).toMatchObject({
      taken: [
        {
          notes: [`The name became "${'x'.repeat(49)}…".`, 'Its interval 540000 s became 86400 s.'],
        },
      ],
      refused: [
        { name: 'shop 1', why: 'It is of a kind Uptalk does not know.' },
        { name: 'shop 3', why: expect.stringMatching(/^url must begin with http/) },
      ],
    })
    expect((await getMonitor(house.account, sealer, 1)).monitor).toMatchObject({
      options: { method: 'HEAD' },
      tags: ['a-b'],
    })
  })
})
