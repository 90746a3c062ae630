import { generateKeyPairSync } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { InvalidInput, parseInput } from '../../src/kernel/index.ts'
import { openNetwork } from '../../src/network/index.ts'
import { fittingDays } from '../../src/probes/certificate-expiry.ts'
import { PROBES } from '../../src/probes/index.ts'
import { thresholdOf } from '../../src/probes/warn-days.ts'
import { certificate } from '../support/web/certificate.ts'
import { lookAt } from '../support/web/look.ts'
import { nameServer } from '../support/web/name-server.ts'
import { blackHole, closedPort, raw, saying, secureWeb } from '../support/web/servers.ts'

const root = certificate({ name: 'Test Root', authority: true, to: 3650 })
const middle = certificate({ name: 'Test Middle', authority: true, issuer: root, to: 3650 })
const stranger = certificate({ name: 'Stranger', authority: true })
const names = ['127.0.0.1', 'shop.test', '*.wild.test']
const network = openNetwork({ privateTargets: 'allow' }, { trust: [root.cert] })

const leaf = (more: Partial<Parameters<typeof certificate>[0]> = {}) =>
  certificate({ name: 'shop', names, issuer: middle, ...more })
const look = (port: number, options: Readonly<Record<string, unknown>> = {}) =>
  lookAt(`127.0.0.1:${port}`, { type: 'SSL', network, options })

test('a good certificate is told, with all that is known of it', async () => {
  await using site = await secureWeb([leaf({ to: 71.5, from: -300 }), middle])
  const outcome = await look(site.port)
  expect(outcome).toMatchObject({
    status: 'up',
    code: 'ok',
    message: 'certificate valid for 71 days',
    details: {
      address: '127.0.0.1',
      certificate: {
        subject: 'shop',
        issuer: 'Test Middle',
        daysLeft: 71,
        key: 'EC prime256v1',
        signature: 'ecdsa-with-SHA256',
        problems: [],
      },
    },
    expiry: { code: 'cert_expiring', daysLeft: 71, threshold: null },
  })
  expect(outcome.expiry?.subject).toBe(outcome.details?.certificate?.fingerprint256)
  expect(Object.keys(outcome.timings)).toEqual(['dns', 'connect', 'tls', 'total'])
})

describe('faults, each by its own code', () => {
  const weakKey = generateKeyPairSync('rsa', { modulusLength: 1024 })
  test.each([
    ['tls_expired', [leaf({ from: -90, to: -2 }), middle]],
    ['tls_not_yet_valid', [leaf({ from: 3 }), middle]],
    ['tls_hostname_mismatch', [leaf({ names: ['other.test'] }), middle]],
    ['tls_self_signed', [certificate({ name: 'shop', names })]],
    ['tls_untrusted', [leaf({ issuer: stranger }), stranger]],
    ['tls_incomplete_chain', [leaf()]],
    ['tls_weak', [leaf({ hash: 'sha1' }), middle]],
    ['tls_weak', [leaf({ pair: weakKey }), middle]],
  ])('%s', async (code, chain) => {
    await using site = await secureWeb(chain, undefined, { ciphers: 'DEFAULT@SECLEVEL=0' })
    expect(await look(site.port)).toMatchObject({
      status: 'down',
      code,
      details: { certificate: { problems: [code] } },
    })
  })

  test('nothing is said of an end where the dates are the fault', async () => {
    await using site = await secureWeb([leaf({ from: -90, to: -2 }), middle])
    expect((await look(site.port)).expiry).toBeUndefined()
  })
})

describe('names', () => {
  test.each([
    ['shop.test', 'ok'],
    ['SHOP.test', 'ok'],
    ['a.wild.test', 'ok'],
    ['a.b.wild.test', 'tls_hostname_mismatch'],
    ['wild.test', 'tls_hostname_mismatch'],
  ])('%s: %s', async (servername, code) => {
    await using site = await secureWeb([leaf(), middle])
    expect(await look(site.port, { servername })).toMatchObject({ code })
  })

  test('the port is 443 where none is given, and the name is resolved', async () => {
    await using server = await nameServer({ 'shop.test': { a: ['127.0.0.1'] } })
    const named = openNetwork({ privateTargets: 'allow', dnsServers: [server.address] })
    expect(await lookAt('shop.test', { type: 'SSL', network: named })).toMatchObject({
      code: 'connect_refused',
      message: expect.stringContaining('443') as string,
    })
  })
})

describe('what is no TLS', () => {
  test.each([
    ['plain text first', () => saying('220 mail.example ESMTP\r\n'), 'tls_handshake'],
    ['garbage', () => saying(Buffer.alloc(100_000, 0x41)), 'tls_handshake'],
    ['silence', () => raw(() => {}), 'tls_timeout'],
    ['hanging up', () => raw((socket) => socket.destroy()), 'connection_reset'],
  ])('%s', async (_, open, code) => {
    await using site = await open()
    const outcome = await lookAt(`127.0.0.1:${site.port}`, {
      type: 'SSL',
      network,
      timeoutMs: 300,
    })
    expect(outcome).toMatchObject({ status: 'down', code })
    await site.empty()
  })

  test('endless handshakes end with our time', async () => {
    await using site = await raw((socket) => {
      // A record of a handshake that is announced as long and comes a byte at a time.
      socket.write(Buffer.from([22, 3, 3, 64, 0, 2, 0, 63, 252]))
      const timer = setInterval(() => socket.write(Buffer.from([0])), 20)
      socket.on('error', () => {})
      socket.on('close', () => clearInterval(timer))
    })
    expect(
      await lookAt(`127.0.0.1:${site.port}`, { type: 'SSL', network, timeoutMs: 300 }),
    ).toMatchObject({ code: 'tls_timeout' })
    await site.empty()
  })

  test('nobody there, and nobody answering', async () => {
    await using hole = await blackHole()
    expect(await look(await closedPort())).toMatchObject({ code: 'connect_refused' })
    expect(
      await lookAt(`127.0.0.1:${hole.port}`, { type: 'SSL', network, timeoutMs: 200 }),
    ).toMatchObject({ code: 'connect_timeout' })
  })
})

describe('expiry', () => {
  const ends = (from: number, to: number) => [leaf({ from, to }), middle]

  test.each([
    ['of a year, 29 days left', -336, 29.5, { code: 'cert_expiring', threshold: 30 }],
    ['of a year, 13 days left', -351, 13.5, { code: 'cert_expiring', threshold: 14 }],
    ['of a year, hours left', -364, 0.5, { code: 'cert_expiring', threshold: 1 }],
    ['of a year, 30 days left', -334, 30.5, { code: 'ok', threshold: null }],
    ['of 90 days, 29 days left', -60.5, 29.5, { code: 'ok', threshold: null }],
    ['of 90 days, 13 days left', -76.5, 13.5, { code: 'cert_expiring', threshold: 14 }],
    ['of 47 days, 9 days left', -37.5, 9.5, { code: 'ok', threshold: null }],
    ['of 6 days, 2 days left', -3.5, 2.5, { code: 'ok', threshold: null }],
    ['of 6 days, hours left', -5.5, 0.5, { code: 'cert_expiring', threshold: 1 }],
  ])('%s', async (_, from, to, { code, threshold }) => {
    await using site = await secureWeb(ends(from, to))
    const outcome = await look(site.port)
    expect(outcome).toMatchObject({ code, expiry: { threshold, daysLeft: Math.floor(to) } })
    expect(outcome.status).toBe(code === 'ok' ? 'up' : 'degraded')
  })

  test('nobody is warned who does not want to be', async () => {
    await using site = await secureWeb(ends(-364, 0.5))
    expect(await look(site.port, { warnDays: [] })).toMatchObject({
      code: 'ok',
      expiry: { threshold: null },
    })
  })

  test('what it stands on may end sooner', async () => {
    const brief = certificate({ name: 'Brief', authority: true, issuer: root, to: 5.5 })
    await using site = await secureWeb([leaf({ issuer: brief, from: -200, to: 165 }), brief])
    expect(await look(site.port)).toMatchObject({
      code: 'cert_expiring',
      message: expect.stringMatching(/^a certificate it stands on ends in 5 days/) as string,
      expiry: { threshold: 7, daysLeft: 5 },
      details: { certificate: { daysLeft: 164 } },
    })
  })

  test('a web page tells of it too, also when it fails', async () => {
    const paper = ends(-351, 13.5)
    await using well = await secureWeb(paper)
    expect(await lookAt(well.url, { network })).toMatchObject({
      status: 'degraded',
      code: 'cert_expiring',
      message: expect.stringMatching(/^certificate ends in 13 days/) as string,
      expiry: { threshold: 14 },
      details: { http: { status: 200 } },
    })
    await using ill = await secureWeb(paper, (_, response) => void response.writeHead(500).end())
    expect(await lookAt(ill.url, { network })).toMatchObject({
      status: 'down',
      code: 'http_status',
      expiry: { threshold: 14 },
    })
    const options = { tlsVerify: false }
    expect((await lookAt(well.url, { network, options })).expiry).toBeUndefined()
    expect(await lookAt(well.url, { network, options: { warnDays: [7] } })).toMatchObject({
      code: 'ok',
      expiry: { threshold: null },
    })
  })

  test('on a way of several the one that ends first counts', async () => {
    await using last = await secureWeb(ends(-300, 65.5))
    await using first = await secureWeb(
      ends(-351, 13.5),
      (_, response) => void response.writeHead(302, { location: last.url }).end(),
    )
    expect(await lookAt(first.url, { network })).toMatchObject({
      code: 'cert_expiring',
      expiry: { daysLeft: 13 },
    })
  })
})

test('thresholds that fit a life, and the least that is crossed', () => {
  const all = [30, 14, 7, 3, 1]
  expect([365, 90, 47, 6, 1].map((life) => fittingDays(all, life))).toEqual([
    [30, 14, 7, 3, 1],
    [14, 7, 3, 1],
    [7, 3, 1],
    [1],
    [1],
  ])
  expect([30, 29, 14, 13, 1, 0].map((left) => thresholdOf(left, all))).toEqual([
    null,
    30,
    30,
    14,
    3,
    1,
  ])
})

describe('what can be set', () => {
  const { SSL } = PROBES
  const refused = (work: () => unknown): string => {
    try {
      return JSON.stringify(work())
    } catch (error) {
      return error instanceof InvalidInput ? error.violations[0]!.message : String(error)
    }
  }

  test.each([
    [' Shop.Example ', 'shop.example'],
    ['shop.example:8443', 'shop.example:8443'],
    ['10.0.0.7', '10.0.0.7'],
    ['[2001:DB8::1]:465', '[2001:db8::1]:465'],
    ['[2001:db8::1]', '[2001:db8::1]'],
    ['2001:db8::1', '2001:db8::1'],
  ])('%s is kept as %s', (typed, kept) => {
    expect(parseInput(SSL.address, typed)).toBe(kept)
  })

  test.each(['', 'https://shop.example', 'shop.example/x', 'a b', 'shop.example:0', 'x:y', 'a..b'])(
    '"%s" is no address of a certificate',
    (typed) => {
      expect(refused(() => parseInput(SSL.address, typed))).toMatch(/^must be /)
    },
  )

  test.each([
    [{}, { servername: null, warnDays: [30, 14, 7, 3, 1], isAllowIp4: true, isAllowIp6: true }],
    [{ warnDays: [3, 21, 3] }, { warnDays: [21, 3] }],
    [{ servername: 'Shop.Example' }, { servername: 'shop.example' }],
  ])('%j', (given, kept) => {
    expect(parseInput(SSL.options, given)).toMatchObject(kept)
  })

  test.each([
    { warnDays: [0] },
    { warnDays: [91] },
    { warnDays: [1, 2, 3, 4, 5, 6] },
    { warnDays: 'soon' },
    { servername: '10.0.0.7' },
    { servername: 'a b' },
    { isAllowIp4: false, isAllowIp6: false },
    { tlsVerify: true },
  ])('%j is refused', (given) => {
    expect(refused(() => parseInput(SSL.options, given))).toMatch(/^must be |^is not a field/)
  })
})
