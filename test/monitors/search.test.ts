import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { countMonitors, listMonitors } from '../../src/monitors/index.ts'
import { fold } from '../../src/storage/index.ts'
import { House, sealer } from '../support/house.ts'

const NAMES = [
  'Shop',
  'SHOP 50%',
  'Käse',
  'KA\u0308SE',
  '\u212Aelvin',
  'İzmir',
  'Σίσυφος_2',
  'Größe',
]

test('a search finds what holds its text, in whatever letters, and nothing else', async () => {
  await using house = await House.open()
  for (const name of NAMES) await house.add({ name, url: 'http://a.example/' })
  const texts = fc.oneof(
    fc
      .constantFrom(...NAMES)
      .chain((name) =>
        fc
          .tuple(fc.nat(name.length - 1), fc.nat(4), fc.constantFrom('toUpperCase', 'toLowerCase'))
          .map(([from, more, to]) => name.slice(from, from + more + 1)[to as 'toUpperCase']()),
      ),
    fc.string({ minLength: 1, maxLength: 2 }),
  )
  await fc.assert(
    fc.asyncProperty(texts, async (search) => {
      const found = await listMonitors(house.account, sealer, { search })
      const names = found.map(({ monitor }) => monitor.name)
      const meant = NAMES.filter((name) =>
        [name, 'http://a.example/'].some((it) => fold(it).includes(fold(search))),
      )
      expect(names.toSorted()).toEqual(meant.map((it) => it.normalize('NFC')).toSorted())
      expect(await countMonitors(house.account, { search })).toBe(meant.length)
    }),
  )
})
