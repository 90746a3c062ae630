import { expect, test } from 'vitest'
import { exchange, openNetwork } from '../../src/network/index.ts'
import { certificate } from '../support/web/certificate.ts'
import { raw, saying, secureWeb, type Site } from '../support/web/servers.ts'

const network = openNetwork({ privateTargets: 'allow' })

async function reach(site: Site) {
  const here = [{ address: '127.0.0.1', family: 4 as const }]
  const met = await network.connect(here, site.port, AbortSignal.timeout(1000))
  if (!met.ok) throw new Error(met.failure.message)
  return met.value.socket
}

const question = { method: 'GET', path: '/', headers: { host: 'x' }, body: null }

test('every certificate is accepted, and what speaks against it is handed over', async () => {
  await using site = await secureWeb([certificate({ name: 'x', names: ['shop.test'] })])
  const socket = await reach(site)
  const shaken = await network.secure(socket, 'shop.test', [], AbortSignal.timeout(1000))
  expect(shaken).toMatchObject({
    ok: true,
    value: { distrust: 'DEPTH_ZERO_SELF_SIGNED_CERT', certificate: { subject: 'CN=x' } },
  })
  if (shaken.ok) shaken.value.socket.destroy()
  await site.empty()
})

test('a handshake that fails or is given up closes the connection beneath', async () => {
  await using silent = await raw(() => {})
  await using plain = await saying('hello')
  const stopping = new AbortController()
  const socket = await reach(silent)
  const shaking = network.secure(socket, 'shop.test', [], stopping.signal)
  stopping.abort()
  expect(await shaking).toMatchObject({ ok: false, failure: { phase: 'tls', code: 'tls_timeout' } })
  await silent.empty()
  const late = await network.secure(await reach(silent), 'shop.test', [], stopping.signal)
  expect(late).toMatchObject({ ok: false, failure: { code: 'tls_timeout' } })
  await silent.empty()
  const other = await network.secure(await reach(plain), 'x.test', [], AbortSignal.timeout(1000))
  expect(other).toMatchObject({ ok: false, failure: { code: 'tls_handshake' } })
  await plain.empty()
})

test('a request that fails or is given up closes its connection', async () => {
  await using silent = await raw(() => {})
  await using odd = await raw((socket) => void socket.once('data', () => socket.write('what?\r\n')))
  const stopping = new AbortController()
  const asking = exchange(await reach(silent), 'here', question, stopping.signal)
  stopping.abort()
  expect(await asking).toMatchObject({
    ok: false,
    failure: { phase: 'response', code: 'response_timeout' },
  })
  await silent.empty()
  expect(await exchange(await reach(silent), 'here', question, stopping.signal)).toMatchObject({
    failure: { code: 'response_timeout' },
  })
  await silent.empty()
  const asked = await exchange(await reach(odd), 'here', question, AbortSignal.timeout(1000))
  expect(asked).toMatchObject({ failure: { code: 'http_protocol' } })
  await odd.empty()
})

test('a connection that is gone before it is used is a cut one', async () => {
  await using site = await raw(() => {})
  const socket = await reach(site)
  socket.destroy()
  await site.empty()
  const signal = AbortSignal.timeout(1000)
  const cut = { ok: false, failure: { code: 'connection_reset' } }
  expect(await exchange(socket, 'here', question, signal)).toMatchObject(cut)
  expect(await network.secure(socket, 'x.test', [], signal)).toMatchObject(cut)
})
