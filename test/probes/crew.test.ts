import { once } from 'node:events'
import { expect, test } from 'vitest'
import { systemClock } from '../../src/kernel/index.ts'
import { openNetwork } from '../../src/network/index.ts'
import { type Crew, type MonitorType, openCrew, type Outcome } from '../../src/probes/index.ts'
import { certificate } from '../support/web/certificate.ts'
import { lookAt, nobody } from '../support/web/look.ts'
import { closedPort, raw, secureWeb, web } from '../support/web/servers.ts'

const root = certificate({ name: 'Test Root', authority: true })
const leaf = certificate({ name: 'shop', names: ['127.0.0.1'], issuer: root })
const old = certificate({ name: 'shop', names: ['127.0.0.1'], issuer: root, from: -90, to: -2 })
const policy = { privateTargets: 'allow' } as const
const network = openNetwork(policy, { trust: [root.cert] })
const ground = { policy, trust: [root.cert], userAgent: 'Uptalk/test (+here)' }
const allAside = { here: 0 }

const lookBy = (
  crew: Crew,
  type: MonitorType,
  url: string,
  options: unknown = {},
  { signal = new AbortController().signal, bugs = [] as unknown[] } = {},
): Promise<Outcome> =>
  crew.look(type, { url, timeoutMs: 1500, options }, signal, {
    clock: systemClock,
    network,
    registry: nobody,
    userAgent: ground.userAgent,
    onBug: (error) => bugs.push(error),
  })

/** What two looks at the same thing agree in. */
const seenBy = ({ status, code, message, details }: Outcome) => ({
  status,
  code,
  message: message.replaceAll(/ in \d+ ms/g, ''),
  details: { ...details, address: undefined },
})

test('a look in a thread sees what a look here sees', async () => {
  await using crew = openCrew(ground, allAside)
  await using well = await secureWeb([leaf])
  await using expired = await secureWeb([old])
  await using page = await web((request, response) =>
    request.url === '/away'
      ? response.writeHead(302, { location: '/' }).end()
      : response.writeHead(request.url === '/gone' ? 410 : 200).end('hello'),
  )
  const cases = [
    ['HTTP', well.url, {}, 'ok'],
    ['SSL', well.url.replace('https://', ''), {}, 'ok'],
    ['HTTP', expired.url, {}, 'tls_expired'],
    ['HTTP', expired.url, { tlsVerify: false }, 'ok'],
    ['HTTP', `${page.url}/away`, { bodyContains: 'hello' }, 'ok'],
    ['HTTP', page.url, { bodyContains: 'bye' }, 'body_missing'],
    ['API', `${page.url}/gone`, {}, 'http_status'],
    ['HTTP', `http://127.0.0.1:${await closedPort()}`, {}, 'connect_refused'],
  ] as const
  for (const [type, url, options, code] of cases) {
    const here = await lookAt(url, { type, options, network })
    const aside = await lookBy(crew, type, url, options)
    expect(seenBy(aside)).toEqual(seenBy(here))
    expect(aside.code).toBe(code)
    expect(aside.timings.total).toBeGreaterThan(0)
  }
  expect(crew.size()).toBe(1)
})

test('while there is little to do there is no thread', async () => {
  await using crew = openCrew(ground)
  await using page = await web((_, response) => void response.end('hello'))
  expect((await lookBy(crew, 'HTTP', page.url)).code).toBe('ok')
  expect(crew.size()).toBe(0)
})

test('many looks at once come back each to who asked', async () => {
  await using crew = openCrew(ground, allAside)
  await using page = await web((request, response) => void response.end(request.url))
  const outcomes = await Promise.all(
    Array.from({ length: 50 }, (_, at) =>
      lookBy(crew, 'HTTP', `${page.url}/${at}.`, { bodyContains: `/${at === 7 ? 'no' : at}.` }),
    ),
  )
  expect(outcomes.map(({ code }) => code)).toEqual(
    outcomes.map((_, at) => (at === 7 ? 'body_missing' : 'ok')),
  )
})

test('a look that is called off ends at once, in the thread too', async () => {
  await using crew = openCrew(ground, allAside)
  await using mute = await raw(() => {})
  const ending = new AbortController()
  const looking = lookBy(crew, 'HTTP', mute.url, {}, { signal: ending.signal })
  await once(mute.arrivals, 'connection')
  ending.abort()
  expect(await looking).toMatchObject({ status: 'unknown', code: 'probe_overloaded' })
  await mute.empty()
})

test('options that are none, and a thread that breaks, are bugs of ours and charged to nobody', async () => {
  await using crew = openCrew(ground, allAside)
  await using broken = openCrew({ ...ground, policy: null as never }, allAside)
  const bugs: unknown[] = []
  for (const [one, options] of [
    [crew, { maxRedirects: 'many' }],
    [broken, {}],
    [broken, {}],
  ] as const)
    expect(await lookBy(one, 'HTTP', 'http://127.0.0.1:1', options, { bugs })).toMatchObject({
      status: 'unknown',
      code: 'internal',
    })
  expect(bugs).toHaveLength(3)
})
