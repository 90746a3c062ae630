import { expect, test } from 'vitest'
import { DAYS, openWorld, registered } from './house.ts'
import { until } from '../support/until.ts'

const HOURS = 3600 * 1000
const lookups = (asked: readonly string[]) => asked.filter((it) => it !== 'bootstrap')

/** The list of registries is there from the start. */
async function listed() {
  const it = await openWorld()
  await it.ask('warm-up.unlisted')
  await until('the list is there', async () => {
    const row = await it.db.selectFrom('meta').select('value').executeTakeFirst()
    return row !== undefined
  })
  await it.db.deleteFrom('domain_lookups').execute()
  it.asked.length = 0
  return it
}

test('an answer serves all who ask for a day, also after a restart', async () => {
  await using it = await listed()
  const first = await it.ask('shop.test')
  expect(first).toMatchObject({
    kind: 'known',
    expiresAt: Date.parse('2028-03-01T00:00:00Z'),
    source: 'rdap',
  })
  it.restart()
  it.clock.step(22 * HOURS)
  expect(await it.ask('shop.test')).toEqual(first)
  expect(lookups(it.asked)).toEqual(['rdap shop.test'])
  it.clock.step(2 * HOURS)
  await it.ask('shop.test')
  expect(lookups(it.asked)).toHaveLength(2)
})

test('somebody who asks for it now gets what is an hour old at most', async () => {
  await using it = await listed()
  await it.ask('shop.test')
  it.clock.step(0.9 * HOURS)
  await it.ask('shop.test', HOURS)
  expect(lookups(it.asked)).toHaveLength(1)
  it.clock.step(0.2 * HOURS)
  await it.ask('shop.test', HOURS)
  expect(lookups(it.asked)).toHaveLength(2)
})

test('near the end it is asked every six hours', async () => {
  await using it = await listed()
  const soon = new Date(it.clock.now() + 5 * DAYS).toISOString()
  it.world.rdap = () => registered(soon)
  await it.ask('shop.test')
  it.clock.step(5.9 * HOURS)
  await it.ask('shop.test')
  expect(lookups(it.asked)).toHaveLength(1)
  it.clock.step(0.2 * HOURS)
  await it.ask('shop.test')
  expect(lookups(it.asked)).toHaveLength(2)
})

test('two who ask at once share one question', async () => {
  await using it = await listed()
  const signal = new AbortController().signal
  const both = [it.raw('shop.test', signal), it.raw('shop.test', signal)]
  expect((await Promise.all(both)).map(({ kind }) => kind)).toEqual(['known', 'known'])
  expect(lookups(it.asked)).toEqual(['rdap shop.test'])
})

test('a registry is asked one thing at a time, with a pause between', async () => {
  await using it = await listed()
  const signal = new AbortController().signal
  const answers = ['a.test', 'b.test', 'c.test'].map((domain) => it.raw(domain, signal))
  await answers[0]
  await it.clock.asleep()
  expect(lookups(it.asked)).toEqual(['rdap a.test'])
  await it.clock.turn(1900)
  expect(lookups(it.asked)).toEqual(['rdap a.test'])
  await it.clock.turn(200)
  await answers[1]
  expect(lookups(it.asked)).toEqual(['rdap a.test', 'rdap b.test'])
  await it.clock.asleep()
  await it.clock.turn(2100)
  await answers[2]
})

test('who has no time for it leaves the question running for the next', async () => {
  await using it = await listed()
  const patience = new AbortController()
  it.world.rdap = () => 'silence'
  const first = it.raw('shop.test', patience.signal)
  await until('asked', () => lookups(it.asked).length === 1)
  patience.abort()
  expect(await first).toEqual({
    kind: 'unavailable',
    why: 'the registry is being asked still',
    nextAt: null,
  })
  it.world.rdap = () => registered('2028-03-01T00:00:00Z')
  it.world.whois = () => 'Domain Name: shop.test\nExpiry Date: 2028-05-01\n'
  expect(await it.ask('shop.test')).toMatchObject({ kind: 'known', source: 'whois' })
})

test('no such domain', async () => {
  await using it = await listed()
  it.world.rdap = () => ({ status: 404 })
  expect(await it.ask('nobody.test')).toMatchObject({ kind: 'absent' })
})

test('a registry in trouble is asked ever more seldom, and its last word stands for weeks', async () => {
  await using it = await listed()
  const known = await it.ask('shop.test')
  it.world.rdap = () => ({ status: 503 })
  it.world.whois = () => 'quota exceeded\r\n'
  const waits: number[] = []
  it.clock.step(DAYS)
  for (let more = 0; more < 7; more += 1) {
    const before = lookups(it.asked).length
    expect(await it.ask('shop.test')).toEqual(known)
    expect(lookups(it.asked).length).toBe(before + 2)
    const { retry_at } = await it.db
      .selectFrom('domain_lookups')
      .select('retry_at')
      .executeTakeFirstOrThrow()
    waits.push(Math.round((retry_at - it.clock.now()) / HOURS))
    // A little before it nobody is asked.
    it.clock.step(retry_at - it.clock.now() - 1000)
    await it.ask('shop.test')
    expect(lookups(it.asked).length).toBe(before + 2)
    it.clock.step(1000)
  }
  expect(waits).toEqual([1, 2, 4, 8, 16, 24, 24])
  it.clock.step(60 * DAYS)
  expect(await it.ask('shop.test')).toMatchObject({
    kind: 'unavailable',
    why: expect.stringMatching(/answered with HTTP 503$/) as string,
  })
})

test('a registry that says when to come back is believed', async () => {
  await using it = await listed()
  it.world.rdap = () => ({ status: 429, headers: { 'retry-after': '7200' } })
  it.world.whois = () => 'limit exceeded\r\n'
  const { nextAt } = (await it.ask('shop.test')) as { nextAt: number }
  expect(Math.round((nextAt - it.clock.now()) / HOURS)).toBe(2)
})

test.each([
  ['HTML', { body: '<html>welcome</html>' }],
  ['another thing', { body: '{"objectClassName":"entity"}' }],
  ['too much', { body: `{"x":"${'y'.repeat(300_000)}"}` }],
  ['a broken redirect', { status: 302, headers: { location: 'gopher://x' } }],
  ['an endless redirect', { status: 302, headers: { location: '/rdap/domain/x' } }],
  ['trouble', { status: 500 }],
])('RDAP that answers with %s: WHOIS is asked', async (_, answer) => {
  await using it = await listed()
  it.world.rdap = () => answer
  it.world.whois = () => 'Domain Name: shop.test\r\nRegistry Expiry Date: 2028-05-01T00:00:00Z\r\n'
  expect(await it.ask('shop.test')).toMatchObject({
    kind: 'known',
    source: 'whois',
    expiresAt: Date.parse('2028-05-01T00:00:00Z'),
  })
  it.world.whois = () => 'No match for shop2.test\r\n'
  // It is the registry that would know, and it does not say.
  expect((await it.ask('shop2.test')).kind).toBe('unavailable')
})

test('RDAP is followed where it points to', async () => {
  await using it = await listed()
  it.world.rdap = (name) =>
    name === 'shop.test'
      ? { status: 301, headers: { location: '/rdap/domain/there.test' } }
      : registered('2029-01-01T00:00:00Z')
  expect(await it.ask('shop.test')).toMatchObject({ expiresAt: Date.parse('2029-01-01T00:00:00Z') })
})

test('where there is no RDAP, WHOIS is: by a referral, remembered', async () => {
  await using it = await listed()
  it.world.whois = (question) =>
    lookups(it.asked).length === 1
      ? `refer: ${it.whoisHost}\r\n`
      : `domain: ${question}\r\npaid-till: 2028-04-02T21:00:00Z\r\n`
  expect(await it.ask('shop.ru')).toMatchObject({
    kind: 'known',
    source: 'whois',
    expiresAt: Date.parse('2028-04-02T21:00:00Z'),
  })
  expect(lookups(it.asked)).toEqual(['whois shop.ru', 'whois shop.ru'])
  await it.ask('other.ru')
  expect(lookups(it.asked)).toEqual(['whois shop.ru', 'whois shop.ru', 'whois other.ru'])
  it.world.whois = () => 'No entries found\r\n'
  expect(await it.ask('nobody.ru')).toMatchObject({ kind: 'absent' })
})

test('a server that says nothing, or never stops, is given up', async () => {
  await using it = await listed()
  it.world.whois = () => null
  expect(await it.ask('shop.ru')).toMatchObject({
    kind: 'unavailable',
    why: expect.stringMatching(/did not answer in time$/) as string,
  })
  it.world.whois = () => 'x'.repeat(400_000)
  expect((await it.ask('flood.ru')).kind).toBe('unavailable')
})

test('the list of registries is fetched weekly, and its loss is harmless', async () => {
  await using it = await listed()
  const fetched = () => it.asked.filter((what) => what === 'bootstrap').length
  it.restart()
  await it.ask('a.test')
  expect(fetched()).toBe(0)
  it.clock.step(7 * DAYS)
  it.world.bootstrap = () => ({ status: 500 })
  expect((await it.ask('b.test')).kind).toBe('known')
  await until('fetched', () => fetched() === 1)
  expect((await it.ask('c.test')).kind).toBe('known')
  expect(fetched()).toBe(1)
  it.world.bootstrap = () => ({ body: '{"services":"none"}' })
  it.clock.step(6 * HOURS)
  await it.ask('d.test')
  await until('fetched', () => fetched() === 2)
  expect((await it.ask('e.test')).kind).toBe('known')
})

test('registries on private addresses are not asked where those are forbidden', async () => {
  await using it = await openWorld({ policy: 'deny' })
  it.world.whois = () => `refer: ${it.whoisHost.replace('127.0.0.1', '127.0.0.2')}\r\n`
  expect(await it.ask('shop.ru')).toMatchObject({
    kind: 'unavailable',
    why: expect.stringMatching(/may not be watched/) as string,
  })
})

test('the first domain of a suffix that only the fetched list knows waits for that list', async () => {
  await using it = await openWorld()
  expect(await it.ask('shop.test')).toMatchObject({ kind: 'known', source: 'rdap' })
  expect(it.asked).toEqual(['bootstrap', 'rdap shop.test'])
})

test('a registry that cannot be asked keeps its last word, whatever IANA has on the suffix', async () => {
  await using it = await listed()
  const first = await it.ask('shop.test')
  it.clock.step(25 * HOURS)
  it.world.rdap = () => ({ status: 429 })
  it.world.whois = () => '% This is the root\r\n\r\ndomain:       TEST\r\n\r\nstatus: ACTIVE\r\n'
  expect(await it.ask('shop.test')).toEqual(first)
  const { failures } = await it.db
    .selectFrom('domain_lookups')
    .select('failures')
    .where('domain', '=', 'shop.test')
    .executeTakeFirstOrThrow()
  expect(failures).toBe(1)
})

test('where nobody can be asked, that is said, not that there is no date', async () => {
  await using it = await listed()
  it.world.whois = () => 'domain:       UNLISTED\r\n'
  expect(await it.ask('shop.unlisted')).toMatchObject({
    kind: 'unavailable',
    why: 'no server is known that could be asked about .unlisted',
  })
})
