import { afterEach, describe, expect, test } from 'vitest'
import { openNetwork } from '../../src/network/index.ts'
import { lookAt } from '../support/web/look.ts'
import { type Peer, peer } from '../support/web/datagrams.ts'
import { noSocketLeft } from '../support/web/left.ts'
import { nameServer } from '../support/web/name-server.ts'

type How = Parameters<typeof lookAt>[1]

const lookAtPort = (port: number, options: object = {}, how: How = {}) =>
  lookAt(`127.0.0.1:${port}`, {
    type: 'PORT',
    options: { portProtocol: 'UDP', ...options },
    ...how,
  })

const silent = () => peer(() => {})

async function closedPort(): Promise<number> {
  await using there = await silent()
  return there.port
}

/** Looks with a deadline that comes, by hand, once `count` datagrams were heard. */
async function untilHeard(there: Peer, count: number, options: object = {}) {
  const stopping = new AbortController()
  const network = openNetwork({ privateTargets: 'allow' })
  const expired: typeof network = {
    ...network,
    ask: (addresses, port, datagrams) => network.ask(addresses, port, datagrams, stopping.signal),
  }
  const looking = lookAtPort(there.port, options, { network: expired, timeoutMs: 60_000 })
  await there.came(count)
  // What is said to it is heard before the end.
  await new Promise<void>((resolve) => {
    setImmediate(() => setImmediate(resolve))
  })
  stopping.abort()
  return looking
}

afterEach(noSocketLeft)

describe('a port of UDP', () => {
  test('is up when anything comes back', async () => {
    await using there = await peer((_, say) => say('anything'))
    expect(await lookAtPort(there.port)).toMatchObject({
      status: 'up',
      code: 'ok',
      message: 'port open',
      details: { address: '127.0.0.1', family: 4 },
    })
    expect(there.heard.map((it) => it.length)).toEqual([0])
  })

  test('is up when nothing but an empty datagram comes back', async () => {
    await using there = await peer((_, say) => say(''))
    expect(await lookAtPort(there.port)).toMatchObject({ status: 'up' })
  })

  test('is asked with the bytes that were set', async () => {
    await using there = await peer((heard, say) => say(heard))
    const send = 'ff ff ff ff 54'
    const outcome = await lookAtPort(there.port, { send, expect: 'ffff54', encoding: 'hex' })
    expect(outcome).toMatchObject({ status: 'up', message: 'port open, answered with ffff54' })
    expect(outcome.timings.firstByte).toBeGreaterThanOrEqual(0)
    expect(there.heard[0]!.toString('hex')).toBe('ffffffff54')
  })

  test('may say other things before what is expected', async () => {
    await using there = await peer((_, say) => {
      say('wait')
      say('pong')
    })
    expect(await lookAtPort(there.port, { expect: 'pong' })).toMatchObject({ status: 'up' })
  })

  test('is asked again, as a datagram may be lost', async () => {
    await using there = await peer((_, say) => {
      if (there.heard.length === 2) say('here')
    })
    const outcome = await lookAtPort(there.port, {}, { timeoutMs: 5000 })
    expect(outcome).toMatchObject({ status: 'up' })
    expect(outcome.durationMs).toBeGreaterThanOrEqual(950)
  })

  test('is down at once where nobody listens', async () => {
    const port = await closedPort()
    const outcome = await lookAtPort(port, {}, { timeoutMs: 5000 })
    expect(outcome).toMatchObject({
      status: 'down',
      code: 'port_unreachable',
      message: `UDP port closed (ICMP): 127.0.0.1:${port}`,
      details: { address: '127.0.0.1', family: 4 },
    })
    expect(outcome.durationMs).toBeLessThan(4000)
  })

  test('is down when it stays silent', async () => {
    await using there = await silent()
    expect(await lookAtPort(there.port, {}, { timeoutMs: 200 })).toMatchObject({
      status: 'down',
      code: 'udp_no_reply',
      message: `no reply: closed, filtered, or silent (127.0.0.1:${there.port})`,
    })
  })

  test('is down when it says something else', async () => {
    await using there = await peer((_, say) => say('no\u0000pe'))
    expect(await untilHeard(there, 1, { expect: 'yes' })).toMatchObject({
      status: 'down',
      code: 'port_expect',
      message: String.raw`answered, but not with "yes": "no\x00pe"`,
    })
  })

  test('never has what is expected in two datagrams', async () => {
    await using there = await peer((_, say) => {
      say('po')
      say('ng')
    })
    expect(await untilHeard(there, 1, { expect: 'pong' })).toMatchObject({
      code: 'port_expect',
      message: 'answered, but not with "pong": "pong"',
    })
  })

  test('is nobody’s charge when the look is stopped', async () => {
    await using there = await silent()
    const stopping = new AbortController()
    const looking = lookAtPort(there.port, {}, { signal: stopping.signal })
    await there.came(1)
    stopping.abort()
    expect(await looking).toMatchObject({ status: 'unknown', code: 'probe_overloaded' })
    const late = await lookAtPort(there.port, {}, { signal: stopping.signal })
    expect(late).toMatchObject({ status: 'unknown', code: 'probe_overloaded' })
  })

  test('that floods is heard no longer than is of use', async () => {
    const flood = Buffer.alloc(60_000, 'x')
    await using there = await peer((_, say) => {
      for (let more = 0; more < 20; more += 1) say(flood)
    })
    const outcome = await lookAtPort(there.port, { expect: 'y' }, { timeoutMs: 300 })
    expect(outcome).toMatchObject({ status: 'down', code: 'port_expect' })
  })
})

describe('names and addresses', () => {
  test('every address is asked until one replies', async () => {
    await using there = await peer((_, say) => say('here'), '127.0.0.2')
    await using mute = await peer(() => {}, '127.0.0.3', there.port)
    await using names = await nameServer({
      'game.example': { a: ['127.0.0.1', '127.0.0.3', '127.0.0.2'] },
    })
    const network = openNetwork({ privateTargets: 'allow', dnsServers: [names.address] })
    const outcome = await lookAt(`game.example:${there.port}`, {
      type: 'PORT',
      options: { portProtocol: 'UDP' },
      network,
    })
    expect(outcome).toMatchObject({ status: 'up', details: { address: '127.0.0.2', family: 4 } })
    expect(mute.heard.length).toBeGreaterThan(0)
  })

  test('the guard stands before the socket', async () => {
    await using there = await silent()
    const network = openNetwork({ privateTargets: 'deny' })
    expect(await lookAtPort(there.port, {}, { network })).toMatchObject({
      status: 'down',
      code: 'target_blocked',
    })
    expect(there.heard).toEqual([])
  })
})
