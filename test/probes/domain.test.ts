import { describe, expect, test } from 'vitest'
import { DAY, InvalidInput, parseInput, systemClock } from '../../src/kernel/index.ts'
import { PROBES, type Registration } from '../../src/probes/index.ts'
import { lookAt } from '../support/web/look.ts'

const now = systemClock.now()
type Known = Extract<Registration, { kind: 'known' }>
const known = (daysLeft: number | null, statuses: readonly string[] = []): Known => ({
  kind: 'known',
  expiresAt: daysLeft === null ? null : now + (daysLeft + 0.5) * DAY,
  registrar: 'Registrar Inc.',
  statuses,
  source: 'rdap',
  checkedAt: now - DAY / 2,
})
const look = (heard: Registration, options: object = {}) =>
  lookAt('shop.test', {
    type: 'DOMAIN',
    options: { ...options },
    registry: { ask: async () => heard },
  })
const day = (daysLeft: number) => new Date(now + (daysLeft + 0.5) * DAY).toISOString().slice(0, 10)

test.each<[string, Registration, string, string, string]>([
  ['far away', known(200), 'up', 'ok', `registered until ${day(200)}`],
  ['near', known(12), 'degraded', 'domain_expiring', `registration ends in 12 days (${day(12)})`],
  ['nearer', known(0), 'degraded', 'domain_expiring', `registration ends in 0 days (${day(0)})`],
  ['over', known(-3), 'down', 'domain_expired', `registration ended ${day(-3)}`],
  [
    'over, but renewed by itself',
    known(-3, ['autoRenewPeriod']),
    'degraded',
    'domain_expiring',
    `registration ends in 0 days (${day(-3)})`,
  ],
  [
    'on hold',
    known(200, ['clientHold']),
    'down',
    'domain_hold',
    'the registry took it out of DNS (clientHold)',
  ],
  [
    'held by the registry',
    known(200, ['ok', 'serverHold']),
    'down',
    'domain_hold',
    'the registry took it out of DNS (serverHold)',
  ],
  [
    'to be deleted',
    known(-3, ['redemptionPeriod', 'clientHold']),
    'down',
    'domain_redemption',
    'awaiting deletion (redemptionPeriod); restore it at the registrar now',
  ],
  [
    'without a date',
    known(null),
    'unknown',
    'domain_no_expiry',
    'the registry of .test publishes no expiry date: nothing to warn about',
  ],
  [
    'not there',
    { kind: 'absent', checkedAt: now },
    'down',
    'domain_not_found',
    'shop.test is not registered',
  ],
  [
    'a registry that does not speak',
    {
      kind: 'unavailable',
      why: 'the registry did not answer',
      nextAt: Date.parse('2027-04-02T09:30:00Z'),
    },
    'unknown',
    'registry_unavailable',
    'the registry did not answer; next try 2027-04-02T09:30Z',
  ],
])('%s', async (_, heard, status, code, message) => {
  expect(await look(heard)).toMatchObject({ status, code, message })
})

test('what is known is told, and when it was asked', async () => {
  expect(await look(known(12, ['clientTransferProhibited']))).toMatchObject({
    details: {
      domain: {
        name: 'shop.test',
        daysLeft: 12,
        registrar: 'Registrar Inc.',
        statuses: ['clientTransferProhibited'],
        source: 'rdap',
        checkedAt: new Date(now - DAY / 2).toISOString(),
      },
    },
    expiry: { code: 'domain_expiring', subject: 'shop.test', daysLeft: 12, threshold: 14 },
  })
  expect((await look(known(12), { warnDays: [7] })).code).toBe('ok')
  expect((await look(known(12, ['clientHold']))).expiry).toMatchObject({ threshold: 14 })
  expect((await look(known(-3))).expiry).toBeUndefined()
})

test('who asks for it now asks for something fresher', async () => {
  const ages: number[] = []
  const registry = {
    ask: async (_: string, maxAgeMs: number): Promise<Registration> => {
      ages.push(maxAgeMs)
      return known(200)
    },
  }
  await lookAt('shop.test', { type: 'DOMAIN', registry })
  await lookAt('shop.test', { type: 'DOMAIN', registry, isAsked: true })
  expect(ages).toEqual([DAY, DAY / 24])
})

describe('what can be set', () => {
  const { DOMAIN } = PROBES
  const refused = (work: () => unknown): string => {
    try {
      return JSON.stringify(work())
    } catch (error) {
      return error instanceof InvalidInput ? error.violations[0]!.message : String(error)
    }
  }

  test.each([
    [' Example.COM ', 'example.com'],
    ['www.shop.example.co.uk', 'example.co.uk'],
    ['foo.github.io', 'github.io'],
    ['müller.de', 'xn--mller-kva.de'],
    ['XN--MLLER-KVA.de', 'xn--mller-kva.de'],
    ['example.com.', 'example.com'],
    ['intern.unknowntld', 'intern.unknowntld'],
  ])('%s is kept as %s', (typed, kept) => {
    expect(parseInput(DOMAIN.address, typed)).toBe(kept)
  })

  test.each([
    ['co.uk', /not a whole suffix/],
    ['com', /must be a domain like/],
    ['10.0.0.7', /not an address/],
    ['[2001:db8::1]', /without scheme, port or path/],
    ['https://example.com', /without scheme, port or path/],
    ['example.com/x', /without scheme, port or path/],
    ['example.com:443', /without scheme, port or path/],
    ['*.example.com', /without \*/],
    ['', /must be a domain like/],
    ['a..b', /must be a domain like/],
  ])('"%s" is refused', (typed, message) => {
    expect(refused(() => parseInput(DOMAIN.address, typed))).toMatch(message)
  })

  test.each([{ warnDays: [0] }, { warnDays: null }, { packets: 3 }])('%j is refused', (given) => {
    expect(refused(() => parseInput(DOMAIN.options, given))).toMatch(/^must be |^is not a field/)
  })
})
