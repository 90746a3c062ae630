import { once } from 'node:events'
import type { Socket } from 'node:net'
import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { openNetwork } from '../../src/network/index.ts'
import { lookAt } from '../support/web/look.ts'
import { raw, saying, web } from '../support/web/servers.ts'

const OK = 'HTTP/1.1 200 OK\r\n'

/** Writes `text` again and again, as fast as it is taken or every `everyMs`. */
function forEver(socket: Socket, text: string | Buffer, everyMs?: number) {
  if (everyMs !== undefined) {
    const timer = setInterval(() => socket.write(text), everyMs)
    socket.once('close', () => clearInterval(timer))
    return
  }
  const much = Buffer.from(text.toString().repeat(Math.ceil(4096 / text.length)))
  const go = () => {
    while (!socket.destroyed && socket.write(much));
  }
  socket.on('drain', go)
  go()
}

test.each<[string, string, string, string | Buffer, number | undefined]>([
  ['endless headers', 'response_headers_too_large', OK, 'x-more: abcdefgh\r\n', undefined],
  ['one endless header', 'response_headers_too_large', `${OK}x: `, 'abcdefgh', undefined],
  [
    'a flood of interim answers',
    'response_headers_too_large',
    '',
    'HTTP/1.1 103 E\r\n\r\n',
    undefined,
  ],
  ['headers byte by byte', 'response_timeout', OK, 'x', 20],
  ['interim answers and nothing else', 'response_timeout', '', 'HTTP/1.1 102 P\r\n\r\n', 50],
  ['a body byte by byte', 'body_timeout', `${OK}\r\n`, 'x', 20],
  [
    'endless chunk extensions',
    'http_protocol',
    `${OK}transfer-encoding: chunked\r\n\r\n1;a=`,
    'bbbbbbbb',
    undefined,
  ],
])('%s: %s', async (_, code, head, text, everyMs) => {
  await using site = await raw((socket) =>
    socket.once('data', () => {
      socket.write(head)
      forEver(socket, text, everyMs)
    }),
  )
  const outcome = await lookAt(site.url, { timeoutMs: everyMs === undefined ? 1500 : 250 })
  expect(outcome).toMatchObject({ status: 'down', code })
  await site.empty()
})

test('an endless body is hung up on at 1 MiB, and up when nothing was asked of it', async () => {
  await using site = await raw((socket) =>
    socket.once('data', () => {
      socket.write(`${OK}\r\n`)
      forEver(socket, Buffer.alloc(65_536, 'x'))
    }),
  )
  expect(await lookAt(site.url)).toMatchObject({
    code: 'ok',
    details: { http: { bytes: 1024 * 1024, truncated: true } },
  })
  const options = { bodyContains: 'y' }
  expect(await lookAt(site.url, { options })).toMatchObject({ code: 'response_too_large' })
  await site.empty()
})

test('a bomb of a body is unpacked to 1 MiB and no further', async () => {
  const bomb = gzipSync(Buffer.alloc(64 * 1024 * 1024))
  await using site = await web((_, response) => {
    response.setHeader('content-encoding', 'gzip')
    response.end(bomb)
  })
  const before = process.memoryUsage().arrayBuffers
  const options = { bodyContains: 'y' }
  expect(await lookAt(site.url, { options })).toMatchObject({
    code: 'response_too_large',
    details: { http: { bytes: 1024 * 1024, truncated: true } },
  })
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(16 * 1024 * 1024)
})

test.each([
  ['a length that is never reached', 'content-length: 10\r\n\r\nhello'],
  ['a chunk that never ends', 'transfer-encoding: chunked\r\n\r\nff\r\nhello'],
  ['chunks without the last one', 'transfer-encoding: chunked\r\n\r\n5\r\nhello\r\n'],
])('%s is a cut connection', async (_, rest) => {
  await using site = await saying(OK + rest)
  for (const bodyContains of [null, 'hello'])
    expect(await lookAt(site.url, { options: { bodyContains } })).toMatchObject({
      status: 'down',
      code: 'connection_reset',
      message: 'the connection was cut while reading the body',
    })
})

test('a reset while reading is a cut connection, packed or not', async () => {
  for (const coding of ['identity', 'gzip']) {
    await using site = await raw((socket) =>
      socket.once('data', () => {
        socket.write(`${OK}content-length: 99\r\ncontent-encoding: ${coding}\r\n\r\n`, () =>
          setTimeout(() => socket.resetAndDestroy(), 20),
        )
        socket.write(gzipSync('hello').subarray(0, 12))
      }),
    )
    const options = { bodyContains: 'hello' }
    expect(await lookAt(site.url, { options })).toMatchObject({ code: 'connection_reset' })
  }
})

test('what follows a complete body is nobody’s business', async () => {
  await using site = await saying(`${OK}content-length: 5\r\n\r\nhello and more`)
  const options = { bodyContains: 'hello', bodyNotContains: 'more' }
  expect(await lookAt(site.url, { options })).toMatchObject({
    code: 'ok',
    details: { http: { bytes: 5 } },
  })
})

test('a body that stalls, packed, times out in its own phase', async () => {
  const packed = gzipSync('hello'.repeat(1000))
  for (const coding of ['gzip', 'deflate'])
    for (const head of [packed.subarray(0, 20), Buffer.alloc(0)]) {
      await using site = await raw((socket) =>
        socket.once('data', () => {
          socket.write(`${OK}content-encoding: ${coding}\r\n\r\n`)
          if (coding === 'gzip') socket.write(head)
        }),
      )
      const options = { bodyContains: 'hello' }
      const outcome = await lookAt(site.url, { options, timeoutMs: 150 })
      expect(outcome).toMatchObject({ status: 'down', code: 'body_timeout' })
      expect(outcome.details?.http).toMatchObject({ status: 200 })
    }
})

test('an answer before the request was taken counts', async () => {
  await using site = await raw((socket) => {
    socket.pause()
    socket.end('HTTP/1.1 413 No\r\ncontent-length: 0\r\n\r\n')
  })
  const options = { method: 'POST', body: 'x'.repeat(65_536), expectedStatuses: ['413'] }
  expect(await lookAt(site.url, { options })).toMatchObject({ code: 'ok' })
})

test('a redirect into the cloud’s own network is not followed', async () => {
  await using site = await web((_, response) => {
    response.writeHead(302, { location: 'http://169.254.169.254/latest/meta-data/' }).end()
  })
  expect(await lookAt(site.url)).toMatchObject({
    status: 'down',
    code: 'target_blocked',
    message: '169.254.169.254 may not be watched (reserved address)',
  })
})

test('a look that is stopped from outside says nothing about its target', async () => {
  await using site = await raw(() => {})
  const stopping = new AbortController()
  const looking = lookAt(site.url, { signal: stopping.signal })
  await once(site.arrivals, 'connection')
  stopping.abort()
  const outcome = await looking
  expect(outcome).toMatchObject({ status: 'unknown', code: 'probe_overloaded' })
  expect(outcome.durationMs).toBeLessThan(1000)
  await site.empty()
  expect(await lookAt(site.url, { signal: stopping.signal })).toMatchObject({ status: 'unknown' })
})

test('we hang up on answers that are settled before their body ends', async () => {
  await using site = await raw((socket) =>
    socket.once('data', (asked: Buffer) => {
      const status = asked.toString().split(/[ ?]/)[2]
      socket.write(`HTTP/1.1 ${status} X\r\nlocation: http://[::\r\ncontent-length: 99\r\n\r\n`)
    }),
  )
  for (const [status, code] of [
    ['404', 'http_status'],
    ['302', 'redirect_invalid'],
  ]) {
    expect(await lookAt(`${site.url}/?${status}`)).toMatchObject({ code })
    await site.empty()
  }
})

const sockets = () => process.getActiveResourcesInfo().filter((it) => it === 'TCPSocketWrap').length

test('200 looks at a silent server leave no sockets behind', async () => {
  await using site = await raw(() => {})
  const network = openNetwork({ privateTargets: 'allow' })
  const before = sockets()
  const outcomes = await Promise.all(
    Array.from({ length: 200 }, () => lookAt(site.url, { network, timeoutMs: 300 })),
  )
  expect(new Set(outcomes.map(({ code }) => code))).toEqual(new Set(['response_timeout']))
  await site.empty()
  await new Promise((resolve) => {
    setImmediate(resolve)
  })
  expect(sockets()).toBeLessThanOrEqual(before)
})
