import { readdirSync } from 'node:fs'
import { chmod, mkdtemp, writeFile } from 'node:fs/promises'
import { networkInterfaces, tmpdir } from 'node:os'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { InvalidInput, parseInput } from '../../src/kernel/index.ts'
import { type Network, openNetwork } from '../../src/network/index.ts'
import { echoRequest, echoSequence, type Pinged, type PingWay } from '../../src/network/icmp.ts'
import { pingByCommand, readPings } from '../../src/network/icmp-command.ts'
import { openIcmpSockets } from '../../src/network/icmp-socket.ts'
import { PROBES } from '../../src/probes/index.ts'
import { lookAt } from '../support/web/look.ts'

const network = (...ways: readonly PingWay[]): Network =>
  openNetwork({ privateTargets: 'allow' }, { pingWays: ways.map((way) => async () => way) })
const look = (url: string, how: { network?: Network; options?: object; timeoutMs?: number } = {}) =>
  lookAt(url, { type: 'PING', ...how, options: { ...how.options } })

/** Passes the self-test, then does what the test says. */
const scripted =
  (came: Pinged): PingWay =>
  async (_, packets) =>
    packets === 1 ? { kind: 'heard', sent: 1, rttsMs: [0.1] } : came
const heard = (sent: number, ...rttsMs: number[]): Pinged => ({ kind: 'heard', sent, rttsMs })

const hasIp6 = Object.values(networkInterfaces())
  .flat()
  .some((it) => it?.address === '::1')

/** What this machine lets us do: both ways are tried for real where they can be. */
async function works(open: () => Promise<PingWay>): Promise<boolean> {
  try {
    const way = await open()
    const loopback = { address: '127.0.0.1', family: 4 } as const
    const came = await way(loopback, 1, AbortSignal.timeout(1000))
    return came.kind === 'heard' && came.rttsMs.length === 1
  } catch {
    return false
  }
}
const REAL = [
  ['ping sockets', openIcmpSockets],
  ['the ping program', async () => pingByCommand()],
] as const
const able = new Map(
  await Promise.all(REAL.map(async ([name, open]) => [name, await works(open)] as const)),
)

describe.each(REAL)('real pings by %s', (name, open) => {
  const real = openNetwork({ privateTargets: 'allow' }, { pingWays: [open] })

  test.runIf(able.get(name))('reach this machine, and are measured', async () => {
    expect(await look('127.0.0.1', { network: real })).toMatchObject({
      status: 'up',
      code: 'ok',
      message: expect.stringMatching(/^3 of 3 replies, [\d.]+ ms$/) as string,
      details: {
        address: '127.0.0.1',
        family: 4,
        ping: { sent: 3, received: 3, lossPercent: 0, rttMinMs: expect.any(Number) as number },
      },
    })
  })

  test.runIf(able.get(name) && hasIp6)('reach it by IPv6', async () => {
    expect(await look('::1', { network: real, options: { packets: 1 } })).toMatchObject({
      code: 'ok',
      details: { family: 6, ping: { received: 1 } },
    })
  })

  test.runIf(able.get(name))('take names, IPv4 first', async () => {
    expect(await look('localhost', { network: real, options: { packets: 1 } })).toMatchObject({
      code: 'ok',
      details: { family: 4 },
    })
  })

  test.runIf(able.get(name))(
    'are over when they are called off, and leave nothing open',
    async () => {
      await look('127.0.0.1', { network: real, options: { packets: 1 } })
      const before = readdirSync('/proc/self/fd').length
      const signal = AbortSignal.abort()
      const looks = Array.from({ length: 20 }, (_, at) =>
        lookAt('127.0.0.1', {
          type: 'PING',
          network: real,
          options: { packets: at % 2 === 0 ? 1 : 2 },
          ...(at % 5 === 0 ? { signal } : {}),
        }),
      )
      const codes = new Set((await Promise.all(looks)).map(({ code }) => code))
      expect(codes).toEqual(new Set(['ok', 'probe_overloaded']))
      expect(readdirSync('/proc/self/fd').length).toBeLessThanOrEqual(before)
    },
  )
})

test('where no way works it is nobody’s outage, and the cures are named', async () => {
  const broken: PingWay = async () => ({ kind: 'broken', why: 'not here' })
  expect(await look('127.0.0.1', { network: network(broken) })).toMatchObject({
    status: 'unknown',
    code: 'probe_unavailable',
    message:
      'cannot ping here: allow it by the system setting net.ipv4.ping_group_range="0 2147483647", or install iputils-ping',
  })
  const none = openNetwork(
    { privateTargets: 'allow' },
    {
      pingWays: [
        async () => {
          throw new Error('no such library')
        },
      ],
    },
  )
  expect(await look('127.0.0.1', { network: none })).toMatchObject({ code: 'probe_unavailable' })
})

test('a way that loses what this machine sends itself is never used, and asked for once', async () => {
  let tests = 0
  const deaf: PingWay = async () => {
    tests += 1
    return heard(1)
  }
  const both = network(deaf, scripted(heard(3, 12, 14, 16)))
  for (let more = 0; more < 3; more += 1)
    expect(await look('127.0.0.1', { network: both })).toMatchObject({ code: 'ok', durationMs: 14 })
  expect(tests).toBe(1)
})

test.each([
  ['all lost', heard(3), 'down', 'ping_timeout', 'no reply to 3 pings'],
  [
    'half and more lost',
    heard(3, 20),
    'degraded',
    'packet_loss',
    '67 % of pings lost: 1 of 3 replies, 20 ms',
  ],
  ['a third lost', heard(3, 20, 30), 'up', 'ok', '2 of 3 replies, 25 ms'],
  ['quick', heard(3, 0.2, 0.3, 0.4), 'up', 'ok', '3 of 3 replies, 0.3 ms'],
  [
    'no route',
    { kind: 'unreachable', code: 'host_unreachable' } as const,
    'down',
    'host_unreachable',
    'no route to 127.0.0.1',
  ],
  [
    'no network here',
    { kind: 'unreachable', code: 'network_unreachable' } as const,
    'unknown',
    'network_unreachable',
    'this machine has no IPv4 network',
  ],
])('%s', async (_, came, status, code, message) => {
  expect(await look('127.0.0.1', { network: network(scripted(came)) })).toMatchObject({
    status,
    code,
    message,
  })
})

test('a machine without sockets is nobody’s outage, and is not remembered', async () => {
  let isFull = true
  const way: PingWay = async (_, packets) =>
    isFull
      ? { kind: 'overloaded' }
      : { kind: 'heard', sent: packets, rttsMs: [1, 1, 1].slice(0, packets) }
  const full = network(way)
  expect(await look('127.0.0.1', { network: full })).toMatchObject({ code: 'probe_overloaded' })
  isFull = false
  expect(await look('127.0.0.1', { network: full })).toMatchObject({ code: 'ok' })
  isFull = true
  expect(await look('127.0.0.1', { network: full })).toMatchObject({ code: 'probe_overloaded' })
})

test('finding out how to ping takes no look past its end', async () => {
  const slow: PingWay = () => new Promise(() => {})
  const outcome = await look('127.0.0.1', { network: network(slow), timeoutMs: 200 })
  expect(outcome).toMatchObject({ code: 'probe_overloaded' })
})

test('its figures', async () => {
  const options = { packets: 4, degradedLossPercent: 25 }
  const seen = await look('127.0.0.1', {
    network: network(scripted(heard(4, 10, 20, 30.5))),
    options,
  })
  expect(seen).toMatchObject({
    code: 'packet_loss',
    durationMs: 20,
    details: {
      ping: {
        sent: 4,
        received: 3,
        lossPercent: 25,
        rttMinMs: 10,
        rttAvgMs: 20.167,
        rttMaxMs: 30.5,
      },
    },
  })
})

test('what may not be watched is not pinged', async () => {
  const denied = openNetwork(
    { privateTargets: 'deny' },
    { pingWays: [async () => scripted(heard(3))] },
  )
  expect(await look('127.0.0.1', { network: denied })).toMatchObject({ code: 'target_blocked' })
  expect(await look('169.254.169.254')).toMatchObject({ code: 'target_blocked' })
})

describe('packets', () => {
  const payload = Buffer.from('0123456789abcdef')

  test('a request checks out, as RFC 1071 counts', () => {
    const packet = echoRequest(4, 7, payload)
    let sum = 0
    for (let at = 0; at < packet.length; at += 2) sum += packet.readUInt16BE(at)
    expect(((sum & 0xffff) + (sum >> 16)) & 0xffff).toBe(0xffff)
    expect([packet[0], packet.readUInt16BE(6)]).toEqual([8, 7])
    expect(echoRequest(6, 1, payload)[0]).toBe(128)
  })

  test.each([
    ['a reply', 4, (it: Buffer) => it, 7],
    ['a request of somebody else', 4, (it: Buffer) => it.fill(8, 0, 1), undefined],
    ['a reply with other words', 4, (it: Buffer) => it.fill(0, 10, 11), undefined],
    ['a reply cut short', 4, (it: Buffer) => it.subarray(0, 20), undefined],
    ['nothing', 4, () => Buffer.alloc(0), undefined],
  ] as const)('%s', (_, family, change, sequence) => {
    const reply = echoRequest(family, 7, payload)
    reply[0] = 0
    expect(echoSequence(family, change(reply), payload)).toBe(sequence)
  })
})

describe('what ping says', () => {
  const IPUTILS = `PING 192.0.2.7 (192.0.2.7) 56(84) bytes of data.
64 bytes from 192.0.2.7: icmp_seq=1 ttl=64 time=0.041 ms
64 bytes from 192.0.2.7: icmp_seq=3 ttl=64 time=12.5 ms
64 bytes from 192.0.2.7: icmp_seq=3 ttl=64 time=13.5 ms (DUP!)

--- 192.0.2.7 ping statistics ---
3 packets transmitted, 2 received, +1 duplicates, 33.3333% packet loss, time 402ms
rtt min/avg/max/mdev = 0.041/6.270/12.500/6.229 ms
`
  const BUSYBOX = `PING 192.0.2.7 (192.0.2.7): 56 data bytes
64 bytes from 192.0.2.7: seq=0 ttl=64 time=0.063 ms
64 bytes from 192.0.2.7: seq=1 ttl=64 time=0.079 ms

--- 192.0.2.7 ping statistics ---
2 packets transmitted, 2 packets received, 0% packet loss
`
  const LOST = `PING 203.0.113.9 (203.0.113.9) 56(84) bytes of data.

--- 203.0.113.9 ping statistics ---
3 packets transmitted, 0 received, 100% packet loss, time 402ms
`
  const UNREACHABLE = `PING 192.0.2.9 (192.0.2.9) 56(84) bytes of data.
From 192.0.2.1 icmp_seq=1 Destination Host Unreachable

--- 192.0.2.9 ping statistics ---
1 packets transmitted, 0 received, +1 errors, 100% packet loss, time 0ms
`
  test.each([
    ['iputils', IPUTILS, heard(3, 0.041, 12.5)],
    ['busybox', BUSYBOX, heard(2, 0.063, 0.079)],
    ['all lost', LOST, heard(3)],
    ['cut off in the middle', IPUTILS.slice(0, 110), heard(3, 0.041)],
    ['unreachable', UNREACHABLE, { kind: 'unreachable', code: 'host_unreachable' }],
    [
      'no network',
      'ping: connect: Network is unreachable\n',
      { kind: 'unreachable', code: 'network_unreachable' },
    ],
    [
      'forbidden',
      'ping: socktype: SOCK_RAW\nping: socket: Operation not permitted\n',
      { kind: 'broken', why: 'ping: socktype: SOCK_RAW' },
    ],
    [
      'more than was asked for',
      IPUTILS.replace('icmp_seq=1 ', 'icmp_seq=9 ').repeat(2),
      heard(3, 12.5, 0.041),
    ],
    ['times that are none', 'PING x\n64 bytes from x: icmp_seq=1 ttl=64 time=1.2.3 ms\n', heard(3)],
    [
      'a line without end',
      `PING x\n64 bytes from x: icmp_seq=1 ${'time='.repeat(20_000)}`,
      heard(3),
    ],
    ['nothing', '', { kind: 'broken', why: 'it said nothing' }],
  ])('%s', (_, output, came) => {
    expect(readPings(output, 3)).toEqual(came)
  })

  test('a program that never ends is ended, one that floods is cut, one that is not there is broken', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'ping-'))
    const script = async (name: string, body: string) => {
      const file = path.join(folder, name)
      await writeFile(file, `#!/bin/sh\n${body}\n`)
      await chmod(file, 0o755)
      return pingByCommand(file)
    }
    const address = { address: '192.0.2.7', family: 4 } as const
    const endless = await script('endless', 'echo "PING x"; exec sleep 600')
    expect(await endless(address, 3, AbortSignal.timeout(300))).toEqual(heard(2))
    // Its child holds the pipe: nobody waits for that.
    const wrapped = await script('wrapped', 'echo "PING x"; sleep 5')
    const began = performance.now()
    expect(await wrapped(address, 10, AbortSignal.timeout(300))).toMatchObject({ kind: 'heard' })
    expect(performance.now() - began).toBeLessThan(2000)
    const flood = await script(
      'flood',
      'exec yes "64 bytes from 192.0.2.7: icmp_seq=1 ttl=64 time=1 ms"',
    )
    expect(await flood(address, 3, AbortSignal.timeout(300))).toMatchObject({
      kind: 'heard',
      rttsMs: [1],
    })
    const missing = pingByCommand(path.join(folder, 'missing'))
    expect(await missing(address, 3, AbortSignal.timeout(300))).toMatchObject({ kind: 'broken' })
  })
})

describe('what can be set', () => {
  const { PING } = PROBES
  const refused = (work: () => unknown): string => {
    try {
      return JSON.stringify(work())
    } catch (error) {
      return error instanceof InvalidInput ? error.violations[0]!.message : String(error)
    }
  }

  test.each([
    [' Server.Example ', 'server.example'],
    ['10.0.0.7', '10.0.0.7'],
    ['2001:DB8::1', '2001:db8::1'],
    ['[2001:db8::1]', '2001:db8::1'],
    ['müller.example', 'müller.example'],
    ['my_host', 'my_host'],
  ])('%s is kept as %s', (typed, kept) => {
    expect(parseInput(PING.address, typed)).toBe(kept)
  })

  test.each([
    '',
    'https://x.example',
    'x.example/y',
    'x.example:80',
    '-c',
    '--help',
    'a b',
    'fe80::1%eth0',
    'a..b',
    '$(reboot)/',
  ])('"%s" is no host', (typed) => {
    expect(refused(() => parseInput(PING.address, typed))).toMatch(/^must be a host name/)
  })

  test.each([
    { packets: 0 },
    { packets: 11 },
    { degradedLossPercent: 100 },
    { isAllowIp4: false, isAllowIp6: false },
    { count: 3 },
  ])('%j is refused', (given) => {
    expect(refused(() => parseInput(PING.options, given))).toMatch(/^must be |^is not a field/)
  })
})
