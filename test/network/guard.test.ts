import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { openNetwork } from '../../src/network/index.ts'

const open = openNetwork({ privateTargets: 'allow' })
const strict = openNetwork({ privateTargets: 'deny' })

describe('addresses nobody watches', () => {
  test.each([
    '0.0.0.0',
    '0.1.2.3',
    '169.254.169.254',
    '224.0.0.1',
    '239.255.255.255',
    '255.255.255.255',
    '168.63.129.16',
    '100.100.100.200',
    '192.0.0.192',
    '::',
    'fe80::1',
    'fe80::1%eth0',
    'febf::1',
    'ff02::1',
    'fd00:ec2::254',
    'fd00:0ec2:0:0:0:0:0:254',
    '::ffff:169.254.169.254',
    '::ffff:a9fe:a9fe',
    '::169.254.169.254',
    '::ffff:0:169.254.169.254',
    '64:ff9b::169.254.169.254',
    '64:ff9b:1:a9fe:a9:fe00::',
    '64:ff9b:1::a9fe:a9fe',
    '2002:a9fe:a9fe::1',
  ])('%s', (address) => {
    const host = address.includes(':') ? `[${address}]` : address
    expect(open.refusal(host)).toBe(`${address} may not be watched (reserved address)`)
    expect(strict.refusal(host)).toBe(`${address} may not be watched (reserved address)`)
  })
})

describe('addresses kept from strangers', () => {
  test.each([
    '127.0.0.1',
    '10.1.2.3',
    '172.16.0.1',
    '172.31.255.255',
    '192.168.0.1',
    '100.64.0.1',
    '192.0.0.1',
    '198.18.0.1',
    '198.19.255.255',
    '240.0.0.1',
    '::1',
    'fc00::1',
    'fdff::1',
    '::ffff:127.0.0.1',
    '64:ff9b::10.0.0.1',
    '2002:c0a8:1::1',
  ])('%s', (address) => {
    expect(open.refusal(address)).toBeUndefined()
    expect(strict.refusal(address)).toBe(`${address} may not be watched (private address)`)
  })
})

test.each([
  '1.1.1.1',
  '172.32.0.1',
  '172.15.255.255',
  '100.63.255.255',
  '168.63.129.17',
  '2606:4700::1111',
  '::ffff:1.1.1.1',
  '64:ff9b::1.1.1.1',
  '64:ff9b:1:101:1:100::',
  '64:ff9b:1::1.1.1.1',
  '2002:101:101::1',
  'shop.example',
])('%s may be watched', (host) => {
  expect(strict.refusal(host)).toBeUndefined()
})

const hex = (high: number, low: number) => ((high << 8) | low).toString(16)
const bare = (why: string | undefined) => why?.replace(/^\S+ /, '')

test('an IPv4 address is judged alike in every IPv6 form it can take', () => {
  fc.assert(
    fc.property(fc.ipV4(), (address) => {
      const [a = 0, b = 0, c = 0, d = 0] = address.split('.').map(Number)
      const plainly = bare(strict.refusal(address))
      const forms = [
        `::ffff:${address}`,
        `64:ff9b::${address}`,
        `64:ff9b:1:${hex(a, b)}:${hex(0, c)}:${hex(d, 0)}::`,
        `2002:${hex(a, b)}:${hex(c, d)}::1`,
      ]
      for (const form of forms) expect(bare(strict.refusal(form))).toBe(plainly)
    }),
  )
})
