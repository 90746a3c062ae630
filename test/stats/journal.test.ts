import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import * as fc from 'fast-check'
import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { ensureAccount } from '../../src/accounts/index.ts'
import { DAY, HOUR, MINUTE } from '../../src/kernel/index.ts'
import {
  getBucket,
  listBuckets,
  observedTime,
  packHistory,
  recordSamples,
} from '../../src/stats/index.ts'
import { readLooks, writeLooks } from '../../src/stats/journal-format.ts'
import { type JournalRow, Tail } from '../../src/stats/tail.ts'
import { bindAccount, type Db, openDatabase } from '../../src/storage/index.ts'
import { journal } from '../../src/storage/migrations/0019-journal.ts'
import { MIGRATIONS } from '../../src/storage/migrations/index.ts'
import { draw, readSamples, START } from '../support/history.ts'
import { House } from '../support/house.ts'

const look = fc.record({
  monitorId: fc.integer({ min: 1, max: 5 }),
  at: fc.oneof(
    { weight: 20, arbitrary: fc.integer({ min: START, max: START + 2 * HOUR }) },
    { weight: 1, arbitrary: fc.integer({ min: START - 700 * DAY, max: START }) },
  ),
  status: fc.constantFrom('up', 'degraded', 'down', 'unknown'),
  code: fc.constantFrom('ok', 'slow', 'connect_refused', ''),
  ms: fc.integer({ min: 0, max: 100_000 }),
  observedMs: fc.integer({ min: 0, max: 2 * DAY }),
})
type Drawn = typeof look extends fc.Arbitrary<infer L> ? L : never

const ofMonitor = (looks: readonly Drawn[], id: number) =>
  looks
    .filter(({ monitorId }) => monitorId === id)
    .map(({ at, status, code, ms, observedMs }) => ({ at, status, code, ms, observedMs }))
    .toSorted((a, b) => a.at - b.at)

test('what goes into the journal comes out of it', () => {
  fc.assert(
    fc.property(fc.array(look), (looks) => {
      const read: Drawn[] = []
      readLooks(writeLooks(looks), String, (monitorId, at, kind, ms, observedMs) => {
        const [status, code] = kind.split(' ')
        read.push({ monitorId, at, status, code, ms, observedMs } as Drawn)
      })
      expect(read).toEqual(looks.toSorted((a, b) => a.monitorId - b.monitorId))
    }),
  )
})

test('a look of a batch of many takes few bytes', () => {
  const looks = Array.from({ length: 1667 }, (_, at) => ({
    monitorId: 100_000 + at * 60 + ((at * 7919) % 50),
    at: START + ((at * 104_729) % 1000),
    status: 'up',
    code: 'ok',
    ms: 150 + ((at * 31) % 70),
    observedMs: MINUTE + ((at * 17) % 9) - 4,
  }))
  expect(writeLooks(looks).length / looks.length).toBeLessThan(8)
})

test('a journal that no version wrote is refused', () => {
  expect(() => readLooks(Buffer.from([9, 0]), String, () => {})).toThrow('format 9')
  expect(() => readLooks(Buffer.from([1, 1, 1, 0, 1, 1, 1]), String, () => {})).toThrow(
    'no such kind',
  )
})

/** Batches, and runs that move what is there, monitor by monitor, some of it into a new row. */
const events = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: fc.record({ looks: fc.array(look, { maxLength: 12 }) }) },
    { weight: 1, arbitrary: fc.record({ until: look.map(({ at }) => at), stops: fc.nat(8) }) },
  ),
  { maxLength: 12 },
)

test('the tail knows what is in the journal and not moved, whenever it reads on', () => {
  fc.assert(
    fc.property(events, fc.array(fc.boolean(), { minLength: 8 }), (happened, reads) => {
      let [rows, seen, next]: [JournalRow[], number, number] = [[], 0, 1]
      let there: { readonly row: number; readonly look: Drawn }[] = []
      const tail = new Tail()
      const add = (looks: readonly Drawn[], run: Partial<JournalRow> = {}) => {
        const nothing = { outcomes: null, through: null, monitor: null, at: null }
        rows.push({ id: next, looks: writeLooks(looks), ...nothing, ...run })
        there.push(...looks.map((it) => ({ row: next, look: it })))
        next += 1
        const isRead = reads[(seen += 1) % reads.length]!
        for (const it of isRead ? [tail, new Tail()] : [new Tail()]) {
          // What a transaction saw it sees again.
          const isTrial = seen % 3 === 0
          const forget = it.append(
            rows.filter(({ id }) => id > it.lastRow),
            isTrial,
          )
          for (let id = 1; id <= 5; id += 1)
            expect(it.looks(id, 0)).toEqual(
              ofMonitor(
                there.map((kept) => kept.look),
                id,
              ),
            )
          if (isTrial) forget()
          else it.release()
        }
      }
      for (const event of happened) {
        if ('looks' in event) {
          add(event.looks)
          continue
        }
        const through = next - 1
        for (let id = 1; id <= 5; id += 1) {
          const mine = there.filter((it) => it.row <= through && it.look.monitorId === id)
          const isRipe = (it: (typeof there)[number]) =>
            mine.includes(it) && it.look.at < event.until
          there = there.filter((it) => !isRipe(it))
          if (event.stops > 4) add([], { through, monitor: id, at: event.until })
          there = there.filter((it) => !mine.includes(it))
          add(
            mine.filter(({ look: { at } }) => at >= event.until).map((it) => it.look),
            { through, monitor: id === 5 ? null : id + 1, at: 0 },
          )
        }
        rows = rows.filter(({ id }) => id > through)
      }
    }),
    { numRuns: 60 },
  )
}, 10_000)

const SAMPLE = { status: 'up', code: 'ok', ms: 5, observedMs: MINUTE }

test('what a transaction wrote and took back was never there', async () => {
  await using house = await House.open()
  const { monitor } = await house.add()
  const { accountId } = house.account
  const sample = (minute: number) => ({
    ...SAMPLE,
    accountId,
    monitorId: monitor.id,
    at: START + minute * MINUTE,
  })
  await recordSamples(house.db, [sample(1)])
  const observed = async (db: Db) =>
    (await observedTime(bindAccount(db, accountId), [monitor.id], START, START + HOUR)).get(
      monitor.id,
    )!.observedMs / MINUTE
  expect(await observed(house.db)).toBe(1)
  await expect(
    house.db.transaction().execute(async (tx) => {
      await recordSamples(tx, [sample(2), sample(3)])
      expect(await observed(tx)).toBe(3)
      throw new Error('taken back')
    }),
  ).rejects.toThrow('taken back')
  await recordSamples(house.db, [sample(4)])
  expect(await observed(house.db)).toBe(2)
})

test('nobody sees the looks of another account, of monitors beyond reach, or of deleted ones', async () => {
  await using house = await House.open()
  const [{ monitor: shop }, { monitor: till }, { monitor: gone }] = [
    await house.add({ name: 'shop' }),
    await house.add({ name: 'till' }),
    await house.add({ name: 'gone' }),
  ]
  const { id: theirs } = await house.db
    .insertInto('accounts')
    .values({ name: 'theirs', plan: 'business', created_at: 1 })
    .returning('id')
    .executeTakeFirstOrThrow()
  for (const { id } of [shop, till, gone]) await draw(house, id, '....')
  await house.db.deleteFrom('monitors').where('id', '=', gone.id).execute()
  const handle = bindAccount(house.db, house.account.accountId, [shop.id])
  const page = { limit: 10, offset: 0 }
  const whose = async (db: typeof handle) =>
    (await listBuckets(db, 'hour', {}, page)).buckets.map(({ monitorId }) => monitorId)
  expect(await whose(house.account)).toEqual([till.id, shop.id])
  expect(await whose(handle)).toEqual([shop.id])
  expect(await whose(bindAccount(house.db, theirs))).toEqual([])
  for (const id of [till.id, gone.id])
    expect(await getBucket(handle, 'hour', id, START)).toBeUndefined()
  const times = await observedTime(handle, [shop.id, till.id], START, START + HOUR)
  expect([...times.values()].map(({ observedMs }) => observedMs / MINUTE)).toEqual([4, 0])
})

test('a process beside sees what the other writes and packs, whenever it looks', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'uptalk-'))
  try {
    await using house = await House.open({ file: path.join(folder, 'uptalk.db') })
    await using beside = await openDatabase(path.join(folder, 'uptalk.db'))
    const { monitor } = await house.add()
    const account = bindAccount(beside, house.account.accountId)
    const read = async (db: typeof account) => [
      await observedTime(db, [monitor.id], START, START + DAY),
      await listBuckets(db, 'hour', {}, { limit: 9, offset: 0 }),
    ]
    await draw(house, monitor.id, '.'.repeat(150))
    await read(account)
    for (const hour of [1, 2, 3]) {
      const before = await read(house.account)
      await packHistory(house.db, START + hour * HOUR + 3 * MINUTE, async () => {
        expect(await read(account)).toEqual(before)
        return true
      })
      expect(await read(account)).toEqual(before)
    }
    expect(await readSamples(house)).toEqual([])
    expect(await house.db.selectFrom('journal').selectAll().execute()).toHaveLength(1)
  } finally {
    rmSync(folder, { recursive: true })
  }
})

test('a backlog of one monitor is packed in steps, hour by hour', async () => {
  await using house = await House.open()
  const { monitor } = await house.add()
  await draw(house, monitor.id, '.'.repeat(30 * 60))
  const hours: number[] = []
  await packHistory(house.db, START + 31 * HOUR, async () => {
    hours.push((await house.db.selectFrom('hour_stats').select('at').execute()).length)
    return true
  })
  expect(hours.slice(0, 4)).toEqual([0, 10, 20, 30])
  const times = await observedTime(house.account, [monitor.id], START, START + 2 * DAY)
  expect(times.get(monitor.id)!.observedMs).toBe(30 * HOUR)
})

test('samples of an older database are taken over', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'uptalk-'))
  const list = MIGRATIONS as string[]
  const newer = list.splice(list.indexOf(journal))
  const file = path.join(folder, 'uptalk.db')
  try {
    try {
      await using db = await openDatabase(file)
      const { id } = await ensureAccount(db, 1, 'business')
      for (const name of ['shop', 'till'])
        await sql`
          insert into monitors (account_id, type, name, url, interval_ms, timeout_ms, options, policy,
            created_at, updated_at)
          values (${id}, 'HTTP', ${name}, 'http://x/', 1, 1, '{}', '{}', 1, 1)`.execute(db)
      await sql`
        insert into samples (monitor_id, at, account_id, status, code, ms, observed_ms)
        select m.id, ${START} + n.value * ${MINUTE}, m.account_id, iif(n.value = 3, 'down', 'up'),
          'ok', 10 + n.value, ${MINUTE}
        from monitors m, json_each('[200,3,60,61,7]') n`.execute(db)
    } finally {
      list.push(...newer)
    }
    await using house = await House.open({ file })
    for (const monitorId of [1, 2])
      expect((await readSamples(house)).filter((it) => it.monitorId === monitorId)).toEqual(
        [3, 7, 60, 61, 200].map((minute) => ({
          monitorId,
          at: START + minute * MINUTE,
          status: minute === 3 ? 'down' : 'up',
          code: 'ok',
          ms: 10 + minute,
          observedMs: MINUTE,
        })),
      )
    await packHistory(house.db, START + DAY, async () => true)
    expect(await readSamples(house)).toEqual([])
    expect(await getBucket(house.account, 'hour', 2, START + HOUR)).toMatchObject({ checks: 2 })
  } finally {
    rmSync(folder, { recursive: true })
  }
})
