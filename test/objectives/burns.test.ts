import path from 'node:path'
import { expect, test } from 'vitest'
import { wordNews } from '../../bots/commands/index.ts'
import { renderTerminal } from '../../bots/terminal/render.ts'
import { recordBurn, tellDue } from '../../src/incidents/index.ts'
import { MINUTE } from '../../src/kernel/index.ts'
import { planMaintenance, settleMaintenances } from '../../src/maintenance/index.ts'
import {
  deleteMonitor,
  editMonitor,
  getMonitor,
  pauseMonitor,
  resumeMonitor,
} from '../../src/monitors/index.ts'
import { addChannel, type News } from '../../src/notifications/index.ts'
import { settleBurns } from '../../src/objectives/index.ts'
import { Death } from '../support/death.ts'
import { unseen } from '../support/eye.ts'
import { draw, drawIncident, START } from '../support/history.ts'
import { House, sealer } from '../support/house.ts'
import { temporaryFolder } from '../support/process.ts'
import { openReceiver } from '../support/receiver.ts'
import { until } from '../support/until.ts'

const SLO = { objective: 99.9, days: 30 }
const probe = async () => unseen
const open = (file?: string) =>
  House.open({ startsAt: START, probe, ...(file === undefined ? {} : { file }) })

const quiet = (house: House) =>
  until('the outbox is empty', async () => {
    await house.clock.turn(20)
    const rows = await house.db.selectFrom('notifications').select('state').execute()
    return rows.every(({ state }) => state !== 'pending')
  })

/** Settles at each of these minutes and lets what there is be told. */
async function settleAt(house: House, ...minutes: number[]): Promise<void> {
  for (const minute of minutes) {
    house.clock.step(START + minute * MINUTE - house.clock.now())
    await settleBurns(house.db, house.clock.now())
    house.delivery.wake()
    await quiet(house)
  }
}

/** A shop that goes down at minute 60 for so long; its outage is written up when it happens. */
async function falling(house: House, minutes: number, more: object = {}) {
  const { monitor } = await house.add({ slo: SLO, ...more })
  await draw(house, monitor.id, '.'.repeat(60) + 'x'.repeat(minutes) + '.'.repeat(500))
  await drawIncident(house, monitor.id, 60, null)
  return {
    id: monitor.id,
    rises: () =>
      house.db
        .updateTable('incidents')
        .set({ resolved_at: START + (60 + minutes) * MINUTE, end_reason: 'resolved' })
        .where('severity', '=', 'down')
        .execute(),
  }
}

const burns = (house: House) =>
  house.db
    .selectFrom('incidents')
    .select(['code', 'started_at', 'resolved_at', 'end_reason'])
    .where('severity', '=', 'burning')
    .orderBy('id')
    .execute()

test('an episode is one message: told when a rule holds, edited when it is over', async () => {
  await using house = await open()
  const shop = await falling(house, 10)
  house.start()
  await settleAt(house, 60)
  expect(house.pager.said).toEqual([])
  await settleAt(house, 61, 62, 63, 69)
  await shop.rises()
  // Five minutes later the last hour is over, half an hour later the last six: the three days are not.
  await settleAt(house, 70, 71, 75, 76, 99, 101, 300, 429)
  expect(house.pager.said).toEqual(['alert'])
  expect(house.pager.posts[0]).toMatchObject({
    silent: false,
    mention: null,
    news: {
      incident: {
        severity: 'burning',
        code: 'burn_1h',
        message: 'used 2 % of its error budget in 1 h',
        budget: { ...SLO, budgetMs: 43.2 * MINUTE, leftMs: 42.2 * MINUTE, burnRate: 16.67 },
      },
    },
  })
  await settleAt(house, 430, 431, 500)
  expect(house.pager.said).toEqual(['alert', 'edited: resolved'])
  expect(house.pager.edits[0]?.news).toMatchObject({
    incident: { budget: { leftMs: 43.2 * MINUTE - 10 * MINUTE, burnRate: 0 } },
  })
  expect(await burns(house)).toEqual([
    {
      code: 'burn_1h',
      started_at: START + 61 * MINUTE,
      resolved_at: START + 430 * MINUTE,
      end_reason: 'resolved',
    },
  ])
})

test('a graver rule and a spent budget are shown in the same message, and nothing milder is', async () => {
  await using house = await open()
  // Of 216 min: yesterday a tenth but for two minutes, which were today.
  const { monitor } = await house.add({ slo: { objective: 99.5, days: 30 } })
  const today = 1440
  await draw(
    house,
    monitor.id,
    '.'.repeat(60) + 'x'.repeat(20) + '.'.repeat(today) + 'xx...' + 'x'.repeat(210),
  )
  await drawIncident(house, monitor.id, 60, 80)
  await drawIncident(house, monitor.id, today + 80, today + 82)
  house.start()
  await settleAt(house, today + 80, today + 81, today + 82, today + 84)
  expect(house.pager.said).toEqual(['alert'])
  expect(house.pager.posts[0]?.news).toMatchObject({ incident: { code: 'burn_3d' } })
  const fall = today + 85
  await drawIncident(house, monitor.id, fall, null)
  await settleAt(house, ...[1, 3, 4, 20, 100, 190, 193, 194, 200].map((after) => fall + after))
  expect(house.pager.said).toEqual(['alert', 'edited: burn_1h', 'edited: budget_spent'])
})

test('an outage whose looks are rare burns on between them', async () => {
  await using house = await open()
  const { monitor } = await house.add({ slo: SLO, intervalSeconds: 3600 })
  await draw(house, monitor.id, `${'.'.repeat(60)}xx`)
  await drawIncident(house, monitor.id, 60, null)
  house.start()
  await settleAt(house, 62, 70, 110, 121, 125)
  expect(house.pager.said).toEqual(['alert'])
})

test('programs are told of its beginning, each worsening and its end', async () => {
  await using receiver = await openReceiver()
  await using house = await open()
  await house.webhook(receiver.url, { events: ['target.burning'] })
  await house.webhook(receiver.url, { name: 'deaf', events: ['target.up', 'target.expiring'] })
  const shop = await falling(house, 45)
  house.start()
  await settleAt(house, 61, 80, 104)
  await shop.rises()
  await editMonitor(house.account, house.change, shop.id, (it) => ({ ...it, slo: null }))
  house.delivery.wake()
  await receiver.heard(3)
  expect(receiver.types).toEqual(['target.burning', 'target.burning', 'target.burning'])
  const [begun, spent, over] = receiver.got.map(({ data }) => data)
  expect(begun).toEqual({
    target: expect.objectContaining({ id: shop.id, name: 'shop' }),
    slo: {
      ...SLO,
      budgetSeconds: 2592,
      budgetLeftSeconds: 2532,
      burnRate: 16.67,
      reason: 'burn_1h',
      startedAt: '2027-03-01T01:01:00.000Z',
      endedAt: null,
      endReason: null,
    },
  })
  expect(spent).toMatchObject({ slo: { reason: 'budget_spent', budgetLeftSeconds: -48 } })
  expect(over).toMatchObject({ slo: { endReason: 'changed', endedAt: expect.any(String) } })
})

test('mailboxes get a mail for what chats see in the message', async () => {
  await using house = await open()
  const mailbox = { kind: 'email', name: 'mail', linkId: null, channelId: 'm', threadId: null }
  await addChannel(house.account, START, mailbox)
  const shop = await falling(house, 45)
  const at = (minute: number) => settleBurns(house.db, START + minute * MINUTE)
  for (const minute of [61, 80, 104]) await at(minute)
  await shop.rises()
  // The budget is its own again when the outage lies before its days.
  await house.db
    .updateTable('incidents')
    .set({ resolved_at: 1, started_at: 0 })
    .where('severity', '=', 'down')
    .execute()
  await at(106)
  const rows = await house.db
    .selectFrom('notifications')
    .innerJoin('channels', 'channels.id', 'notifications.channel_id')
    .select(['kind', 'event'])
    .orderBy('notifications.id')
    .execute()
  expect(rows.map(({ kind, event }) => `${kind} ${event}`).toSorted()).toEqual([
    'email alert',
    'email recovery',
    'email reminder',
    'pager alert',
  ])
})

test('of an objective that was missed before it was set is told once', async () => {
  await using house = await open()
  const { id, rises } = await falling(house, 200, { slo: null })
  await rises()
  house.start()
  const later = 20 * 1440
  await settleAt(house, later)
  await editMonitor(house.account, house.change, id, (it) => ({ ...it, slo: SLO }))
  await settleAt(house, later + 1, later + 2, later + 70)
  expect(house.pager.said).toEqual(['alert'])
  expect(house.pager.posts[0]?.news).toMatchObject({ incident: { code: 'budget_spent' } })
})

test('many at once are one message to people, edited as they go on; programs hear each', async () => {
  await using receiver = await openReceiver()
  await using house = await open()
  await house.webhook(receiver.url, { events: ['target.burning'] })
  const shops = []
  for (let at = 1; at <= 7; at += 1) shops.push(await falling(house, 45, { name: `shop ${at}` }))
  house.start()
  await settleAt(house, 61)
  await receiver.heard(7)
  expect(house.pager.said).toEqual(['alert'])
  const said = (news: unknown) =>
    renderTerminal(wordNews(news as News), {
      color: false,
      columns: 100,
      zone: 'UTC',
      now: 0,
      isShell: false,
    }).split('\n')
  expect(said(house.pager.posts[0]!.news)).toEqual([
    '🟡 7 monitors burn their error budgets too fast',
    '  shop 1 · shop 2 · shop 3 · shop 4 · shop 5 · shop 6 · shop 7',
    '  Since 01:01:00 UTC',
  ])
  await settleAt(house, 104)
  await shops[0]!.rises()
  await house.db
    .updateTable('incidents')
    .set({ started_at: 0, resolved_at: 1 })
    .where('severity', '=', 'down')
    .execute()
  await settleAt(house, 106)
  expect(house.pager.posts).toHaveLength(1)
  expect(said(house.pager.edits.at(-1)!.news)[0]).toBe(
    '🟢 All 7 burn their error budgets no longer',
  )
})

test('what depends on something that is down is not warned of meanwhile', async () => {
  await using receiver = await openReceiver()
  await using house = await open()
  await house.webhook(receiver.url, { events: ['target.burning'] })
  const { monitor: router } = await house.add({ name: 'router' })
  const becomes = (status: 'down' | 'up') =>
    house.db
      .updateTable('monitor_states')
      .set({ status })
      .where('monitor_id', '=', router.id)
      .execute()
  await becomes('down')
  await falling(house, 45, { dependsOn: [router.id] })
  house.start()
  await settleAt(house, 61, 70)
  await receiver.heard(1)
  expect(house.pager.said).toEqual([])
  await becomes('up')
  await tellDue(house.db, house.clock.now())
  house.delivery.wake()
  await quiet(house)
  expect(house.pager.said).toEqual(['alert'])
})

test('another objective ends it, and so does deleting; the message says so', async () => {
  await using house = await open()
  const shop = await falling(house, 20)
  house.start()
  await settleAt(house, 61)
  const slo = { objective: 99, days: 30 }
  await editMonitor(house.account, house.change, shop.id, (it) => ({ ...it, slo }))
  await settleAt(house, 62, 68)
  expect(house.pager.said).toEqual(['alert', 'edited: changed'])
  await settleAt(house, 75)
  await deleteMonitor(house.account, house.change, shop.id)
  await settleAt(house, 76)
  expect(house.pager.said).toEqual(['alert', 'alert', 'edited: changed', 'edited: deleted'])
})

test('in maintenance nobody is told; what burns when it ends is told then', async () => {
  await using house = await open()
  const shop = await falling(house, 5)
  await planMaintenance(house.account, house.change, {
    name: 'night work',
    startsAt: START + 60 * MINUTE,
    endsAt: START + 80 * MINUTE,
  })
  await settleMaintenances(house.db, START + 60 * MINUTE, false)
  house.start()
  await settleAt(house, 61, 64)
  await shop.rises()
  await settleAt(house, 66, 79)
  expect(house.pager.said).toEqual([])
  await settleAt(house, 81)
  expect(house.pager.posts[0]?.news).toMatchObject({ incident: { code: 'burn_6h' } })
})

test('a pause neither begins nor ends it', async () => {
  await using house = await open()
  const shop = await falling(house, 5)
  house.start()
  await settleAt(house, 62)
  await shop.rises()
  await pauseMonitor(house.account, house.change, shop.id, null)
  await settleAt(house, 66, 440)
  expect(house.pager.said).toEqual(['alert'])
  await resumeMonitor(house.account, house.change, shop.id)
  await settleAt(house, 441)
  expect(house.pager.said).toEqual(['alert', 'edited: resolved'])
})

test('without an objective nothing burns, however long it is down', async () => {
  await using house = await open()
  await falling(house, 200, { slo: null })
  expect(await settleBurns(house.db, START + 250 * MINUTE)).toBe(false)
  expect(await burns(house)).toEqual([])
})

test('a restart tells nothing again', async () => {
  await using opened = new AsyncDisposableStack()
  const folder = opened.use(await temporaryFolder())
  const house = opened.use(await open(path.join(folder.path, 'uptalk.db')))
  await falling(house, 10)
  house.start()
  await settleAt(house, 61)
  const next = opened.use(await house.kill())
  next.start()
  await settleAt(next, 62, 63)
  expect(next.pager.said).toEqual(['alert'])
})

test(
  'wherever a process dies while it writes, an episode is told once',
  { timeout: 30_000 },
  async () => {
    await using folder = await temporaryFolder()
    let house = await open(path.join(folder.path, 'uptalk.db'))
    const { id } = await falling(house, 10)
    const { monitor } = await getMonitor(house.account, sealer, id)
    const budget = { ...SLO, budgetMs: 1, leftMs: 1, burnRate: 1 }
    const burn = { monitor, before: null, cause: { code: 'burn_1h', message: 'used some' }, budget }
    const now = START + 61 * MINUTE
    const end = { isDone: false }
    for (let statements = 0; !end.isDone; statements += 1) {
      const death = new Death(statements)
      void recordBurn(house.db.withPlugin(death), now, burn).then((isTold) => {
        end.isDone = isTold
        return isTold
      })
      await until('it is done or dead', () => end.isDone || death.hasCome)
      house = await house.kill()
      await settleBurns(house.db, now)
      const queued = await house.db.selectFrom('notifications').select('event').execute()
      const told = [(await burns(house)).length, ...queued.map(({ event }) => event)]
      expect([statements, ...told]).toEqual([statements, 1, 'alert'])
      await house.db.deleteFrom('notifications').execute()
      await house.db.deleteFrom('incidents').where('severity', '=', 'burning').execute()
    }
    await house[Symbol.asyncDispose]()
  },
)
