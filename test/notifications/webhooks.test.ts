import { sql } from 'kysely'
import { Webhook } from 'standardwebhooks'
import { expect, test } from 'vitest'
import { acknowledgeIncident } from '../../src/incidents/index.ts'
import { HOUR, MINUTE, SECOND } from '../../src/kernel/index.ts'
import { editMonitor, pauseMonitor } from '../../src/monitors/index.ts'
import { editChannel, getChannel, rotateSecret } from '../../src/notifications/index.ts'
import type { Outcome } from '../../src/probes/index.ts'
import { by, House } from '../support/house.ts'
import { verdictsOf } from '../support/outage.ts'
import { openReceiver, type Receiver } from '../support/receiver.ts'
import { until } from '../support/until.ts'

const unseen = async (): Promise<Outcome> => ({
  status: 'unknown',
  code: 'internal',
  message: '',
  durationMs: 1,
  timings: { total: 1 },
})

async function outage(house: House, input: Record<string, unknown> = {}) {
  const { monitor } = await house.add(input)
  const verdicts = verdictsOf(house.db, monitor)
  await verdicts.open(house.clock.now())
  return {
    monitor,
    resolve: () => verdicts.resolve(house.clock.now()),
    ack: async () => {
      const incident = await house.db
        .selectFrom('incidents')
        .select('id')
        .where('monitor_id', '=', monitor.id)
        .executeTakeFirstOrThrow()
      await acknowledgeIncident(house.account, house.clock.now(), by, incident.id)
    },
  }
}

const facts = (house: House) =>
  house.db
    .selectFrom('notifications')
    .select(['state', 'attempts', 'error', 'due_at', 'incident_id'])
    .where('event', '=', 'fact')
    .orderBy('id')
    .execute()

/** Turns time on in small steps until the receiver has heard so much. */
const heard = (house: House, receiver: Receiver, count: number, step = 100) =>
  until(`${count} heard`, async () => {
    if (receiver.got.length < count) await house.clock.turn(step)
    return receiver.got.length >= count
  })

const settled = (house: House) =>
  until('nothing waits', async () => {
    await house.clock.turn(50)
    return (await facts(house)).every(({ state }) => state !== 'pending')
  })

test('an event is signed so that the reference library believes it, and says what happened', async () => {
  await using receiver = await openReceiver()
  await using house = await House.open({ probe: unseen, startsAt: Date.now() })
  const { secret } = await house.webhook(receiver.url, {
    webhookInfo: { url: receiver.url, headers: { 'X-Team': 'ops' } },
  })
  const it = await outage(house)
  house.start()
  await heard(house, receiver, 1)
  await it.ack()
  await it.resolve()
  await heard(house, receiver, 3)
  expect(receiver.types).toEqual(['target.down', 'incident.acknowledged', 'target.up'])
  for (const { body, headers } of receiver.got) {
    expect(new Webhook(secret).verify(body, headers)).toMatchObject({
      timestamp: expect.stringMatching(/^\d{4}-.*Z$/) as string,
    })
    expect(headers).toMatchObject({ 'x-team': 'ops', 'content-type': 'application/json' })
    expect(headers['webhook-id']).toMatch(/^msg_[0-9a-f]+$/)
  }
  expect(receiver.got[0]?.data).toMatchObject({
    target: {
      '@id': '/base/api/targets/1',
      id: 1,
      name: 'shop',
      url: 'http://shop.example/',
      type: 'HTTP',
      statusSummary: 'ERROR',
    },
    incident: {
      '@id': '/base/api/target_incidents/1',
      id: 1,
      endedAt: null,
      durationSeconds: 0,
      errorCode: 'connect_refused',
      errorMessage: '127.0.0.1 refuses connections on port 443',
    },
  })
  expect(receiver.got[2]?.data).toMatchObject({
    target: { statusSummary: 'GOOD' },
    incident: { endedAt: expect.any(String) as string, endReason: 'resolved' },
  })
  expect(new Set(receiver.got.map(({ id }) => id)).size).toBe(3)
})

test('what a receiver does not take is sent again five seconds later, the same in all but its time', async () => {
  await using receiver = await openReceiver()
  await using house = await House.open({ probe: unseen })
  await house.webhook(receiver.url)
  receiver.answers.push(500)
  await outage(house)
  house.start()
  await heard(house, receiver, 1)
  const first = house.clock.now()
  await until('written down', async () => {
    await house.clock.turn(20)
    return (await facts(house))[0]?.error === 'HTTP 500'
  })
  await heard(house, receiver, 2, 50)
  const waited = house.clock.now() - first
  expect(waited).toBeGreaterThanOrEqual(5 * SECOND)
  expect(waited).toBeLessThan(6 * SECOND)
  const [one, two] = receiver.got
  expect([two?.id, two?.body]).toEqual([one?.id, one?.body])
  expect(Number(two?.headers['webhook-timestamp'])).toBeGreaterThan(
    Number(one?.headers['webhook-timestamp']),
  )
  await settled(house)
  expect(await facts(house)).toMatchObject([{ state: 'sent', attempts: 2, error: null }])
})

test('ten attempts over three days, also across restarts; then it has failed and says so', async () => {
  await using receiver = await openReceiver()
  await using house = await House.open({ probe: unseen })
  const { channel } = await house.webhook(receiver.url)
  receiver.answers.push(...Array.from({ length: 20 }, () => 503))
  await outage(house)
  const waits: number[] = []
  for (let attempt = 1; attempt <= 10; attempt += 1) {
    house.start()
    await heard(house, receiver, attempt)
    await until('written down', async () => (await facts(house))[0]?.attempts === attempt)
    const isOver = () => facts(house).then(([row]) => row?.error === 'HTTP 503')
    await until('its answer too', isOver)
    await house.stop()
    const [row] = await facts(house)
    if (attempt === 10) break
    expect(row?.state).toBe('pending')
    waits.push(row!.due_at - house.clock.now())
    house.clock.step(row!.due_at - house.clock.now())
  }
  const planned = [5 * SECOND, 5 * MINUTE, 30 * MINUTE]
  planned.push(...[2, 5, 10, 14, 20, 24].map((hours) => hours * HOUR))
  for (const [at, wait] of waits.entries()) {
    expect(wait).toBeGreaterThan(planned[at]! * 0.98)
    expect(wait).toBeLessThanOrEqual(Math.min(planned[at]! * 1.1, 24 * HOUR))
  }
  expect(await facts(house)).toMatchObject([{ state: 'failed', attempts: 10, error: 'HTTP 503' }])
  expect(await getChannel(house.account, channel.id)).toMatchObject({
    is_active: 1,
    failing_since: expect.any(Number) as number,
  })
})

test('events of one incident keep their order, those of others do not wait for them', async () => {
  await using receiver = await openReceiver()
  await using house = await House.open({ probe: unseen })
  await house.webhook(receiver.url)
  receiver.answers.push(500)
  const shop = await outage(house, { name: 'shop' })
  house.start()
  await heard(house, receiver, 1)
  await until('written down', async () => (await facts(house))[0]?.error === 'HTTP 500')
  await shop.resolve()
  await house.clock.turn(1000)
  expect(receiver.types).toEqual(['target.down'])
  // It takes this one; so it is well again, and what waited goes at once.
  await outage(house, { name: 'mail' })
  await heard(house, receiver, 4)
  const { said } = receiver
  expect(said.slice(0, 2)).toEqual(['shop target.down', 'mail target.down'])
  expect(said.slice(2)).toEqual(['shop target.down', 'shop target.up'])
})

test('a receiver that is gone is switched off; a redirect is no delivery; its own wait is kept', async () => {
  await using receiver = await openReceiver()
  await using house = await House.open({ probe: unseen })
  const { channel } = await house.webhook(receiver.url)
  receiver.answers.push({ status: 307, headers: { location: `${receiver.url}/else` } })
  receiver.answers.push({ status: 429, headers: { 'retry-after': '3600' } }, 410)
  await outage(house)
  house.start()
  await heard(house, receiver, 1)
  await until('written down', async () => (await facts(house))[0]?.error === 'HTTP 307')
  await heard(house, receiver, 2, 1000)
  await until('written down', async () => (await facts(house))[0]?.error === 'HTTP 429')
  const [row] = await facts(house)
  expect(row!.due_at - house.clock.now()).toBeGreaterThan(3598 * SECOND)
  await heard(house, receiver, 3, MINUTE)
  await until('switched off', async () => {
    await house.clock.turn(50)
    return (await getChannel(house.account, channel.id)).is_active === 0
  })
  expect(await getChannel(house.account, channel.id)).toMatchObject({
    off_reason: 'the webhook answered HTTP 410 (gone)',
  })
  // The account's other channel hears of it.
  await until('told', async () => {
    await house.clock.turn(50)
    return house.pager.said.includes('notice')
  })
})

test('a new secret signs beside the old one for a day', async () => {
  await using receiver = await openReceiver()
  await using house = await House.open({ probe: unseen, startsAt: Date.now() })
  const { channel, secret } = await house.webhook(receiver.url)
  const fresh = await rotateSecret(house.account, house.channelTools, channel.id)
  expect(fresh).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/)
  expect(fresh).not.toBe(secret)
  await outage(house)
  house.start()
  await heard(house, receiver, 1)
  const { body, headers } = receiver.got[0]!
  for (const it of [secret, fresh]) new Webhook(it).verify(body, headers)
  expect(headers['webhook-signature']?.split(' ')).toHaveLength(2)
  const { secrets } = await getChannel(house.account, channel.id)
  for (const it of [secret, fresh]) expect(secrets).not.toContain(it.slice(6))
})

test('programs hear of what people are spared: dependants, pauses, reminders', async () => {
  await using receiver = await openReceiver()
  await using house = await House.open({ probe: unseen })
  await house.webhook(receiver.url)
  const router = await outage(house, { name: 'router', policy: { reminderSeconds: 300 } })
  const child = await house.add({ name: 'shop', dependsOn: [router.monitor.id] })
  const verdicts = verdictsOf(house.db, child.monitor)
  house.start()
  await heard(house, receiver, 1)
  await verdicts.open(house.clock.now())
  await heard(house, receiver, 2)
  expect(house.pager.posts).toHaveLength(1)
  await house.clock.turn(301 * SECOND)
  await heard(house, receiver, 3)
  await pauseMonitor(house.account, house.change, router.monitor.id, null)
  await heard(house, receiver, 4)
  expect(receiver.said).toEqual([
    'router target.down',
    'shop target.down',
    'router target.reminder',
    'router target.up',
  ])
  expect(receiver.got[3]?.data['incident']).toMatchObject({ endReason: 'paused' })
  expect(receiver.got[3]?.data['target']).toMatchObject({ statusSummary: 'PAUSED' })
})

test('a channel hears what its monitors pick and it wants itself', async () => {
  await using all = await openReceiver()
  await using tagged = await openReceiver()
  await using named = await openReceiver()
  await using ends = await openReceiver()
  await using house = await House.open({ probe: unseen })
  await house.webhook(all.url)
  await house.webhook(tagged.url, { tags: ['prod'] })
  const { channel } = await house.webhook(named.url, { isDefault: false })
  await house.webhook(ends.url, { events: ['target.up'] })
  const shop = await outage(house, { name: 'shop', tags: ['prod'] })
  const mail = await outage(house, { name: 'mail', policy: { channels: [channel.id] } })
  const nobody = await outage(house, { name: 'nobody', policy: { channels: [] } })
  for (const it of [shop, mail, nobody]) await it.resolve()
  house.start()
  await settled(house)
  const said = (it: Receiver) => it.said.toSorted()
  expect(said(all)).toEqual(['shop target.down', 'shop target.up'])
  expect(said(tagged)).toEqual(['shop target.down', 'shop target.up'])
  expect(said(named)).toEqual(['mail target.down', 'mail target.up'])
  expect(said(ends)).toEqual(['shop target.up'])
  // A list that named it is rid of it when it goes.
  await house.db.deleteFrom('channels').where('id', '=', channel.id).execute()
  const { policy } = await house.db
    .selectFrom('monitors')
    .select('policy')
    .where('id', '=', mail.monitor.id)
    .executeTakeFirstOrThrow()
  expect(JSON.parse(policy)).toMatchObject({ channels: [] })
})

test('what nobody acknowledges in time goes on to others; who is on it stops that', async () => {
  await using receiver = await openReceiver()
  await using house = await House.open({ probe: unseen })
  const { channel } = await house.webhook(receiver.url, { isDefault: false })
  const policy = { escalateAfterSeconds: 600, escalateTo: [channel.id] }
  const shop = await outage(house, { name: 'shop', policy })
  const mail = await outage(house, { name: 'mail', policy })
  await mail.ack()
  house.start()
  await house.clock.turn(599 * SECOND)
  expect(receiver.types).toEqual([])
  await house.clock.turn(2 * SECOND)
  await heard(house, receiver, 1)
  await shop.resolve()
  await mail.resolve()
  await heard(house, receiver, 2)
  await settled(house)
  expect(receiver.said).toEqual(['shop target.down', 'shop target.up'])
})

test('a muted channel is told afterwards of what still goes on, and of nothing that is over', async () => {
  await using receiver = await openReceiver()
  await using house = await House.open({ probe: unseen })
  const { channel } = await house.webhook(receiver.url)
  const early = await outage(house, { name: 'early' })
  house.start()
  await heard(house, receiver, 1)
  await editChannel(house.account, house.channelTools, channel.id, (it) => ({
    ...it,
    mutedUntil: house.clock.now() + HOUR,
  }))
  const blip = await outage(house, { name: 'blip' })
  await outage(house, { name: 'lasting' })
  await house.clock.turn(SECOND)
  await blip.resolve()
  await early.resolve()
  house.clock.step(50 * MINUTE)
  await house.clock.turn(SECOND)
  expect(receiver.types).toEqual(['target.down'])
  house.clock.step(11 * MINUTE)
  await settled(house)
  const said = receiver.said.slice(1)
  expect(said.toSorted()).toEqual(['early target.up', 'lasting target.down'])
  expect((await facts(house)).map(({ state }) => state)).toContain('superseded')
})

test('quiet hours hold warnings until morning, and no outage', async () => {
  await using house = await House.open({ probe: unseen })
  const [pager] = await house.account.selectFrom('channels').selectAll().execute()
  await editChannel(house.account, house.channelTools, pager!.id, (it) => ({
    ...it,
    // It is 14:00 UTC.
    quietHours: { from: '15:00', to: '23:30', timezone: 'Europe/Berlin' },
  }))
  await outage(house)
  const { monitor } = await house.add({ name: 'cert' })
  await house.account
    .insertInto('incidents')
    .values({
      monitor_id: monitor.id,
      monitor_name: 'cert',
      url: monitor.url,
      severity: 'warning',
      started_at: house.clock.now(),
      detected_at: house.clock.now(),
      code: 'tls_expiring',
      message: 'ends in 14 days',
      failures: 1,
      ends_at: house.clock.now() + 14 * 24 * HOUR,
    })
    .execute()
  house.start()
  await until('held', async () => {
    await house.clock.turn(250)
    const rows = await house.db.selectFrom('notifications').select(['state', 'is_held']).execute()
    return rows.filter((it) => it.state === 'sent' || it.is_held === 1).length === 2
  })
  expect(house.pager.posts.map(({ news }) => 'incident' in news && news.incident.severity)).toEqual(
    ['down'],
  )
  house.clock.step(8 * HOUR + 29 * MINUTE)
  await house.clock.turn(SECOND)
  expect(house.pager.posts).toHaveLength(1)
  house.clock.step(2 * MINUTE)
  await until('told', async () => {
    await house.clock.turn(250)
    return house.pager.posts.length === 2
  })
})

test('a program hears each event once, though the database refuses to take that down for a while', async () => {
  await using receiver = await openReceiver()
  await using house = await House.open({ probe: unseen })
  await house.webhook(receiver.url)
  house.start()
  await house.clock.turn(SECOND)
  for (const name of ['shop', 'mail', 'blog']) await outage(house, { name })
  await sql`pragma query_only = on`.execute(house.db)
  await heard(house, receiver, 3)
  await house.clock.turn(10 * SECOND)
  await sql`pragma query_only = off`.execute(house.db)
  await settled(house)
  expect(receiver.said.toSorted()).toEqual([
    'blog target.down',
    'mail target.down',
    'shop target.down',
  ])
})

test('a change of a monitor may name channels of its own account only', async () => {
  await using house = await House.open({ probe: unseen })
  const { monitor } = await house.add()
  const change = (channels: number[]) =>
    editMonitor(house.account, house.change, monitor.id, (config) => ({
      ...config,
      policy: { ...config.policy, channels },
    }))
  await expect(change([1, 99])).rejects.toMatchObject({
    violations: [{ path: 'policy.channels[1]', code: 'not_found' }],
  })
  expect((await change([1])).monitor.policy.channels).toEqual([1])
})
