import { sql } from 'kysely'
import { expect, test } from 'vitest'
import {
  createKey,
  createLinkCode,
  ensureAccount,
  findPrincipal,
  mayAct,
  type Role,
  type RoleGrant,
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
  const grant = (kind: 'person' | 'role', id: string, role: Role): RoleGrant => ({
    subject: { kind, id, displayName: id },
    role,
    givenBy: 'Ann',
    givenAt: 1,
  })
  const of = (
    userId: string,
    standing: 'creator' | 'administrator' | 'member',
    grants: readonly RoleGrant[] = [],
    roleIds: readonly string[] = [],
  ) => roleIn(link, grants, { userId, standing, roleIds }).role
  expect(of('u1', 'member')).toBe('owner')
  expect(of('u2', 'creator')).toBe('owner')
  expect(of('u2', 'administrator')).toBe('manager')
  expect(of('u2', 'member')).toBe('responder')
  expect(of('u1', 'member', [grant('person', 'u1', 'viewer')])).toBe('owner')
  expect(of('u2', 'administrator', [grant('person', 'u2', 'owner')])).toBe('owner')
  expect(of('u2', 'administrator', [grant('person', 'u2', 'viewer')])).toBe('manager')
  expect(of('u2', 'member', [grant('person', 'u2', 'viewer')])).toBe('responder')
  const both = [grant('role', 'r1', 'manager'), grant('person', 'u2', 'responder')]
  expect(of('u2', 'member', both, ['r1'])).toBe('manager')
  expect(of('u3', 'member', both, ['r2'])).toBe('responder')
  // A role's number is nobody's, and nobody's number is no role's.
  expect(of('r1', 'member', both, ['u2'])).toBe('responder')
  expect(
    roleIn({ ...link, defaultRole: 'none' }, [], { userId: 'u2', standing: 'member' }),
  ).toEqual({ role: 'none', reason: 'default' })
  // An anonymous administrator who linked is not everybody else whom the platform does not name.
  expect(
    roleIn({ ...link, linkedBy: '' }, [], { userId: '', standing: 'administrator' }).role,
  ).toBe('manager')
  expect([mayAct('manager', 'responder'), mayAct('viewer', 'responder')]).toEqual([true, false])
  expect([mayAct('none', 'viewer'), mayAct('owner', 'owner')]).toEqual([false, true])
})
