import {
  brotliCompressSync,
  deflateRawSync,
  deflateSync,
  gzipSync,
  zstdCompressSync,
} from 'node:zlib'
import { expect, test } from 'vitest'
import { lookAt } from '../support/web/look.ts'
import { web } from '../support/web/servers.ts'

const page = Buffer.from(`${'padding '.repeat(9000)}the end, käse`)

test.each<[string, Buffer]>([
  ['identity', page],
  ['gzip', gzipSync(page)],
  ['X-GZIP', gzipSync(page)],
  ['deflate', deflateSync(page)],
  ['deflate', deflateRawSync(page)],
  ['br', brotliCompressSync(page)],
  ['zstd', zstdCompressSync(page)],
  ['deflate, gzip', gzipSync(deflateRawSync(page))],
  ['gzip, br', brotliCompressSync(gzipSync(page))],
])('%s is read to its end', async (coding, packed) => {
  await using site = await web((_, response) => {
    response.setHeader('content-encoding', coding)
    response.write(packed.subarray(0, 1))
    setImmediate(() => response.end(packed.subarray(1)))
  })
  const options = { bodyContains: 'the end, käse', bodyNotContains: 'another' }
  expect(await lookAt(site.url, { options })).toMatchObject({
    code: 'ok',
    details: { http: { bytes: page.length, truncated: false } },
  })
})

test.each<[string, string, Buffer]>([
  ['text/html; charset=ISO-8859-1', 'käse', Buffer.from('käse', 'latin1')],
  ['text/html;Charset="utf-16le"', 'käse', Buffer.from('käse', 'utf16le')],
  ['text/html; charset=nonsense', 'käse', Buffer.from('käse')],
  ['text/html; charset=replacement', 'käse', Buffer.from('käse')],
  ['text/plain', '\uFEFF', Buffer.from('ab')],
])('%s is understood', async (type, text, body) => {
  await using site = await web((_, response) => {
    response.setHeader('content-type', type)
    response.end(
      Buffer.concat([type === 'text/plain' ? Buffer.from('\uFEFF') : Buffer.alloc(0), body]),
    )
  })
  const options = type === 'text/plain' ? { bodyNotContains: text } : { bodyContains: text }
  expect(await lookAt(site.url, { options })).toMatchObject({ code: 'ok' })
})

test.each(['gzip', 'deflate', 'br'])(
  'nothing at all, called %s, is an empty page',
  async (coding) => {
    await using site = await web((_, response) => {
      response.setHeader('content-encoding', coding)
      response.end()
    })
    const options = { bodyNotContains: 'x' }
    expect(await lookAt(site.url, { options })).toMatchObject({ code: 'ok' })
  },
)

test('answers that have no body by nature', async () => {
  await using site = await web((_, response) => {
    response.writeHead(204, { 'content-encoding': 'gzip' }).end()
  })
  const options = { bodyNotContains: 'x' }
  expect(await lookAt(site.url, { options })).toMatchObject({ code: 'ok' })
  await using head = await web((_, response) => {
    response.writeHead(200, { 'content-length': '99' }).end()
  })
  expect(await lookAt(head.url, { options: { method: 'HEAD' } })).toMatchObject({ code: 'ok' })
})
