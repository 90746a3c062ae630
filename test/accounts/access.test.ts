import { sql } from 'kysely'
import { expect, test } from 'vitest'
import {
  createKey,
  createLinkCode,
  ensureAccount,
  findPrincipal,
  mayAct,
  roleIn,
  spendLinkCode,
} from '../../src/accounts/index.ts'
import { MINUTE, systemChance } from '../../src/kernel/index.ts'
import { bindAccount, openDatabase } from '../../src/storage/index.ts'

const by = { type: 'cli', name: 'test' } as const

async function opened() {
  const db = await openDatabase(':memory:')
  const { id } = await ensureAccount(db, 1, 'business')
  return { db, account: bindAccount(db, id) }
}

test('an account holds ten live keys, also when asked for twenty at once; only hashes are kept', async () => {
  const { db, account } = await opened()
  await using _ = db
  const made = await Promise.allSettled(
    Array.from({ length: 20 }, (__, at) =>
      createKey(account, { now: 1, chance: systemChance, by }, { name: `key ${at}` }),
    ),
  )
  const keys = made.flatMap((it) => (it.status === 'fulfilled' ? [it.value.key] : []))
  expect(keys).toHaveLength(10)
  const rows = JSON.stringify([
    await db.selectFrom('keys').selectAll().execute(),
    await db.selectFrom('audit_logs').selectAll().execute(),
  ])
  for (const key of keys) {
    expect(key).toMatch(/^upty_[0-9a-f]{48}$/)
    expect(rows).not.toContain(key)
  }
})

test('a key that is revoked, over or unknown opens nothing; a full disk keeps no good one out', async () => {
  const { db, account } = await opened()
  await using _ = db
  const tools = { now: 1, chance: systemChance, by }
  const { key } = await createKey(account, tools, { name: 'a', scope: 'read' })
  expect(await findPrincipal(db, 2, key)).toMatchObject({ scope: 'read', accountId: 1 })
  expect(await findPrincipal(db, 2, key.replace(/.$/, 'x'))).toBeUndefined()
  await sql`pragma query_only = on`.execute(db)
  expect(await findPrincipal(db, 10 * MINUTE, key)).toBeDefined()
  await sql`pragma query_only = off`.execute(db)
  await db.updateTable('keys').set({ expires_at: 100 }).execute()
  expect(await findPrincipal(db, 99, key)).toBeDefined()
  expect(await findPrincipal(db, 100, key)).toBeUndefined()
  await db.updateTable('keys').set({ expires_at: null, revoked_at: 5 }).execute()
  expect(await findPrincipal(db, 99, key)).toBeUndefined()
})

const place = (serverId: string) => ({ platform: 'discord', serverId, title: 'team' })
const who = { userId: 'u1', displayName: 'Ann', by }
const nothing = async () => {}

test('a link code is spent once, however many try it at once', async () => {
  const { db, account } = await opened()
  await using _ = db
  const code = await createLinkCode(account, 1, systemChance, by)
  expect(code).toMatch(/^[2-9A-HJ-NP-Z]{4}-[2-9A-HJ-NP-Z]{4}$/)
  const tries = await Promise.allSettled(
    ['a', 'b'].map((it) => spendLinkCode(db, 2, code.toLowerCase(), place(it), who, nothing)),
  )
  expect(tries.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected'])
  expect(await db.selectFrom('chat_links').selectAll().execute()).toHaveLength(1)
})

test('two codes spent at once in one chat make one link and one refusal', async () => {
  const { db, account } = await opened()
  await using _ = db
  const codes = [
    await createLinkCode(account, 1, systemChance, by),
    await createLinkCode(account, 1, systemChance, by),
  ]
  const tries = await Promise.allSettled(
    codes.map((code) => spendLinkCode(db, 2, code, place('a'), who, nothing)),
  )
  expect(tries.find(({ status }) => status === 'rejected')).toMatchObject({
    reason: { code: 'place_linked' },
  })
})

test('a code ends after ten minutes, and five wrong ones pause the chat for a quarter of an hour', async () => {
  const { db, account } = await opened()
  await using _ = db
  const code = await createLinkCode(account, 0, systemChance, by)
  const spend = (it: string, now: number) => spendLinkCode(db, now, it, place('a'), who, nothing)
  await expect(spend(code, 10 * MINUTE)).rejects.toMatchObject({ code: 'code_unknown' })
  for (let tries = 0; tries < 4; tries += 1)
    await expect(spend('AAAA-AAAA', 10 * MINUTE)).rejects.toMatchObject({ code: 'code_unknown' })
  const good = await createLinkCode(account, 10 * MINUTE, systemChance, by)
  await expect(spend(good, 11 * MINUTE)).rejects.toMatchObject({ code: 'codes_paused' })
  const later = await createLinkCode(account, 25 * MINUTE, systemChance, by)
  expect(await spend(later, 25 * MINUTE)).toMatchObject({ accountName: 'main' })
})

test('the highest role that applies is the one a person has', () => {
  const link = { linkedBy: 'u1', defaultRole: 'responder' } as const
  expect(roleIn(link, { userId: 'u1', standing: 'member' })).toBe('owner')
  expect(roleIn(link, { userId: 'u2', standing: 'creator' })).toBe('owner')
  expect(roleIn(link, { userId: 'u2', standing: 'administrator' })).toBe('manager')
  expect(roleIn(link, { userId: 'u2', standing: 'member' })).toBe('responder')
  expect([mayAct('manager', 'responder'), mayAct('viewer', 'responder')]).toEqual([true, false])
})
