import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { PassThrough } from 'node:stream'
import { expect, test } from 'vitest'
import { runTerminal } from '../../../bots/terminal/run.ts'
import { reportLook } from '../../../bots/terminal/probe-report.ts'
import type { Outcome } from '../../../src/probes/index.ts'
import { closedPort } from '../../support/web/servers.ts'

async function probe(...words: string[]) {
  let [out, err] = ['', '']
  const code = await runTerminal({
    args: ['probe', ...words],
    env: { DATABASE_PATH: '/nowhere/at/all.db' },
    folder: import.meta.dirname,
    in: new PassThrough(),
    out: { write: (text) => (out += text) },
    err: { write: (text) => (err += text) },
  })
  return { code, out, err }
}

async function site(status = 200): Promise<{ url: string; host: string } & Disposable> {
  const server: Server = createServer((_, answer) => answer.writeHead(status).end('hello'))
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    url: `http://${host}/`,
    host,
    [Symbol.dispose]: () => {
      server.closeAllConnections()
      server.close()
    },
  }
}

test('a look at a page: the verdict, the phases, what is known; no database is needed', async () => {
  using well = await site()
  const { code, out, err } = await probe(well.url)
  expect([code, err]).toEqual([0, ''])
  const lines = out.split('\n')
  expect(lines[0]).toMatch(/^🟢 HTTP http:\/\/127\.0\.0\.1:\d+\/ is up: HTTP 200 in \d+ ms$/)
  expect(lines.slice(1, 6).map((line) => line.trim().split(/ {2,}/)[0])).toEqual([
    'name',
    'connect',
    'first byte',
    'body',
    'in all',
  ])
  expect(out).toContain('Address  127.0.0.1 (IPv4)')
  expect(out).toContain(`Answer   HTTP 200 from ${well.url}`)
})

test('what is down is exit code 1, also as JSON', async () => {
  using ill = await site(503)
  expect(await probe(ill.url)).toMatchObject({
    code: 1,
    out: expect.stringMatching(/^🔴 .*HTTP 503 Service Unavailable \(http_status\)/) as string,
  })
  const { code, out } = await probe(ill.url, '--json')
  expect(code).toBe(1)
  expect(JSON.parse(out)).toMatchObject({
    status: 'down',
    code: 'http_status',
    details: { http: { status: 503 } },
  })
  expect((await probe(`127.0.0.1:${await closedPort()}`)).code).toBe(1)
})

test('a kind may be said, and its options', async () => {
  using it = await site(418)
  expect((await probe('http', it.url, 'expectedStatuses=200,418', 'bodyContains=hello')).code).toBe(
    0,
  )
  expect(
    (
      await probe(
        'API',
        it.url,
        'expectedStatuses=418',
        'assertions=[{"path":"$.x","op":"exists"}]',
      )
    ).out,
  ).toContain('json_invalid')
  expect((await probe('port', it.host)).out).toMatch(/^🟢 PORT .* is up: port open/)
  expect((await probe('ssl', it.host)).out).toContain('tls_handshake')
})

test.each([
  [
    ['http://127.0.0.1', 'bodyContain=x'],
    'bodyContain is no option of HTTP; there is bodyContains.\n',
  ],
  [
    ['http://127.0.0.1', 'maxRedirects=99'],
    'maxRedirects must be a whole number from 0 to 20, not 99.\n',
  ],
  [['http://127.0.0.1', 'hello'], '"hello" must be name=value, such as method=HEAD.\n'],
  [
    ['ping', 'https://x'],
    'address must be a host name or an address, without scheme, port or path, like server.example or 10.0.0.7, not "https://x".\n',
  ],
  [['http://127.0.0.1', '--timeout', '2h'], '--timeout must be 1s to 60s, not "2h".\n'],
])('%j is a slip', async (words, says) => {
  expect(await probe(...words)).toEqual({ code: 2, out: '', err: says })
})

test('certificates, domains and pings are shown in full, strangers’ words harmless', () => {
  const outcome: Outcome = {
    status: 'unknown',
    code: 'registry_unavailable',
    message: 'nobody answered',
    durationMs: 1234,
    timings: { dns: 10, tls: 200, total: 1234 },
    details: {
      certificate: {
        subject: 'shop',
        issuer: 'Root',
        names: ['a', 'b', 'c', 'd', 'e', 'f', 'g'],
        validFrom: '2027-01-01T00:00:00.000Z',
        validTo: '2027-04-01T00:00:00.000Z',
        daysLeft: 1,
        lifetimeDays: 90,
        fingerprint256: 'AA:BB',
        chainValidTo: null,
        key: 'RSA 2048',
        signature: 'sha256WithRSAEncryption',
        problems: ['tls_hostname_mismatch'],
      },
      domain: {
        name: 'shop.test',
        expiresAt: '2028-01-01T00:00:00.000Z',
        daysLeft: 300,
        registrar: 'Evil\u001b[31m Inc.',
        statuses: ['ok'],
        source: 'rdap',
        checkedAt: '2027-03-01T00:00:00.000Z',
      },
      ping: {
        sent: 3,
        received: 0,
        lossPercent: 100,
        rttMinMs: null,
        rttAvgMs: null,
        rttMaxMs: null,
      },
    },
  }
  const text = reportLook('DOMAIN', 'shop.test', outcome)
  expect(text).not.toContain('\u001b')
  expect(text.split('\n').map((line) => line.trim().replace(/ {2,}/g, ' | '))).toEqual([
    '⚪ DOMAIN shop.test is unknown: nobody answered (registry_unavailable)',
    expect.stringMatching(/^name \| 10 ms \| ▬$/),
    expect.stringMatching(/^TLS \| 200 ms \| ▬+$/),
    expect.stringMatching(/^in all \| 1\.2 s \| ▬+$/),
    'Certificate | shop, by Root',
    'Names | a, b, c, d, e and 2 more',
    'Valid | 2027-01-01 to 2027-04-01, 1 day left',
    'Key | RSA 2048, sha256WithRSAEncryption',
    'SHA-256 | AA:BB',
    'Problems | tls_hostname_mismatch',
    'Domain | shop.test',
    'Registrar | Evil[31m Inc.',
    'Ends | 2028-01-01, 300 days left',
    'Status | ok',
    'Asked | 2027-03-01T00:00:00.000Z by RDAP',
    'Packets | 0 of 3 came back, 100 % lost',
  ])
})
