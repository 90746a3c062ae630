import { expect, test } from 'vitest'
import { readDate } from '../../src/registry/dates.ts'
import { statusesOf } from '../../src/registry/heard.ts'
import { readRdap } from '../../src/registry/rdap.ts'
import { readWhois, referralOf } from '../../src/registry/whois.ts'

const iso = (at: number | undefined | null) => (at == null ? at : new Date(at).toISOString())

test.each([
  ['2027-04-02T09:30:00Z', '2027-04-02T09:30:00.000Z'],
  ['2027-04-02T09:30:00.123Z', '2027-04-02T09:30:00.123Z'],
  ['2027-04-02T09:30:00+02:00', '2027-04-02T07:30:00.000Z'],
  ['2027-04-02T09:30:00+0200', '2027-04-02T07:30:00.000Z'],
  ['2027-04-02 09:30:00', '2027-04-02T09:30:00.000Z'],
  ['2027-04-02 09:30:00 UTC', '2027-04-02T09:30:00.000Z'],
  ['2027-04-02 09:30:00+03', '2027-04-02T06:30:00.000Z'],
  ['2027-04-02', '2027-04-02T00:00:00.000Z'],
  ['2027/04/02', '2027-04-02T00:00:00.000Z'],
  ['2027. 04. 02.', '2027-04-02T00:00:00.000Z'],
  ['2027.04.02', '2027-04-02T00:00:00.000Z'],
  ['20270402', '2027-04-02T00:00:00.000Z'],
  ['02.04.2027', '2027-04-02T00:00:00.000Z'],
  ['2.4.2027', '2027-04-02T00:00:00.000Z'],
  ['02.04.2027 09:30:00', '2027-04-02T09:30:00.000Z'],
  ['02-Apr-2027', '2027-04-02T00:00:00.000Z'],
  ['02-apr-2027 09:30:00 UTC', '2027-04-02T09:30:00.000Z'],
  ['2 April 2027', '2027-04-02T00:00:00.000Z'],
  ['April  2 2027', '2027-04-02T00:00:00.000Z'],
  ['2027/04/02 (JST)', '2027-04-02T00:00:00.000Z'],
  // Nobody knows which is the day.
  ['02/04/2027', undefined],
  ['04-02-2027', undefined],
  ['31.02.2027', undefined],
  ['soon', undefined],
  ['', undefined],
])('"%s" is %s', (text, expected) => {
  expect(iso(readDate(text))).toBe(expected)
})

test('a status is one however it is spelt', () => {
  expect(
    statusesOf([
      'client hold',
      'clientHold https://icann.org/epp#clientHold',
      'CLIENT-HOLD',
      'redemption period',
      'auto renew period',
      'active',
      'https://icann.org/epp#ok',
    ]),
  ).toEqual(['clientHold', 'redemptionPeriod', 'autoRenewPeriod', 'active'])
})

test('RDAP: the registration ends when the registry says, not the registrar', () => {
  const answer = {
    objectClassName: 'domain',
    ldhName: 'EXAMPLE.COM',
    status: ['client transfer prohibited', 'client hold'],
    events: [
      { eventAction: 'registration', eventDate: '1995-08-14T04:00:00Z' },
      { eventAction: 'registrar expiration', eventDate: '2031-01-01T00:00:00Z' },
      { eventAction: 'expiration', eventDate: '2027-08-13T06:00:00+02:00' },
    ],
    entities: [
      { roles: ['abuse'], vcardArray: ['vcard', [['fn', {}, 'text', 'Abuse']]] },
      {
        roles: ['registrar'],
        vcardArray: [
          'vcard',
          [
            ['version', {}, 'text', '4.0'],
            ['fn', {}, 'text', 'Registrar\u202E Inc.'],
          ],
        ],
      },
    ],
  }
  expect(readRdap(JSON.stringify(answer))).toEqual({
    kind: 'known',
    expiresAt: Date.parse('2027-08-13T04:00:00Z'),
    registrar: 'Registrar Inc.',
    statuses: ['clientTransferProhibited', 'clientHold'],
    source: 'rdap',
  })
  for (const text of [
    '<html>',
    'null',
    '[]',
    '{}',
    '{"objectClassName":"nameserver","ldhName":"x"}',
  ])
    expect(readRdap(text)).toBeUndefined()
  const odd = { ldhName: 'x', status: 7, events: 'none', entities: [null, { roles: 'registrar' }] }
  expect(readRdap(JSON.stringify(odd))).toMatchObject({
    kind: 'known',
    expiresAt: null,
    registrar: null,
    statuses: [],
  })
})

const read = (text: string, isFinal = true) => {
  const heard = readWhois(text, isFinal, 'whois.test')
  return heard.kind === 'known' ? { ...heard, expiresAt: iso(heard.expiresAt) } : heard
}

test.each([
  [
    'a thick registry',
    'Domain Name: EXAMPLE.IO\nRegistry Expiry Date: 2027-04-02T09:30:00Z\nRegistrar: Registrar Inc.\nDomain Status: clientHold https://icann.org/epp#clientHold\n',
    {
      expiresAt: '2027-04-02T09:30:00.000Z',
      registrar: 'Registrar Inc.',
      statuses: ['clientHold'],
    },
  ],
  [
    'Russia',
    'domain:        EXAMPLE.RU\nstate:         REGISTERED, DELEGATED\nregistrar:     RU-CENTER-RU\npaid-till:     2027-04-02T21:00:00Z\nfree-date:     2027-05-03\n',
    { expiresAt: '2027-04-02T21:00:00.000Z', registrar: 'RU-CENTER-RU' },
  ],
  [
    'Japan',
    '[Domain Name]                EXAMPLE.JP\n[Registrant]                 Example\n[Expires on]                 2027/04/02\n[Status]                     Active\n',
    { expiresAt: '2027-04-02T00:00:00.000Z' },
  ],
  [
    'Japan, companies',
    'a. [Domain Name]                EXAMPLE.CO.JP\n[State]                         Connected (2027/04/30)\n',
    { expiresAt: '2027-04-30T00:00:00.000Z' },
  ],
  [
    'Italy',
    'Domain:             example.it\nStatus:             ok\nExpire Date:        2027-04-02\n\nRegistrar\n  Organization:     Registrar S.p.A.\n',
    { expiresAt: '2027-04-02T00:00:00.000Z' },
  ],
  [
    'Korea',
    'Domain Name                 : example.kr\nExpiration Date             : 2027. 04. 02.\n',
    { expiresAt: '2027-04-02T00:00:00.000Z' },
  ],
  [
    'Finland',
    'domain.............: example.fi\nstatus.............: Registered\nexpires............: 2.4.2027 09:30:00\n',
    { expiresAt: '2027-04-02T09:30:00.000Z' },
  ],
  [
    'Slovakia',
    'Domain:                       example.sk\nValid Until:                  2027-04-02\n',
    { expiresAt: '2027-04-02T00:00:00.000Z' },
  ],
  [
    'Germany, which tells nobody',
    'Domain: example.de\nNserver: ns1.example.de\nStatus: connect\n',
    { expiresAt: null, statuses: ['connect'] },
  ],
  [
    'a date below its name',
    'Domain Name:\nexample.test\nExpiration Date:\n02-Apr-2027\n',
    { expiresAt: '2027-04-02T00:00:00.000Z' },
  ],
  [
    'a date nobody can read',
    'Domain Name: example.test\nExpiry Date: 02/04/2027\n',
    { expiresAt: null },
  ],
])('WHOIS of %s', (_, text, expected) => {
  expect(read(text.replaceAll('\n', '\r\n'))).toMatchObject({
    kind: 'known',
    source: 'whois',
    ...expected,
  })
})

test.each([
  ['No match for "EXAMPLE.COM".\n', 'absent'],
  ['% No entries found for the selected source(s).\n', 'absent'],
  ['Domain not found.\n', 'absent'],
  ['Domain: example.de\nStatus: free\n', 'absent'],
  ['The queried object does not exist: DOMAIN NOT FOUND\n', 'absent'],
  ['WHOIS LIMIT EXCEEDED - SEE WWW.PIR.ORG/WHOIS FOR DETAILS\n', 'failed'],
  ['<html>500</html>', 'failed'],
  ['% nothing here\n', 'failed'],
])('%s is %s', (text, kind) => {
  expect(read(text).kind).toBe(kind)
  // A server that is not the registry's own may only not know.
  expect(read(text, false).kind).not.toBe('absent')
})

test('who knows more', () => {
  expect(
    referralOf('% IANA WHOIS server\n\nrefer:        whois.denic.de\n\ndomain:       DE\n'),
  ).toBe('whois.denic.de')
  expect(referralOf('whois:        127.0.0.1:4343\n')).toBe('127.0.0.1:4343')
  expect(referralOf('domain: DE\n')).toBeUndefined()
})
