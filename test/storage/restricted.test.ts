import * as fc from 'fast-check'
import { type ExpressionBuilder } from 'kysely'
import { expect, test } from 'vitest'
import {
  type AccountDb,
  bindAccount,
  type Db,
  openDatabase,
  type Tables,
  UnboundQuery,
  wholeAccount,
} from '../../src/storage/index.ts'
import { MONITOR_REACH, OWNER_COLUMN } from '../../src/storage/tables.ts'

type Narrowed = keyof typeof OWNER_COLUMN
const TABLES = Object.keys(OWNER_COLUMN) as Narrowed[]
const ABOUT_MONITORS = TABLES.filter((table) => typeof MONITOR_REACH[table] === 'object')
const CLOSED = TABLES.filter((table) => MONITOR_REACH[table] === 'closed')

/** A row of everything that is about a monitor; its name stands in one column of each. */
async function addMonitor(db: AccountDb, name: string): Promise<number> {
  const { id } = await db
    .insertInto('monitors')
    .values({
      type: 'HTTP',
      name,
      url: 'http://x/',
      interval_ms: 1,
      timeout_ms: 1,
      options: '{}',
      policy: '{}',
      created_at: 1,
      updated_at: 1,
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  await addHistory(db, id, name)
  return id
}

async function addHistory(db: AccountDb, id: number, name: string): Promise<void> {
  await db
    .updateTable('monitor_states')
    .set({ last_message: name })
    .where('monitor_id', '=', id)
    .execute()
  await db
    .insertInto('check_requests')
    .values({ monitor_id: id, asked_at: 1, answer: name })
    .execute()
  await db.insertInto('hour_stats').values({ monitor_id: id, at: 1 }).execute()
  await db.insertInto('day_stats').values({ monitor_id: id, at: 1 }).execute()
  await db
    .insertInto('packed_samples')
    .values({ monitor_id: id, at: 1, up: 1, degraded: 0, unknown: 0, samples: Buffer.from(name) })
    .execute()
  await db
    .insertInto('checks')
    .values({ monitor_id: id, cause: 'manual', started_at: 1, finished_at: 1, outcome: name })
    .execute()
  await db
    .insertInto('maintenance_spans')
    .values({ monitor_id: id, maintenance_id: 1, started_at: 1, ended_at: 2 })
    .execute()
  await db
    .insertInto('verifications')
    .values({
      status: 'pass',
      detail: name,
      results: '[]',
      targets: JSON.stringify([id]),
      started_at: 1,
    })
    .execute()
  const incident = await db
    .insertInto('incidents')
    .values({
      monitor_id: id,
      monitor_name: name,
      url: 'http://x/',
      severity: 'down',
      started_at: 1,
      detected_at: 1,
      code: 'c',
      message: 'm',
      failures: 1,
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  await addNews(db, incident.id, name)
}

async function addNews(db: AccountDb, incident: number, name: string): Promise<void> {
  const channel = await db.selectFrom('channels').select('id').executeTakeFirstOrThrow()
  await db
    .insertInto('incident_notes')
    .values({ incident_id: incident, text: name, author: 'a', created_at: 1 })
    .execute()
  await db
    .insertInto('notifications')
    .values({
      channel_id: channel.id,
      incident_id: incident,
      event: 'alert',
      rev: 1,
      error: name,
      due_at: 1,
      created_at: 1,
    })
    .execute()
  await db
    .insertInto('messages')
    .values({
      channel_id: channel.id,
      incident_id: incident,
      message_id: name,
      shown_rev: 1,
      posted_at: 1,
    })
    .execute()
}

/** Two accounts; of ours a handle for the monitor `shop` alone, beside `till`. */
async function openRestricted(db: Db) {
  const accounts: AccountDb[] = []
  for (const name of ['ours', 'theirs']) {
    const { id } = await db
      .insertInto('accounts')
      .values({ name, plan: 'business', created_at: 1 })
      .returning('id')
      .executeTakeFirstOrThrow()
    const account = bindAccount(db, id)
    await account
      .insertInto('channels')
      .values({ kind: 'k', name, channel_id: name, created_at: 1 })
      .execute()
    accounts.push(account)
  }
  const [ours, theirs] = [accounts[0]!, accounts[1]!]
  const shop = await addMonitor(ours, 'shop')
  const till = await addMonitor(ours, 'till')
  await addMonitor(theirs, 'secret')
  return { ours, shop, till, handle: bindAccount(db, ours.accountId, [shop]) }
}

const everything = async (db: Db) =>
  Object.fromEntries(
    await Promise.all(
      ABOUT_MONITORS.map(async (table) => [
        table,
        (await db.selectFrom(table).selectAll().execute()).map((row) => JSON.stringify(row)),
      ]),
    ),
  ) as Record<Narrowed, string[]>

test('a handle for some monitors reads what is about them alone, in every table', async () => {
  await using db = await openDatabase(':memory:')
  const { handle, ours, shop } = await openRestricted(db)
  for (const table of ABOUT_MONITORS) {
    const [whole, seen] = [
      await ours.selectFrom(table).selectAll().execute(),
      await handle.selectFrom(table).selectAll().execute(),
    ]
    expect([table, whole.length, seen.length]).toEqual([table, 2, 1])
    expect(JSON.stringify(seen)).not.toContain('till')
  }
  expect(
    await handle
      .selectFrom('checks')
      .select('outcome as name')
      .unionAll(handle.selectFrom('incident_notes').select('text as name'))
      .execute(),
  ).toEqual([{ name: 'shop' }, { name: 'shop' }])
  await ours
    .insertInto('verifications')
    .values({
      status: 'pass',
      detail: 'both',
      results: '[]',
      targets: `[${shop},2]`,
      started_at: 1,
    })
    .execute()
  await ours
    .insertInto('verifications')
    .values({ status: 'pass', detail: 'from before', results: '[]', started_at: 1 })
    .execute()
  expect(await handle.selectFrom('verifications').select('detail').execute()).toEqual([
    { detail: 'shop' },
  ])
})

test('what is of the whole account is closed to it, unless it says so', async () => {
  await using db = await openDatabase(':memory:')
  const { handle } = await openRestricted(db)
  expect(CLOSED).toContain('keys')
  for (const table of CLOSED) {
    await expect(handle.selectFrom(table).selectAll().execute(), table).rejects.toThrow(
      UnboundQuery,
    )
    await expect(handle.deleteFrom(table).execute(), table).rejects.toThrow(UnboundQuery)
  }
  expect(await handle.selectFrom('channels').select('name').execute()).toEqual([{ name: 'ours' }])
})

test('it adds nothing about others, and moves nothing to them', async () => {
  await using db = await openDatabase(':memory:')
  const { handle, shop, till } = await openRestricted(db)
  const before = await everything(db)
  const strange = await db
    .selectFrom('incidents')
    .select('id')
    .where('monitor_id', '=', till)
    .executeTakeFirstOrThrow()
  const refused: (() => Promise<unknown>)[] = [
    () => addMonitor(handle, 'new'),
    () => handle.insertInto('check_requests').values({ monitor_id: till, asked_at: 1 }).execute(),
    () =>
      handle
        .insertInto('verifications')
        .values({
          status: 'pass',
          detail: '',
          results: '[]',
          targets: `[${shop},${till}]`,
          started_at: 1,
        })
        .execute(),
    () =>
      handle
        .insertInto('verifications')
        .values({ status: 'pass', detail: '', results: '[]', started_at: 1 })
        .execute(),
    () =>
      handle
        .updateTable('incidents')
        .set({ monitor_id: till } as never)
        .execute(),
    () =>
      handle
        .updateTable('checks')
        .set({ monitor_id: till } as never)
        .execute(),
  ]
  for (const query of refused) await expect(query()).rejects.toThrow(UnboundQuery)
  const [mine] = await handle.selectFrom('channels').select('id').execute()
  const note = { text: 't', author: 'a', created_at: 1 }
  const alert = {
    channel_id: mine!.id,
    event: 'reminder',
    rev: 1,
    due_at: 1,
    created_at: 1,
  } as const
  for (const query of [
    () =>
      handle
        .insertInto('incident_notes')
        .values({ incident_id: strange.id, ...note })
        .execute(),
    () =>
      handle
        .insertInto('notifications')
        .values({ incident_id: strange.id, ...alert })
        .execute(),
  ])
    await expect(query()).rejects.toThrow('FOREIGN KEY')
  expect(await everything(db)).toEqual(before)
  await handle.insertInto('check_requests').values({ monitor_id: shop, asked_at: 2 }).execute()
  const [incident] = await handle.selectFrom('incidents').select('id').execute()
  await handle
    .insertInto('incident_notes')
    .values([{ incident_id: incident!.id, ...note }])
    .execute()
  expect(await handle.selectFrom('incident_notes').select('text').execute()).toHaveLength(2)
})

test('one for no monitors at all sees none', async () => {
  await using db = await openDatabase(':memory:')
  const { ours } = await openRestricted(db)
  const handle = bindAccount(db, ours.accountId, [])
  for (const table of ABOUT_MONITORS)
    expect(await handle.selectFrom(table).selectAll().execute()).toEqual([])
})

test('from within, the whole account can be asked for: in a transaction, and never another one', async () => {
  await using db = await openDatabase(':memory:')
  const { ours, handle } = await openRestricted(db)
  const names = (rows: readonly { name: string }[]) => rows.map(({ name }) => name)
  await handle.transaction().execute(async (tx) => {
    expect(names(await tx.selectFrom('monitors').select('name').execute())).toEqual(['shop'])
    const whole = wholeAccount(tx)
    expect(names(await whole.selectFrom('monitors').select('name').execute())).toEqual([
      'shop',
      'till',
    ])
    await whole.updateTable('monitors').set({ url: 'http://y/' }).execute()
  })
  expect(
    await db.selectFrom('monitors').select('name').where('url', '=', 'http://y/').execute(),
  ).toHaveLength(2)
  expect(wholeAccount(ours)).toBe(ours)
})

const conditions = fc.array(
  fc.record({
    column: fc.constantFrom('id', 'account_id', 'monitor_id', 'monitor_name' as const),
    operator: fc.constantFrom('=', '!=', '>', '<', 'is not'),
    value: fc.constantFrom(0, 1, 2, 3, 'shop', 'till', 'secret'),
  }),
  { maxLength: 4 },
)

test('whatever is asked, read, changed or deleted: never a row about another monitor', async () => {
  await using db = await openDatabase(':memory:')
  const { handle, shop } = await openRestricted(db)
  const others = async () =>
    Object.entries(await everything(db)).map(([table, rows]) => [
      table,
      rows.filter((row) => !row.includes('shop') && !row.includes('"taken"')),
    ])
  const mine = await handle.selectFrom('incidents').selectAll().executeTakeFirstOrThrow()
  const before = await others()
  await fc.assert(
    fc.asyncProperty(
      conditions,
      fc.constantFrom('read', 'join', 'notes', 'update', 'notes update', 'delete', 'history'),
      fc.boolean(),
      async (wanted, kind, isOr) => {
        const where = (eb: ExpressionBuilder<Tables, 'incidents'>) => {
          const parts = wanted.map(({ column, operator, value }) =>
            eb(`incidents.${column as 'id'}`, operator as '=', value as number),
          )
          return isOr ? eb.or(parts) : eb.and(parts)
        }
        const seen: unknown[] = []
        if (kind === 'read')
          seen.push(...(await handle.selectFrom('incidents').selectAll().where(where).execute()))
        if (kind === 'join')
          seen.push(
            ...(await handle
              .selectFrom('incidents')
              .innerJoin('monitors as m', (join) => join.on('m.id', '>', 0))
              .leftJoin('checks as c', (join) => join.on('c.id', '>', 0))
              .select(['m.name', 'c.outcome', 'incidents.monitor_name'])
              .where(where)
              .execute()),
          )
        if (kind === 'notes')
          seen.push(
            ...(await handle
              .selectFrom('incident_notes')
              .select('text')
              .where((eb) =>
                eb.or([
                  eb.exists(eb.selectFrom('incidents').select('id').where(where)),
                  eb('id', '>', 0),
                ]),
              )
              .execute()),
          )
        if (kind === 'update')
          await handle.updateTable('incidents').set({ message: 'taken' }).where(where).execute()
        if (kind === 'notes update')
          await handle
            .updateTable('incident_notes')
            .set({ author: 'taken' })
            .where((eb) => eb.or([eb('id', '>', 0), eb('id', '<', 0)]))
            .execute()
        if (kind === 'delete') {
          await handle.deleteFrom('incidents').where(where).execute()
          // Back again, so that there is always something of ours to find.
          const { account_id: _, ...row } = mine
          await handle.insertInto('incidents').orIgnore().values(row).execute()
        }
        if (kind === 'history') {
          await handle.deleteFrom('hour_stats').execute()
          await handle.deleteFrom('verifications').execute()
          await handle.insertInto('hour_stats').values({ monitor_id: shop, at: 1 }).execute()
        }
        expect(JSON.stringify(seen)).not.toMatch(/till|secret/)
        expect(await others()).toEqual(before)
      },
    ),
    { numRuns: 150 },
  )
})
