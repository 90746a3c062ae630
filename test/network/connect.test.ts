import { createServer, type Socket } from 'node:net'
import { expect, test } from 'vitest'
import { interleave } from '../../src/network/connect.ts'
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
