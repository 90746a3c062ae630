import type { RequestListener } from 'node:http'
import { beforeAll, describe, expect, test } from 'vitest'
import { openNetwork } from '../../src/network/index.ts'
import { certificate, type Paper } from '../support/web/certificate.ts'
import { lookAt } from '../support/web/look.ts'
import { secureWeb, web } from '../support/web/servers.ts'

interface Seen {
  readonly method: string | undefined
  readonly url: string | undefined
  readonly key: unknown
  readonly type: unknown
  readonly body: string
}

/** Redirects `/301?to`, answers the rest with 200, and keeps what it was asked. */
function redirecting(seen: Seen[]): RequestListener {
  return (request, response) => {
    const { method, url = '', headers } = request
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString()
      seen.push({ method, url, key: headers['x-key'], type: headers['content-type'], body })
      const [, status, to] = /^\/(\d+)\?(.*)$/.exec(url) ?? []
      if (status === undefined || to === undefined) return response.end('here')
      return response.writeHead(Number(status), { location: to }).end()
    })
  }
}

test('redirects are followed, and the address they end at is told', async () => {
  await using site = await web(redirecting([]))
  const outcome = await lookAt(`${site.url}/302?/301?end%20here#part`)
  expect(outcome).toMatchObject({
    code: 'ok',
    details: { http: { status: 200, redirects: 2, finalUrl: `${site.url}/end%20here` } },
  })
})

test.each([
  ['POST', 301, 'GET', ''],
  ['POST', 302, 'GET', ''],
  ['POST', 303, 'GET', ''],
  ['PUT', 303, 'GET', ''],
  ['PUT', 302, 'PUT', 'text'],
  ['POST', 307, 'POST', 'text'],
  ['POST', 308, 'POST', 'text'],
])('%s after %i is %s', async (method, status, then, body) => {
  const seen: Seen[] = []
  await using site = await web(redirecting(seen))
  const options = { method, body: 'text', headers: { 'x-key': 'k', 'content-type': 'text/plain' } }
  expect(await lookAt(`${site.url}/${status}?/end`, { options })).toMatchObject({ code: 'ok' })
  const type = body === '' ? undefined : 'text/plain'
  expect(seen[1]).toEqual({ method: then, url: '/end', key: 'k', type, body })
})

test('another origin never sees our headers, nor does anyone after it', async () => {
  const seen: Seen[] = []
  await using home = await web(redirecting(seen))
  await using away = await web(redirecting(seen))
  const options = { headers: { 'x-key': 'k' } }
  const url = `${home.url}/302?${away.url}/302?${home.url}/end`
  expect(await lookAt(url, { options })).toMatchObject({ code: 'ok' })
  expect(seen.map(({ key }) => key)).toEqual(['k', undefined, undefined])
})

test('a body is never carried to another origin', async () => {
  const seen: Seen[] = []
  await using home = await web(redirecting([]))
  await using away = await web(redirecting(seen))
  const options = { method: 'POST', body: 'text' }
  expect(await lookAt(`${home.url}/307?${away.url}/end`, { options })).toMatchObject({
    status: 'down',
    code: 'redirect_unsafe',
    message: `HTTP 307 would carry the body to ${away.url}`,
  })
  expect(seen).toEqual([])
  expect(await lookAt(`${home.url}/302?${away.url}/end`, { options })).toMatchObject({ code: 'ok' })
})

test('a loop ends after as many redirects as are allowed', async () => {
  const asked: unknown[] = []
  await using site = await web((request, response) => {
    asked.push(request.url)
    response.writeHead(302, { location: '/' }).end()
  })
  expect(await lookAt(site.url, { options: { maxRedirects: 3 } })).toMatchObject({
    status: 'down',
    code: 'too_many_redirects',
    message: 'more than 3 redirects',
    details: { http: { status: 302, redirects: 3 } },
  })
  expect(asked).toHaveLength(4)
})

test('with none allowed the redirect is the answer', async () => {
  await using site = await web(redirecting([]))
  const options = { maxRedirects: 0, expectedStatuses: ['302'] }
  expect(await lookAt(`${site.url}/302?/end`, { options })).toMatchObject({
    code: 'ok',
    details: { http: { status: 302, redirects: 0 } },
  })
})

test.each(['mailto:root@here', 'ftp://here/', 'http://', 'http://a:99999/', 'javascript:x'])(
  'a redirect to %s leads nowhere',
  async (location) => {
    await using site = await web((_, response) => void response.writeHead(302, { location }).end())
    expect(await lookAt(site.url)).toMatchObject({
      status: 'down',
      code: 'redirect_invalid',
      message: `HTTP 302 redirects to ${location}, not a web address`,
    })
  },
)

test('a 3xx that leads nowhere is a status like any other', async () => {
  await using site = await web((_, response) => void response.writeHead(302).end())
  expect(await lookAt(site.url)).toMatchObject({ code: 'http_status', message: 'HTTP 302 Found' })
})

test('a name and password in a redirect are not sent, an address beyond ASCII is understood', async () => {
  const seen: unknown[] = []
  await using site = await web((request, response) => {
    seen.push(request.headers.authorization)
    if (request.url !== '/') return response.end()
    const location = Buffer.from(`http://me:pw@127.0.0.1:${site.port}/ä`).toString('latin1')
    return response.writeHead(302, { location }).end()
  })
  expect(await lookAt(site.url)).toMatchObject({
    code: 'ok',
    details: { http: { finalUrl: `${site.url}/%C3%A4` } },
  })
  expect(seen).toEqual([undefined, undefined])
})

describe('from https to http', () => {
  let paper: Paper
  beforeAll(() => {
    paper = certificate({ name: 'here', names: ['127.0.0.1'] })
  })

  test('works, bare, with a word about it', async () => {
    const seen: Seen[] = []
    await using plain = await web(redirecting(seen))
    await using site = await secureWeb([paper], redirecting([]))
    const network = openNetwork({ privateTargets: 'allow' }, { trust: [paper.cert] })
    const options = { headers: { 'x-key': 'k' } }
    const url = `${site.url}/302?${plain.url}/end`
    expect(await lookAt(url, { network, options })).toMatchObject({
      status: 'degraded',
      code: 'redirect_downgrade',
      message: 'HTTP 200, but redirects from https to plain http',
    })
    expect(seen[0]?.key).toBeUndefined()
    const broken = { ...options, bodyContains: 'not there' }
    expect(await lookAt(url, { network, options: broken })).toMatchObject({ code: 'body_missing' })
  })
})
