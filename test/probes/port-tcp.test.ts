import { once } from 'node:events'
import type { Socket } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import { openNetwork } from '../../src/network/index.ts'
import { HandClock } from '../support/clock.ts'
import { lookAt } from '../support/web/look.ts'
import { nameServer } from '../support/web/name-server.ts'
import { noSocketLeft } from '../support/web/left.ts'
import { blackHole, closedPort, raw, type Site } from '../support/web/servers.ts'

type How = Parameters<typeof lookAt>[1]

const lookAtPort = (port: number, options: object = {}, how: How = {}) =>
  lookAt(`127.0.0.1:${port}`, { type: 'PORT', options: { ...options }, ...how })

afterEach(noSocketLeft)

const hello = (text: string | Uint8Array) => raw((socket) => void socket.write(text))

/** Looks while the far side is silent, and lets the deadline come once it has connected. */
async function atDeadline(site: Site, options: object) {
  const clock = new HandClock()
  const arrived = once(site.arrivals, 'connection')
  const looking = lookAtPort(site.port, options, { clock, timeoutMs: 30_000 })
  await arrived
  await clock.asleep()
  await new Promise((resolve) => {
    setImmediate(resolve)
  })
  await clock.turn(30_000)
  return looking
}

describe('a port of TCP', () => {
  test('is up when it takes the connection, which is closed at once', async () => {
    await using site = await raw(() => {})
    const arrived = once(site.arrivals, 'connection') as Promise<[Socket]>
    const outcome = await lookAtPort(site.port)
    expect(outcome).toMatchObject({
      status: 'up',
      code: 'ok',
      message: 'port open',
      details: { address: '127.0.0.1', family: 4 },
    })
    expect(Object.keys(outcome.timings)).toEqual(['dns', 'connect', 'total'])
    const [socket] = await arrived
    if (!socket.readableEnded) await once(socket, 'end')
    expect(socket.errored).toBeNull()
    await site.empty()
  })

  test('hears what is to be sent, though nothing is expected', async () => {
    const heard: Buffer[] = []
    await using site = await raw((socket) => socket.on('data', (chunk) => heard.push(chunk)))
    const outcome = await lookAtPort(site.port, { send: 'A\\x00B\\r\\n' })
    expect(outcome.message).toBe('port open')
    await site.empty()
    expect(Buffer.concat(heard).toString('latin1')).toBe('A\0B\r\n')
  })

  test.each([
    ['220', {}, 'port open, answered with "220"'],
    ['mail.example', {}, 'port open, answered with "mail.example"'],
    ['32 32 30', { encoding: 'hex' }, 'port open, answered with 32 32 30'],
    ['ESMTP\\r\\n', {}, 'port open, answered with "ESMTP\\r\\n"'],
  ])('is up when it says %s %o', async (wanted, more, says) => {
    await using site = await hello('220 mail.example ESMTP\r\n')
    const outcome = await lookAtPort(site.port, { expect: wanted, ...more })
    expect(outcome).toMatchObject({ status: 'up', code: 'ok', message: says })
    expect(outcome.timings.firstByte).toBeGreaterThanOrEqual(0)
    await site.empty()
  })

  test('answers a question', async () => {
    await using site = await raw((socket) =>
      socket.on('data', (chunk) => socket.write(String(chunk) === 'PING\r\n' ? '+PONG' : '-ERR')),
    )
    const asked = { send: 'PING\\r\\n', expect: '+PONG' }
    expect(await lookAtPort(site.port, asked)).toMatchObject({ status: 'up' })
    expect(await atDeadline(site, { ...asked, send: 'x' })).toMatchObject({
      code: 'port_expect',
      message: 'answered, but not with "+PONG": "-ERR"',
    })
  })

  test('may say the words in pieces', async () => {
    await using site = await raw((socket) => {
      socket.setNoDelay()
      const letters = Array.from('noise, then needle, then more')
      const next = () => {
        const letter = letters.shift()
        if (letter !== undefined && !socket.destroyed)
          socket.write(letter, () => setImmediate(next))
      }
      next()
    })
    expect(await lookAtPort(site.port, { expect: 'needle' })).toMatchObject({ status: 'up' })
  })

  test('may say them after a megabyte of something else', async () => {
    await using site = await hello(
      Buffer.concat([Buffer.alloc(1_000_000, 'x'), Buffer.from('needle')]),
    )
    expect(await lookAtPort(site.port, { expect: 'needle' })).toMatchObject({ status: 'up' })
  })

  test('that ends before the words are there answered otherwise', async () => {
    await using site = await raw((socket) => void socket.end('554 go\taway \\o/ \u0000\r\n'))
    expect(await lookAtPort(site.port, { expect: '220' })).toMatchObject({
      status: 'down',
      code: 'port_expect',
      message: String.raw`answered, but not with "220": "554 go\taway \\o/ \x00"`,
    })
  })

  test.each([
    [Buffer.from([0xff, 0xfd, 0x18]), {}, String.raw`"ÿý\x18"`],
    [Buffer.from([0xff, 0xfd, 0x18]), { encoding: 'hex', expect: '00' }, 'ff fd 18'],
    [Buffer.from('ü'.repeat(50)), {}, `"${'ü'.repeat(40)}"`],
    [Buffer.from([0x41, 0xc3]), {}, '"A"'],
  ])('shows what came instead: %o %o', async (bytes, more, shown) => {
    await using site = await raw((socket) => void socket.end(bytes))
    const outcome = await lookAtPort(site.port, { expect: 'zz', ...more })
    expect(outcome.message.split(': ')[1]).toBe(shown)
  })
})

describe('a hostile or broken far side', () => {
  test('accepts and stays silent', async () => {
    await using site = await raw(() => {})
    expect(await atDeadline(site, { expect: '220' })).toMatchObject({
      status: 'down',
      code: 'response_timeout',
      message: 'connected, but no answer within 30 s',
      durationMs: 30_000,
    })
    await site.empty()
  })

  test('floods without end', async () => {
    const flood = Buffer.alloc(64 * 1024, 'x')
    await using site = await raw((socket) => {
      const pour = () => {
        while (!socket.destroyed && socket.write(flood));
      }
      socket.on('drain', pour)
      pour()
    })
    const rss = process.memoryUsage().rss
    expect(await lookAtPort(site.port, { expect: 'y' }, { timeoutMs: 5000 })).toMatchObject({
      code: 'port_expect',
      message: `answered, but not with "y": "${'x'.repeat(40)}"`,
    })
    expect(process.memoryUsage().rss - rss).toBeLessThan(100 * 1024 * 1024)
    await site.empty()
  })

  test('resets at once, or while it speaks', async () => {
    await using cutting = await raw((socket) => void socket.resetAndDestroy())
    expect(await lookAtPort(cutting.port, { expect: '220', send: 'x' })).toMatchObject({
      status: 'down',
      code: 'connection_reset',
    })
    await using speaking = await raw((socket) =>
      socket.write('22', () => {
        socket.once('data', () => socket.resetAndDestroy())
      }),
    )
    expect(await lookAtPort(speaking.port, { expect: '220', send: 'x' })).toMatchObject({
      code: 'connection_reset',
      message: `127.0.0.1:${speaking.port} cut the connection while reading`,
    })
  })

  test('closes without a word', async () => {
    await using site = await raw((socket) => void socket.end())
    expect(await lookAtPort(site.port, { expect: '220' })).toMatchObject({
      code: 'connection_reset',
      message: `127.0.0.1:${site.port} cut the connection before the answer`,
    })
  })

  test('never takes what is to be sent', async () => {
    await using site = await raw((socket) => void socket.pause())
    expect(await lookAtPort(site.port, { send: 'x'.repeat(1024) })).toMatchObject({ status: 'up' })
  })

  test('speaks words that are harmful to whoever reads them', async () => {
    await using site = await raw((socket) => void socket.end('\u001B[2J\u202E\n@everyone'))
    const { message } = await lookAtPort(site.port, { expect: 'x'.repeat(1024) })
    expect(message.length).toBeLessThanOrEqual(300)
    expect(message).not.toMatch(/[\p{Cc}\u202E]/u)
  })
})

test('a closed port refuses', async () => {
  const port = await closedPort()
  expect(await lookAtPort(port)).toMatchObject({
    status: 'down',
    code: 'connect_refused',
    message: `127.0.0.1 refuses connections on port ${port}`,
    details: { address: '127.0.0.1', family: 4 },
  })
})

test('a port that drops whoever knocks is given up at the deadline', async () => {
  await using hole = await blackHole()
  expect(await lookAtPort(hole.port, {}, { timeoutMs: 200 })).toMatchObject({
    status: 'down',
    code: 'connect_timeout',
    message: `127.0.0.1:${hole.port} did not answer`,
  })
})

test('a look that is stopped is charged to nobody', async () => {
  await using site = await raw((socket) => void socket.write('no'))
  const stopping = new AbortController()
  const arrived = once(site.arrivals, 'connection')
  const looking = lookAtPort(site.port, { expect: 'yes' }, { signal: stopping.signal })
  await arrived
  stopping.abort()
  expect(await looking).toMatchObject({ status: 'unknown', code: 'probe_overloaded' })
  await site.empty()
})

describe('names and families', () => {
  test('the name is looked up, its families as allowed', async () => {
    await using site = await raw(() => {})
    await using names = await nameServer({ 'game.example': { a: ['127.0.0.1'] } })
    const network = openNetwork({ privateTargets: 'allow', dnsServers: [names.address] })
    const look = (host: string, options: object = {}) =>
      lookAt(`${host}:${site.port}`, { type: 'PORT', options: { ...options }, network })
    expect(await look('game.example')).toMatchObject({ status: 'up' })
    expect(await look('game.example', { isAllowIp4: false })).toMatchObject({
      code: 'dns_no_address',
      message: 'game.example has no IPv6 address',
    })
    expect(await look('gone.example')).toMatchObject({ code: 'dns_nxdomain' })
  })

  test('addresses in odd forms meet the guard as what they are', async () => {
    const network = openNetwork({ privateTargets: 'deny' })
    for (const host of ['127.0.0.1', '127.1', '0x7f.1', '2130706433', '[::1]', '[::ffff:7f00:1]'])
      expect(await lookAt(`${host}:1`, { type: 'PORT', network })).toMatchObject({
        status: 'down',
        code: 'target_blocked',
      })
  })
})
