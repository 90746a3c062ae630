import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { openNetwork } from '../../src/network/index.ts'
import { lookAt } from '../support/web/look.ts'
import { nameServer } from '../support/web/name-server.ts'
import { blackHole, closedPort, raw, saying, web } from '../support/web/servers.ts'

const OK = 'HTTP/1.1 200 OK\r\n'

test('a page that answers is up, with what was seen of it', async () => {
  await using site = await web((_, response) => void response.end('hello'))
  const outcome = await lookAt(`${site.url}/a?b=c`)
  expect(outcome).toMatchObject({
    status: 'up',
    code: 'ok',
    message: `HTTP 200 in ${outcome.durationMs} ms`,
    details: {
      address: '127.0.0.1',
      family: 4,
      http: {
        status: 200,
        finalUrl: `${site.url}/a?b=c`,
        redirects: 0,
        bytes: 5,
        truncated: false,
      },
    },
  })
  const { dns, connect, firstByte, body, tls, total } = outcome.timings
  expect(tls).toBeUndefined()
  expect(dns! + connect! + firstByte! + body!).toBeLessThanOrEqual(total + 0.5)
})

test('what is sent is what was configured, and who we are', async () => {
  let seen: unknown
  await using site = await web((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      seen = [request.method, request.url, Buffer.concat(chunks).toString(), request.headers]
      response.end()
    })
  })
  const options = { method: 'DELETE', headers: { 'X-Key': ' k ' }, body: 'äb' }
  expect(await lookAt(`${site.url}/x`, { options })).toMatchObject({ code: 'ok' })
  expect(seen).toEqual([
    'DELETE',
    '/x',
    'äb',
    {
      host: `127.0.0.1:${site.port}`,
      'user-agent': 'Uptalk/test (+here)',
      accept: '*/*',
      'accept-encoding': 'gzip, br',
      'x-key': 'k',
      'content-length': '3',
      connection: 'close',
    },
  ])
})

test('a POST of nothing says so, and the usual headers may be replaced', async () => {
  let seen: unknown
  await using site = await web((request, response) => {
    const { host, accept, 'content-length': length } = request.headers
    seen = [host, accept, length]
    response.end()
  })
  const options = { method: 'POST', headers: { Host: 'shop.test', Accept: 'text/html' } }
  expect(await lookAt(site.url, { options })).toMatchObject({ code: 'ok' })
  expect(seen).toEqual(['shop.test', 'text/html', '0'])
})

describe('names', () => {
  test.each([
    ['gone.test', 'dns_nxdomain', 'the name gone.test does not exist'],
    ['empty.test', 'dns_no_address', 'empty.test has no IPv4 or IPv6 address'],
    ['broken.test', 'dns_servfail', 'name servers for broken.test failed (often DNSSEC)'],
    ['closed.test', 'dns_refused', 'name servers for closed.test refused to answer'],
    ['silent.test', 'dns_timeout', 'name servers for silent.test did not answer in time'],
    ['rebound.test', 'target_blocked', '169.254.169.254 may not be watched (reserved address)'],
  ])('%s: %s', async (host, code, message) => {
    await using names = await nameServer({
      'empty.test': {},
      'broken.test': { rcode: 'SERVFAIL' },
      'closed.test': { rcode: 'REFUSED' },
      'silent.test': { silent: ['a', 'aaaa'] },
      'rebound.test': { a: ['169.254.169.254'] },
    })
    const network = openNetwork({ privateTargets: 'allow', dnsServers: [names.address] })
    const outcome = await lookAt(`http://${host}/`, { network, timeoutMs: 400 })
    expect(outcome).toMatchObject({ status: 'down', code, message })
    expect(outcome.timings.connect).toBeUndefined()
  })

  test('the address that was judged is the one that is connected to', async () => {
    await using site = await web((_, response) => void response.end())
    await using names = await nameServer({ 'turn.test': { a: ['127.0.0.1'] } })
    const network = openNetwork({ privateTargets: 'allow', dnsServers: [names.address] })
    const outcome = await lookAt(`http://turn.test:${site.port}/`, { network })
    expect(outcome).toMatchObject({ code: 'ok', details: { address: '127.0.0.1' } })
    expect(names.asked.filter((it) => it === 'a turn.test')).toHaveLength(1)
  })

  test('private targets are refused where strangers have accounts', async () => {
    await using site = await web((_, response) => void response.end())
    const network = openNetwork({ privateTargets: 'deny' })
    expect(await lookAt(site.url, { network })).toMatchObject({
      status: 'down',
      code: 'target_blocked',
      message: '127.0.0.1 may not be watched (private address)',
    })
    expect(site.open.size).toBe(0)
  })

  test('a family that is switched off is not used', async () => {
    const options = { isAllowIp4: false }
    expect(await lookAt('http://127.0.0.1/', { options })).toMatchObject({
      code: 'dns_no_address',
      message: '127.0.0.1 has no IPv6 address',
    })
  })
})

describe('connections', () => {
  test('a closed port refuses', async () => {
    const port = await closedPort()
    expect(await lookAt(`http://127.0.0.1:${port}`)).toMatchObject({
      status: 'down',
      code: 'connect_refused',
      message: `127.0.0.1 refuses connections on port ${port}`,
    })
  })

  test('a port that swallows everything does not answer', async () => {
    await using hole = await blackHole()
    const outcome = await lookAt(`http://127.0.0.1:${hole.port}`, { timeoutMs: 200 })
    expect(outcome).toMatchObject({
      status: 'down',
      code: 'connect_timeout',
      message: `127.0.0.1:${hole.port} did not answer`,
    })
    expect(outcome.durationMs).toBeLessThan(500)
  })

  test('a connection cut before the answer', async () => {
    await using site = await raw((socket) => socket.once('data', () => socket.resetAndDestroy()))
    expect(await lookAt(site.url)).toMatchObject({ status: 'down', code: 'connection_reset' })
  })

  test('a connection cut at once', async () => {
    await using site = await raw((socket) => socket.resetAndDestroy())
    expect(await lookAt(site.url)).toMatchObject({ code: 'connection_reset' })
  })

  test('a connection closed without a word, and within the headers', async () => {
    await using mute = await saying('')
    await using half = await saying(`${OK}content-le`)
    expect(await lookAt(mute.url)).toMatchObject({ code: 'connection_reset' })
    expect(await lookAt(half.url)).toMatchObject({ code: 'connection_reset' })
  })
})

describe('answers', () => {
  test('another status is named with our words, whatever the server calls it', async () => {
    await using site = await saying('HTTP/1.1 503 All Fine\r\ncontent-length: 0\r\n\r\n')
    expect(await lookAt(site.url)).toMatchObject({
      status: 'down',
      code: 'http_status',
      message: 'HTTP 503 Service Unavailable',
      details: { http: { status: 503 } },
    })
    const options = { expectedStatuses: ['200', '500-599'] }
    expect(await lookAt(site.url, { options })).toMatchObject({ code: 'ok' })
  })

  test('a wrong status speaks before the body', async () => {
    await using site = await web((_, response) => void response.writeHead(500).end('sorry'))
    const options = { bodyContains: 'welcome' }
    expect(await lookAt(site.url, { options })).toMatchObject({ code: 'http_status' })
  })

  test.each([
    ['a mail server', '220 mail ESMTP\r\n'],
    ['binary', Buffer.from([0x16, 3, 1, 0, 5, 1])],
    ['another version', 'HTTP/3.7 200 OK\r\n\r\n'],
    [
      'an upgrade nobody asked for',
      'HTTP/1.1 101 Switching\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n',
    ],
    ['a bare 101', 'HTTP/1.1 101 Switching\r\n\r\n'],
    ['a broken chunk', `${OK}transfer-encoding: chunked\r\n\r\nzz\r\nhi\r\n`],
    ['two lengths', `${OK}content-length: 1\r\ncontent-length: 2\r\n\r\nhi`],
  ])('%s is not HTTP', async (_, text) => {
    await using site = await saying(text)
    expect(await lookAt(site.url)).toMatchObject({ status: 'down', code: 'http_protocol' })
  })

  test('interim answers are passed over', async () => {
    await using site = await saying(
      `HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n${OK}content-length: 0\r\n\r\n`,
    )
    expect(await lookAt(site.url)).toMatchObject({ code: 'ok' })
  })
})

async function lookAtPage(
  options: Readonly<Record<string, unknown>>,
  text: string | Buffer,
  coding?: string,
) {
  await using site = await web((_, response) => {
    if (coding !== undefined) response.setHeader('content-encoding', coding)
    response.end(text)
  })
  return await lookAt(site.url, { options })
}

describe('bodies', () => {
  test('text that must be there, and text that must not', async () => {
    expect(await lookAtPage({ bodyContains: 'ell' }, 'hello')).toMatchObject({ code: 'ok' })
    expect(await lookAtPage({ bodyContains: 'bye' }, 'hello')).toMatchObject({
      status: 'down',
      code: 'body_missing',
      message: '"bye" is missing from the page',
    })
    expect(await lookAtPage({ bodyNotContains: 'ell' }, 'hello')).toMatchObject({
      status: 'down',
      code: 'body_forbidden',
      message: '"ell" appears in the page',
    })
    expect(await lookAtPage({ bodyNotContains: 'bye' }, 'hello')).toMatchObject({ code: 'ok' })
  })

  test('a body that is not what it claims', async () => {
    expect(await lookAtPage({ bodyContains: 'a' }, 'plain', 'gzip')).toMatchObject({
      status: 'down',
      code: 'body_encoding',
      message: 'body is not the gzip it claims to be',
    })
    const short = gzipSync('hello').subarray(0, -6)
    expect(await lookAtPage({ bodyContains: 'a' }, short, 'gzip')).toMatchObject({
      code: 'body_encoding',
    })
    expect(await lookAtPage({ bodyContains: 'a' }, 'x', 'compress')).toMatchObject({
      message: 'body comes as compress, which we cannot read',
    })
    expect(await lookAtPage({}, 'plain', 'gzip')).toMatchObject({ code: 'ok' })
  })

  test('over 1 MiB only what could be decided counts', async () => {
    const large = Buffer.alloc(1024 * 1024 + 1, 'x')
    large.write('early')
    const truncated = { http: { bytes: 1024 * 1024, truncated: true } }
    expect(await lookAtPage({}, large)).toMatchObject({ code: 'ok', details: truncated })
    expect(await lookAtPage({ bodyContains: 'early' }, large)).toMatchObject({ code: 'ok' })
    expect(await lookAtPage({ bodyNotContains: 'early' }, large)).toMatchObject({
      code: 'body_forbidden',
    })
    const undecided = { status: 'down', code: 'response_too_large', details: truncated }
    expect(await lookAtPage({ bodyContains: 'late' }, large)).toMatchObject(undecided)
    expect(await lookAtPage({ bodyNotContains: 'late' }, large)).toMatchObject(undecided)
    const fits = large.subarray(1)
    for (const options of [{}, { bodyNotContains: 'late' }])
      expect(await lookAtPage(options, fits)).toMatchObject({
        code: 'ok',
        details: { http: { bytes: 1024 * 1024, truncated: false } },
      })
  })
})
