import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { connect, type Socket } from 'node:net'
import { expect, test } from 'vitest'
import { until } from '../support/until.ts'
import { type House, openHouse } from './house.ts'

async function listen(house: House): Promise<number> {
  return Number(new URL(await house.app.listen({ host: '127.0.0.1', port: 0 })).port)
}

async function dial(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1').setEncoding('utf8')
  await once(socket, 'connect')
  return socket
}

/** All that comes until the other side hangs up. */
async function hear(socket: Socket): Promise<string> {
  let heard = ''
  socket.on('data', (part: string) => {
    heard += part
  })
  // A reset after the answer is a hang-up, too.
  socket.on('error', () => {})
  await once(socket, 'close')
  return heard
}

const lines = (...head: string[]): string => `${head.join('\r\n')}\r\n\r\n`

test('one connection carries several requests, HEAD without a body among them', async () => {
  await using house = await openHouse()
  const socket = await dial(await listen(house))
  const key = `X-API-Key: ${house.ours.keys.read}`
  socket.write(lines('HEAD /api/targets HTTP/1.1', 'Host: a', key))
  socket.write(lines('GET /api/targets/9 HTTP/1.1', 'Host: a', key))
  socket.write(lines('GET /healthz HTTP/1.1', 'Host: a', 'Connection: close'))
  const [head, missing, health] = (await hear(socket)).split(/(?=HTTP\/1\.1 )/)
  expect(head).toMatch(/^HTTP\/1\.1 200 [^]*\r\n\r\n$/)
  expect(missing).toMatch(/^HTTP\/1\.1 404 [^]*\r\n\r\n\{[^]*\}$/)
  expect(health).toMatch(/^HTTP\/1\.1 200 [^]*"ready":true/)
})

test('headers of more than 16 KiB are refused with a problem', async () => {
  await using house = await openHouse()
  const socket = await dial(await listen(house))
  const heard = hear(socket)
  socket.write(lines('GET /healthz HTTP/1.1', 'Host: a', `X-Long: ${'x'.repeat(17_000)}`))
  expect(await heard).toMatch(
    /^HTTP\/1\.1 431 [^]*nosniff[^]*\r\n\r\n\{"type":"\/errors\/headers-too-large"/,
  )
})

test('what is not HTTP is told so', async () => {
  await using house = await openHouse()
  const socket = await dial(await listen(house))
  const heard = hear(socket)
  socket.write('nonsense\r\n\r\n')
  expect(await heard).toMatch(/^HTTP\/1\.1 400 [^]*\/errors\/malformed-request/)
})

test.each([
  ['no host', lines('GET /healthz HTTP/1.1')],
  ['two hosts', lines('GET /healthz HTTP/1.1', 'Host: a', 'Host: b')],
])('a request with %s is told so, with all our headers', async (_, sent) => {
  await using house = await openHouse()
  const socket = await dial(await listen(house))
  const heard = hear(socket)
  socket.write(sent.replace('\r\n\r\n', '\r\nConnection: close\r\n\r\n'))
  expect(await heard).toMatch(/^HTTP\/1\.1 400 [^]*nosniff[^]*\/errors\/malformed-request/)
})

test('HTTP/1.0 needs no host', async () => {
  await using house = await openHouse()
  const socket = await dial(await listen(house))
  const heard = hear(socket)
  socket.write(lines('GET /healthz HTTP/1.0'))
  expect(await heard).toMatch(/^HTTP\/1\.1 200 /)
})

test('an expectation nobody knows is passed over', async () => {
  await using house = await openHouse()
  const socket = await dial(await listen(house))
  const heard = hear(socket)
  socket.write(lines('GET /healthz HTTP/1.1', 'Host: a', 'Expect: more', 'Connection: close'))
  expect(await heard).toMatch(/^HTTP\/1\.1 200 [^]*nosniff/)
})

test('two different keys in one header sent twice are ambiguous', async () => {
  await using house = await openHouse()
  const { admin, read } = house.ours.keys
  const socket = await dial(await listen(house))
  const heard = hear(socket)
  const keys = [admin, read].map((key) => `Authorization: Bearer ${key}`)
  socket.write(lines('GET /api/targets HTTP/1.1', 'Host: a', ...keys, 'Connection: close'))
  expect(await heard).toMatch(/^HTTP\/1\.1 400 [^]*ambiguous-credentials/)
})

test.each([
  ['headers', 'GET /api/targets HTTP/1.1\r\nHost: a\r\n'],
  [
    'a body',
    lines(
      'POST /api/targets HTTP/1.1',
      'Host: a',
      'Content-Type: application/json',
      'Content-Length: 100',
      'X-API-Key: KEY',
    ) + '{"name":',
  ],
])('a client too slow with %s is hung up on', async (_, sent) => {
  await using house = await openHouse()
  Object.assign(house.app.server, {
    headersTimeout: 50,
    requestTimeout: 50,
    connectionsCheckingInterval: 20,
  })
  const socket = await dial(await listen(house))
  const heard = hear(socket)
  socket.write(sent.replace('KEY', house.ours.keys.admin))
  expect(await heard).toMatch(/^HTTP\/1\.1 408 [^]*\/errors\/request-timeout/)
  expect(house.lines.filter(({ event }) => event === 'request failed by a bug')).toEqual([])
})

test('a body that never says how long it is, is cut off at 256 KiB, and the connection lives on', async () => {
  await using house = await openHouse()
  const url = `http://127.0.0.1:${await listen(house)}/api/targets`
  const headers = { 'x-api-key': house.ours.keys.admin, 'content-type': 'application/json' }
  const part = new TextEncoder().encode('x'.repeat(100_000))
  const body = ReadableStream.from([part, part, part, part])
  const asked = await fetch(url, { method: 'POST', headers, body, duplex: 'half' })
  expect([asked.status, await asked.json()]).toMatchObject([
    413,
    { type: '/errors/payload-too-large' },
  ])
  const good = JSON.stringify({ type: 'HTTP', name: 'a', url: 'https://a.example/' })
  expect((await fetch(url, { method: 'POST', headers, body: good })).status).toBe(201)
})

test('a client that leaves in the middle of its body is no bug', async () => {
  await using house = await openHouse()
  const socket = await dial(await listen(house))
  const received = once(house.app.server, 'request')
  socket.write(
    lines(
      'POST /api/targets HTTP/1.1',
      'Host: a',
      `X-API-Key: ${house.ours.keys.admin}`,
      'Content-Type: application/json',
      'Content-Length: 100',
    ),
  )
  const [request] = (await received) as [IncomingMessage]
  const gone = new Promise((resolve) => {
    request.once('close', resolve)
  })
  socket.destroy()
  await gone
  await house.app.close()
  expect(house.lines.filter(({ event }) => event === 'request failed by a bug')).toEqual([])
})

test('stopping does not wait for a connection that has had its answer', async () => {
  await using house = await openHouse()
  const [asked, looked] = [0, 1].map(() => Promise.withResolvers<void>())
  const { id } = await house.add()
  const { looker } = house.deps
  const check = looker.check.bind(looker)
  looker.check = async (...given) => {
    asked!.resolve()
    await looked!.promise
    return check(...given)
  }
  const socket = await dial(await listen(house))
  const heard = hear(socket)
  const key = `X-API-Key: ${house.ours.keys.admin}`
  socket.write(lines(`POST /api/targets/${id}/checks HTTP/1.1`, 'Host: a', key))
  await asked!.promise
  const closing = house.app.close()
  await until('nobody new is let in', () => !house.app.server.listening)
  looked!.resolve()
  await closing
  expect(await heard).toMatch(/^HTTP\/1\.1 200 [^]*"trigger":"manual"/)
})

test.each([
  ['a request', 'GET /healthz HTTP/1.1\r\nHost: a\r\n'],
  [
    'a body',
    lines(
      'POST /api/targets HTTP/1.1',
      'Host: a',
      'Content-Type: application/json',
      'Content-Length: 100',
      'X-API-Key: KEY',
    ),
  ],
])('stopping waits 3 s for half of %s, not longer', async (_, sent) => {
  await using house = await openHouse()
  const port = await listen(house)
  const connected = once(house.app.server, 'connection')
  const socket = await dial(port)
  const heard = hear(socket)
  socket.write(sent.replace('KEY', house.ours.keys.admin))
  const [peer] = (await connected) as [Socket]
  await until('half of it is there', () => peer.bytesRead >= sent.length)
  const closing = house.app.close()
  await house.clock.asleep()
  expect(house.app.server.listening).toBe(true)
  await house.clock.turn(3000)
  await closing
  expect(await heard).not.toMatch(/^HTTP\/1\.1 500/)
  expect(house.lines.filter(({ event }) => event === 'request failed by a bug')).toEqual([])
})

test('while stopping, what runs is answered, and what comes is sent away', async () => {
  await using house = await openHouse()
  const [asked, stopping, looked] = [0, 1, 2].map(() => Promise.withResolvers<void>())
  house.app.addHook('preClose', async () => {
    stopping!.resolve()
  })
  const { id } = await house.add()
  const { looker } = house.deps
  const check = looker.check.bind(looker)
  looker.check = async (...given) => {
    asked!.resolve()
    await looked!.promise
    return check(...given)
  }
  const socket = await dial(await listen(house))
  const heard = hear(socket)
  const key = `X-API-Key: ${house.ours.keys.admin}`
  socket.write(lines(`POST /api/targets/${id}/checks HTTP/1.1`, 'Host: a', key))
  await asked!.promise
  const closing = house.app.close()
  await stopping!.promise
  const more = once(house.app.server, 'request')
  socket.write(lines('GET /api/targets HTTP/1.1', 'Host: a', key))
  await more
  looked!.resolve()
  await closing
  const [first, second] = (await heard).split(/(?=HTTP\/1\.1 )/)
  expect(first).toMatch(/^HTTP\/1\.1 200 [^]*"trigger":"manual"/)
  expect(second).toMatch(/^HTTP\/1\.1 503 [^]*\/errors\/unavailable/)
})
