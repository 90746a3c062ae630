import { createSecureServer } from 'node:http2'
import { describe, expect, test } from 'vitest'
import { openNetwork } from '../../src/network/index.ts'
import { certificate, pemOf } from '../support/web/certificate.ts'
import { lookAt } from '../support/web/look.ts'
import { nameServer } from '../support/web/name-server.ts'
import { raw, saying, secureWeb, stand } from '../support/web/servers.ts'

const root = certificate({ name: 'Test Root', authority: true })
const middle = certificate({ name: 'Test Middle', authority: true, issuer: root })
const oldMiddle = certificate({ name: 'Old Middle', authority: true, issuer: root, to: -1 })
const stranger = certificate({ name: 'Stranger', authority: true })
const names = ['127.0.0.1', 'shop.test']
const network = openNetwork({ privateTargets: 'allow' }, { trust: [root.cert] })
const DAY_MS = 24 * 3600 * 1000
const dayIn = (days: number) => new Date(Date.now() + days * DAY_MS).toISOString().slice(0, 10)

const leaf = (more: Partial<Parameters<typeof certificate>[0]> = {}) =>
  certificate({ name: 'shop', names, issuer: root, ...more })

test('a good certificate is told', async () => {
  await using site = await secureWeb([leaf({ issuer: middle }), middle])
  const outcome = await lookAt(site.url, { network })
  expect(outcome).toMatchObject({
    status: 'up',
    code: 'ok',
    details: {
      certificate: {
        subject: 'shop',
        issuer: 'Test Middle',
        names,
        daysLeft: 99,
        lifetimeDays: 110,
        problems: [],
      },
    },
  })
  expect(outcome.timings.tls).toBeGreaterThan(0)
})

describe('a certificate at fault', () => {
  const self = certificate({ name: 'shop', names })
  test.each([
    [
      'tls_expired',
      [leaf({ from: -90, to: -2.5 })],
      `certificate expired ${dayIn(-2.5)}, 2 days ago`,
    ],
    [
      'tls_expired',
      [leaf({ from: -90, to: -0.01 })],
      `certificate expired ${dayIn(-0.01)}, less than a day ago`,
    ],
    ['tls_not_yet_valid', [leaf({ from: 3 })], `certificate is valid only from ${dayIn(3)}`],
    [
      'tls_hostname_mismatch',
      [leaf({ names: ['a.test', 'b.test', '127.0.0.2', 'c.test'] })],
      'certificate is for a.test, b.test, 127.0.0.2 and 1 more, not 127.0.0.1',
    ],
    [
      'tls_hostname_mismatch',
      [leaf({ name: '127.0.0.1', names: [] })],
      'certificate is for no name at all, not 127.0.0.1',
    ],
    ['tls_self_signed', [self], 'certificate is signed by itself'],
    [
      'tls_untrusted',
      [leaf({ issuer: stranger }), stranger],
      'certificate is signed by an authority we do not trust: Stranger',
    ],
    [
      'tls_incomplete_chain',
      [leaf({ issuer: middle })],
      'the server does not send the intermediate certificate of Test Middle (browsers may still work, many clients fail)',
    ],
    [
      'tls_chain_expired',
      [leaf({ issuer: oldMiddle }), oldMiddle],
      'an intermediate certificate has expired',
    ],
    [
      'tls_weak',
      [leaf({ hash: 'sha1' })],
      'certificate uses SHA-1, a key too short, or an issuer that may not sign',
    ],
  ])('%s', async (code, chain, message) => {
    await using site = await secureWeb(chain, undefined, { ciphers: 'DEFAULT@SECLEVEL=0' })
    expect(await lookAt(site.url, { network })).toMatchObject({
      status: 'down',
      code,
      message,
      details: { certificate: { problems: [code] } },
    })
    await site.empty()
    const options = { tlsVerify: false }
    expect(await lookAt(site.url, { network, options })).toMatchObject({ code: 'ok' })
  })

  // OpenSSL names one fault of the chain, so that an expired one hides who signed it.
  test('all of its faults are listed, the first is told', async () => {
    const bad = certificate({ name: 'bad', names: ['other.test'], from: -9, to: -1.5 })
    await using site = await secureWeb([bad])
    expect(await lookAt(site.url, { network })).toMatchObject({
      code: 'tls_expired',
      message: `certificate expired ${dayIn(-1.5)}, 1 day ago`,
      details: {
        certificate: { problems: ['tls_expired', 'tls_hostname_mismatch'] },
      },
    })
  })

  test('its successor is judged anew: nothing is resumed', async () => {
    await using good = await secureWeb([leaf()])
    expect(await lookAt(good.url, { network })).toMatchObject({ code: 'ok' })
    const expired = leaf({ from: -90, to: -1 })
    good.replace({ key: pemOf(expired.key), cert: expired.cert })
    expect(await lookAt(good.url, { network })).toMatchObject({ code: 'tls_expired' })
  })
})

describe('handshakes', () => {
  test('names are sent and judged as names', async () => {
    const sent: string[] = []
    await using site = await secureWeb([leaf()], undefined, {
      SNICallback: (name, done) => {
        sent.push(name)
        done(null)
      },
    })
    await using server = await nameServer({ 'shop.test': { a: ['127.0.0.1'] } })
    const named = openNetwork(
      { privateTargets: 'allow', dnsServers: [server.address] },
      { trust: [root.cert] },
    )
    const look = (host: string) => lookAt(`https://${host}:${site.port}/`, { network: named })
    expect(await look('shop.test')).toMatchObject({ code: 'ok' })
    expect(await look('127.0.0.1')).toMatchObject({ code: 'ok' })
    expect(sent).toEqual(['shop.test'])
  })

  test('a name in the subject alone is no name', async () => {
    await using site = await secureWeb([leaf({ name: 'shop.test', names: [] })])
    await using server = await nameServer({ 'shop.test': { a: ['127.0.0.1'] } })
    const named = openNetwork(
      { privateTargets: 'allow', dnsServers: [server.address] },
      { trust: [root.cert] },
    )
    const url = `https://shop.test:${site.port}/`
    expect(await lookAt(url, { network: named })).toMatchObject({
      code: 'tls_hostname_mismatch',
      message: 'certificate is for no name at all, not shop.test',
    })
    await site.empty()
  })

  test('one that never ends', async () => {
    await using site = await raw(() => {})
    const url = site.url.replace('http:', 'https:')
    const outcome = await lookAt(url, { network, timeoutMs: 150 })
    expect(outcome).toMatchObject({
      status: 'down',
      code: 'tls_timeout',
      message: '127.0.0.1 did not finish the TLS handshake in time',
    })
    await site.empty()
  })

  test('a server without TLS', async () => {
    await using site = await saying('HTTP/1.1 400 Bad Request\r\n\r\n')
    expect(await lookAt(site.url.replace('http:', 'https:'), { network })).toMatchObject({
      status: 'down',
      code: 'tls_handshake',
      message: 'the TLS handshake with 127.0.0.1 failed: what answers does not speak TLS',
    })
  })

  test('one that is cut', async () => {
    await using reset = await raw((socket) => socket.once('data', () => socket.resetAndDestroy()))
    await using closed = await raw((socket) => socket.once('data', () => socket.end()))
    for (const site of [reset, closed])
      expect(await lookAt(site.url.replace('http:', 'https:'), { network })).toMatchObject({
        status: 'down',
        code: 'connection_reset',
        message: '127.0.0.1 cut the connection during the TLS handshake',
      })
  })

  test('a server that speaks HTTP/2 alone', async () => {
    const { key, cert } = leaf()
    await using site = await stand(createSecureServer({ key: pemOf(key), cert }), 'https')
    expect(await lookAt(site.url, { network })).toMatchObject({
      status: 'down',
      code: 'tls_handshake',
      message:
        'the TLS handshake with 127.0.0.1 failed: it does not offer HTTP/1.1 (perhaps HTTP/2 alone)',
    })
  })

  test('a server that stopped at an old TLS', async () => {
    const options = {
      maxVersion: 'TLSv1.1',
      minVersion: 'TLSv1',
      ciphers: 'DEFAULT@SECLEVEL=0',
    } as const
    await using site = await secureWeb([leaf()], undefined, options)
    expect(await lookAt(site.url, { network })).toMatchObject({
      status: 'down',
      code: 'tls_handshake',
      message: 'the TLS handshake with 127.0.0.1 failed: it has no TLS version from 1.2 on',
    })
  })

  test('a server that wants to know who we are', async () => {
    const options = { requestCert: true, ca: root.cert }
    await using site = await secureWeb([leaf()], undefined, options)
    expect(await lookAt(site.url, { network })).toMatchObject({
      status: 'down',
      code: 'tls_handshake',
      message: `the TLS handshake with 127.0.0.1:${site.port} failed: it asks for a certificate of ours`,
    })
  })
})
