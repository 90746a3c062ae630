import { createSocket } from 'node:dgram'
import { afterEach, expect, test } from 'vitest'
import { ask } from '../../src/network/datagram.ts'
import { type Address, openNetwork } from '../../src/network/index.ts'
import { peer } from '../support/web/datagrams.ts'
import { noSocketLeft } from '../support/web/left.ts'

const four = (address: string): Address => ({ address, family: 4 })
const six = (address: string): Address => ({ address, family: 6 })
const soon = () => AbortSignal.timeout(1500)
const anything = { payload: Buffer.from('?'), hear: () => true }

afterEach(noSocketLeft)

/** Asks where every attempt fails as the kernel would have it: its code by family. */
async function fail(addresses: readonly Address[], codes: Readonly<Record<number, string>>) {
  const broken = ({ family }: Address) => {
    const socket = createSocket('udp4')
    socket.connect = () => {
      process.nextTick(() => {
        socket.emit('error', Object.assign(new Error('no'), { code: codes[family] }))
      })
    }
    return socket
  }
  const asked = await ask(addresses, 53, anything, soon(), broken)
  return asked.ok ? 'ok' : `${asked.failure.code}: ${asked.failure.message}`
}

test.each([
  ['ECONNREFUSED', 'port_unreachable: UDP port closed (ICMP): 1.1.1.1:53'],
  ['ENETUNREACH', 'network_unreachable: this machine has no IPv4 network'],
  ['EHOSTUNREACH', 'host_unreachable: no route to 1.1.1.1'],
  ['EPERM', 'host_unreachable: no route to 1.1.1.1'],
  ['EMFILE', 'probe_overloaded: this machine had no free socket'],
])('%s means %s', async (code, said) => {
  expect(await fail([four('1.1.1.1')], { 4: code })).toBe(said)
})

test('a family this machine has no network for is passed over in silence', async () => {
  const both = [four('1.1.1.1'), six('2001:db8::1')]
  expect(await fail(both, { 6: 'ENETUNREACH', 4: 'ECONNREFUSED' })).toMatch(/^port_unreachable/)
  expect(await fail([six('2001:db8::1')], { 6: 'EADDRNOTAVAIL' })).toMatch(/^network_unreachable/)
})

test('a reply is taken from the address that was asked alone', async () => {
  const network = openNetwork({ privateTargets: 'allow' })
  const [asked, stranger] = [createSocket('udp4'), createSocket('udp4')]
  asked.on('message', (_, from) => {
    stranger.send('not mine', from.port, from.address, () => {
      asked.send('mine', from.port, from.address)
    })
  })
  await new Promise<void>((resolve) => {
    asked.bind(0, '127.0.0.1', resolve)
  })
  const heard: string[] = []
  const hear = (reply: Buffer) => heard.push(String(reply)) > 0
  const datagrams = { payload: Buffer.alloc(0), hear }
  const { port } = asked.address()
  expect(await network.ask([four('127.0.0.1')], port, datagrams, soon())).toEqual({
    ok: true,
    value: four('127.0.0.1'),
  })
  expect(heard).toEqual(['mine'])
  for (const socket of [asked, stranger]) socket.close()
})

test('a port of this machine that nobody has never replies to itself', async () => {
  const itself = createSocket('udp4')
  await new Promise<void>((resolve) => {
    itself.bind(0, '127.0.0.1', resolve)
  })
  const { port } = itself.address()
  expect(await ask([four('127.0.0.1')], port, anything, soon(), () => itself)).toMatchObject({
    ok: false,
    failure: { code: 'port_unreachable' },
  })
})

test('giving up leaves nothing open, whenever it happens', async () => {
  const network = openNetwork({ privateTargets: 'allow' })
  await using there = await peer(() => {})
  const stopping = new AbortController()
  const pending = network.ask([four('127.0.0.1')], there.port, anything, stopping.signal)
  stopping.abort()
  const late = network.ask([four('127.0.0.1')], there.port, anything, stopping.signal)
  for (const asked of await Promise.all([pending, late]))
    expect(asked).toMatchObject({ ok: false, failure: { code: 'udp_no_reply' } })
})

test('the guard stands before the socket, too', async () => {
  await using there = await peer((_, say) => say('here'))
  const strict = openNetwork({ privateTargets: 'deny' })
  const asked = await strict.ask([four('127.0.0.1')], there.port, anything, soon())
  expect(asked).toMatchObject({ ok: false, failure: { code: 'target_blocked' } })
  expect(there.heard).toEqual([])
})
