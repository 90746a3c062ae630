import { mkdtemp, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import {
  type Address,
  type Families,
  type Network,
  openNetwork,
  type Tried,
} from '../../src/network/index.ts'
import { nameServer } from '../support/web/name-server.ts'

const BOTH: Families = { ip4: true, ip6: true }
const soon = () => AbortSignal.timeout(1500)

const found = (tried: Tried<readonly Address[]>) =>
  tried.ok ? tried.value.map(({ address }) => address) : tried.failure.code

const ask = async (network: Network, host: string, families = BOTH, signal = soon()) =>
  found(await network.resolve(host, families, signal))

describe('files', () => {
  let folder: string
  const file = (name: string) => join(folder, name)
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'uptalk-names-'))
  })
  afterEach(() => rm(folder, { recursive: true }))

  test('the hosts file speaks before any name server, and is read again when it changes', async () => {
    await using names = await nameServer({})
    await writeFile(
      file('hosts'),
      '# ours\n127.0.0.9 Shop shop.lan # here\n::1 shop.lan\nnonsense x\n',
    )
    const network = openNetwork(
      { privateTargets: 'allow', dnsServers: [names.address] },
      { hostsFile: file('hosts') },
    )
    expect(await ask(network, 'SHOP')).toEqual(['127.0.0.9'])
    expect(await ask(network, 'shop.lan.')).toEqual(['127.0.0.9', '::1'])
    expect(await ask(network, 'shop', { ip4: false, ip6: true })).toBe('dns_no_address')
    expect(names.asked).toEqual([])
    await writeFile(file('hosts'), '127.0.0.8 shop\n')
    await utimes(file('hosts'), 1, 1)
    expect(await ask(network, 'shop')).toEqual(['127.0.0.8'])
    await rm(file('hosts'))
    expect(await ask(network, 'shop')).toBe('dns_nxdomain')
  })

  test('short names are looked for in the search list first', async () => {
    await using names = await nameServer({
      'db.apps.lan': { a: ['10.0.0.1'] },
      'db.lan': { a: ['10.0.0.2'] },
      'api.v2': { a: ['10.0.0.3'] },
      'web.v2': { a: ['10.0.0.4'] },
      'web.v2.lan': { a: ['10.0.0.5'] },
    })
    await writeFile(file('resolv'), 'nameserver 1.2.3.4\nsearch apps.lan lan.\noptions x ndots:2\n')
    const network = openNetwork(
      { privateTargets: 'allow', dnsServers: [names.address] },
      { hostsFile: null, resolvConf: file('resolv') },
    )
    expect(await ask(network, 'db')).toEqual(['10.0.0.1'])
    expect(await ask(network, 'api.v2')).toEqual(['10.0.0.3'])
    expect(await ask(network, 'web.v2')).toEqual(['10.0.0.5'])
    expect(await ask(network, 'web.v2.')).toEqual(['10.0.0.4'])
    expect(await ask(network, 'no.such.db')).toBe('dns_nxdomain')
    expect(names.asked.filter((it) => it.includes('such'))).toEqual([
      'aaaa no.such.db',
      'a no.such.db',
    ])
  })
})

test('localhost needs neither file nor name server', async () => {
  const network = openNetwork(
    { privateTargets: 'allow', dnsServers: ['127.0.0.1:1'] },
    { hostsFile: null },
  )
  expect(await ask(network, 'localhost')).toEqual(['::1', '127.0.0.1'])
  expect(await ask(network, 'shop.localhost.', { ip4: true, ip6: false })).toEqual(['127.0.0.1'])
})

describe('both families', () => {
  const zone = {
    'both.test': { a: ['127.0.0.1'], aaaa: ['0:0:0:0:0:0:0:1'] },
    'four.test': { a: ['127.0.0.1'] },
    'slow.test': { a: ['127.0.0.1'], silent: ['aaaa'] as const },
    'part.test': { a: ['127.0.0.1', '169.254.169.254'] },
  }

  test('are asked together', async () => {
    await using names = await nameServer(zone)
    const network = openNetwork({ privateTargets: 'allow', dnsServers: [names.address] })
    expect(await ask(network, 'both.test')).toEqual(['::1', '127.0.0.1'])
    expect(await ask(network, 'four.test')).toEqual(['127.0.0.1'])
    expect(names.asked.length).toBe(4)
    expect(await ask(network, 'both.test', { ip4: true, ip6: false })).toEqual(['127.0.0.1'])
    expect(names.asked.slice(4)).toEqual(['a both.test'])
  })

  test('one that is silent is waited for a moment only', async () => {
    await using names = await nameServer(zone)
    const network = openNetwork({ privateTargets: 'allow', dnsServers: [names.address] })
    const began = performance.now()
    expect(await ask(network, 'slow.test')).toEqual(['127.0.0.1'])
    expect(performance.now() - began).toBeGreaterThan(200)
    expect(performance.now() - began).toBeLessThan(900)
  })

  test('an address the guard refuses falls away, the others stay', async () => {
    await using names = await nameServer(zone)
    const network = openNetwork({ privateTargets: 'allow', dnsServers: [names.address] })
    expect(await ask(network, 'part.test')).toEqual(['127.0.0.1'])
    const strict = openNetwork({ privateTargets: 'deny', dnsServers: [names.address] })
    expect(await ask(strict, 'part.test')).toBe('target_blocked')
  })
})

test('nothing is remembered from one look to the next', async () => {
  await using names = await nameServer({ 'move.test': { a: ['127.0.0.1'] } })
  const network = openNetwork({ privateTargets: 'allow', dnsServers: [names.address] })
  expect(await ask(network, 'move.test')).toEqual(['127.0.0.1'])
  names.zone['move.test'] = { a: ['127.0.0.2'] }
  expect(await ask(network, 'move.test')).toEqual(['127.0.0.2'])
})

test('a name server that is not there is no answer, and a dead one holds nobody up', async () => {
  await using dead = await nameServer({ 'x.test': { silent: ['a', 'aaaa'] } })
  const network = openNetwork({ privateTargets: 'allow', dnsServers: [dead.address] })
  const stopping = new AbortController()
  const waiting = Array.from({ length: 20 }, () => ask(network, 'x.test', BOTH, stopping.signal))
  expect(await ask(network, 'localhost')).toContain('127.0.0.1')
  stopping.abort()
  expect(new Set(await Promise.all(waiting))).toEqual(new Set(['dns_timeout']))
  const gone = openNetwork({ privateTargets: 'allow', dnsServers: ['127.0.0.1:1'] })
  expect(await ask(gone, 'x.test')).toBe('dns_timeout')
})
