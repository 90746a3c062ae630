import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect, test } from 'vitest'
import { createKey, ensureAccount, findPrincipal, revokeKey } from '../../src/accounts/index.ts'
import { systemChance } from '../../src/kernel/index.ts'
import { bindAccount, openDatabase } from '../../src/storage/index.ts'

test('a key that another process revokes is refused the next time it is asked for', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'uptalk-'))
  using _ = { [Symbol.dispose]: () => rmSync(folder, { recursive: true }) }
  const file = path.join(folder, 'uptalk.db')
  await using here = await openDatabase(file)
  await using there = await openDatabase(file)
  const { id } = await ensureAccount(here, 1, 'business')
  const tools = { now: 1, chance: systemChance, by: { type: 'cli', name: 'ann' } } as const
  const { key, card } = await createKey(bindAccount(there, id), tools, { name: 'ci' })
  expect(await findPrincipal(here, 2, key)).toMatchObject({ keyId: card.id, accountId: id })
  expect(await findPrincipal(here, 2, key)).toMatchObject({ scope: 'write' })
  await revokeKey(bindAccount(there, id), tools, card.id)
  expect(await findPrincipal(here, 2, key)).toBeUndefined()
})
