import { createServer, Socket } from 'node:net'
import { expect, test } from 'vitest'
import { connect, interleave } from '../../src/network/connect.ts'
import { type Address, openNetwork } from '../../src/network/index.ts'
import { blackHole, raw, stand } from '../support/web/servers.ts'

const network = openNetwork({ privateTargets: 'allow' })
const four = (address: string): Address => ({ address, family: 4 })
const six = (address: string): Address => ({ address, family: 6 })
const soon = () => AbortSignal.timeout(1500)

test('families take turns, six first, six of them at most', () => {
  const list = [four('1'), four('2'), four('3'), four('4'), four('5'), six('a'), six('b')]
  expect(interleave(list).map(({ address }) => address)).toEqual(['a', '1', 'b', '2', '3', '4'])
  expect(interleave([four('1'), four('2')]).map(({ address }) => address)).toEqual(['1', '2'])
})

test('a refusal leads to the next address at once', async () => {
  await using site = await raw(() => {})
  const began = performance.now()
  const met = await network.connect([four('127.0.0.2'), four('127.0.0.1')], site.port, soon())
  expect(met.ok && met.value.address).toEqual(four('127.0.0.1'))
  expect(performance.now() - began).toBeLessThan(200)
  if (met.ok) met.value.socket.destroy()
  await site.empty()
})

test('a silent address is left trying beside the next, and closed when that one is there', async () => {
  await using hole = await blackHole()
  const before = sockets()
  await using site = await stand(createServer(), 'http', '127.0.0.2', hole.port)
  const began = performance.now()
  const met = await network.connect([four('127.0.0.1'), four('127.0.0.2')], hole.port, soon())
  expect(met.ok && met.value.address).toEqual(four('127.0.0.2'))
  expect(performance.now() - began).toBeGreaterThan(200)
  if (met.ok) met.value.socket.resume().destroy()
  await site.empty()
  await settled()
  expect(sockets()).toBeLessThanOrEqual(before)
})

test('when all fail, what a far side said itself is told', async () => {
  await using hole = await blackHole()
  const both = [four('127.0.0.1'), four('127.0.0.2')]
  const met = await network.connect(both, hole.port, AbortSignal.timeout(400))
  expect(met).toMatchObject({
    ok: false,
    failure: { phase: 'connect', code: 'connect_refused' },
  })
})

/** Connects where every attempt fails as the kernel would have it: its code by family. */
async function fail(addresses: readonly Address[], codes: Readonly<Record<number, string>>) {
  const met = await connect(addresses, 443, soon(), ({ family }) =>
    new Socket().destroy(Object.assign(new Error('no'), { code: codes[family] })),
  )
  return met.ok ? 'ok' : `${met.failure.code}: ${met.failure.message}`
}

test.each([
  ['ENETUNREACH', 'network_unreachable: this machine has no IPv4 network'],
  ['EHOSTUNREACH', 'host_unreachable: no route to 1.1.1.1'],
  ['EACCES', 'host_unreachable: no route to 1.1.1.1'],
  ['ETIMEDOUT', 'connect_timeout: 1.1.1.1:443 did not answer'],
  ['ECONNRESET', 'connection_reset: the connection to 1.1.1.1:443 was cut at once'],
  ['EMFILE', 'probe_overloaded: this machine had no free socket'],
  ['EADDRNOTAVAIL', 'probe_overloaded: this machine had no free socket'],
])('%s means %s', async (code, said) => {
  expect(await fail([four('1.1.1.1')], { 4: code })).toBe(said)
})

test('a family this machine has no network for is passed over in silence', async () => {
  const both = [four('1.1.1.1'), six('2001:db8::1')]
  for (const code of ['ENETUNREACH', 'EADDRNOTAVAIL', 'EAFNOSUPPORT']) {
    expect(await fail(both, { 6: code, 4: 'EHOSTUNREACH' })).toMatch(/^host_unreachable/)
    expect(await fail([six('2001:db8::1')], { 6: code })).toBe(
      'network_unreachable: this machine has no IPv6 network',
    )
  }
})

test('giving up leaves nothing open, whenever it happens', async () => {
  await using hole = await blackHole()
  const before = sockets()
  const stopping = new AbortController()
  const pending = network.connect([four('127.0.0.1')], hole.port, stopping.signal)
  stopping.abort()
  const late = network.connect([four('127.0.0.1')], hole.port, stopping.signal)
  for (const met of await Promise.all([pending, late]))
    expect(met).toMatchObject({ ok: false, failure: { code: 'connect_timeout' } })
  await settled()
  expect(sockets()).toBeLessThanOrEqual(before)
})

test('the guard stands before the socket, too', async () => {
  await using site = await raw((socket: Socket) => socket.destroy())
  const strict = openNetwork({ privateTargets: 'deny' })
  const met = await strict.connect([four('127.0.0.1')], site.port, soon())
  expect(met).toMatchObject({ ok: false, failure: { code: 'target_blocked' } })
})

const sockets = () =>
  process.getActiveResourcesInfo().filter((it) => it.startsWith('TCP') && it !== 'TCPServerWrap')
    .length

const settled = () =>
  new Promise<void>((resolve) => {
    setImmediate(() => setImmediate(resolve))
  })
