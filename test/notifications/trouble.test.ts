import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { addChannel, listChannels, moveChannels } from '../../src/notifications/index.ts'
import { Eye, refused, well } from '../support/eye.ts'
import { House } from '../support/house.ts'
import { until } from '../support/until.ts'

const refuseWrites = (house: House) => sql`pragma query_only = on`.execute(house.db)
const allowWrites = (house: House) => sql`pragma query_only = off`.execute(house.db)
const rows = (house: House) => house.db.selectFrom('notifications').selectAll().execute()
const comes = (house: House, what: string, holds: () => boolean | Promise<boolean>) =>
  until(what, async () => {
    if (await holds()) return true
    await house.clock.turn(250)
    return holds()
  })
const done = { kind: 'done', messageId: null } as const

/** A house whose monitors all fail, and are told of at the first failure. */
async function failing(names: readonly string[] = ['shop']) {
  const eye = new Eye()
  eye.sees = () => refused
  const house = await House.open({ probe: eye.probe })
  for (const name of names) await house.add({ name, policy: { confirmations: 1 } })
  return { eye, house }
}

test('what was sent while the database refused to write is not sent again', async () => {
  const { house } = await failing()
  await using _ = house
  house.pager.answer = async () => {
    await refuseWrites(house)
    return done
  }
  house.start()
  await comes(house, 'sent', () => house.pager.posts.length === 1)
  await house.clock.turn(120_000)
  house.pager.answer = null
  await allowWrites(house)
  await comes(house, 'written down', async () => (await rows(house))[0]?.state === 'sent')
  await house.clock.turn(120_000)
  expect(house.pager.said).toEqual(['alert'])
})

test('alerts that wait already go out while the database refuses to write, each once', async () => {
  const { house } = await failing(['a', 'b', 'c'])
  await using _ = house
  house.pager.answer = () => ({ kind: 'again', why: 'away' })
  house.start()
  await comes(house, 'queued', async () => (await rows(house)).length === 3)
  await house.clock.turn(10)
  await refuseWrites(house)
  house.pager.answer = null
  await house.clock.turn(60_000)
  expect(house.pager.said).toEqual(['alert', 'alert', 'alert'])
  await allowWrites(house)
  await comes(house, 'written down', async () =>
    (await rows(house)).every(({ state }) => state === 'sent'),
  )
  expect(house.pager.said).toHaveLength(3)
})

test('what waits for a platform goes when it is back, not when the wait is over', async () => {
  const { house } = await failing()
  await using _ = house
  let asked = 0
  house.pager.answer = () => {
    asked += 1
    return { kind: 'again', why: 'away' }
  }
  house.start()
  await comes(house, 'tried six times', () => asked === 6)
  house.pager.answer = null
  await house.clock.turn(1000)
  expect(house.pager.said).toEqual([])
  house.delivery.back('another')
  await house.clock.turn(1000)
  expect(house.pager.said).toEqual([])
  house.delivery.back('pager')
  await until('told', () => house.pager.said.length === 1)
})

test('a recovery that comes while an older state is found needless is shown all the same', async () => {
  const { eye, house } = await failing()
  await using _ = house
  house.start()
  await comes(house, 'told', () => house.pager.posts.length === 1)
  // A row that has nothing new to say, and a recovery written before it is settled.
  await house.stop()
  const sent = (await rows(house))[0]!
  await house.account
    .insertInto('notifications')
    .values({
      channel_id: sent.channel_id,
      incident_id: sent.incident_id,
      event: 'alert',
      rev: 1,
      due_at: 1,
      created_at: 1,
    })
    .execute()
  eye.sees = () => well
  let isBetween = true
  house.afterNewsRead = async () => {
    if (!isBetween) return
    isBetween = false
    await house.engine.check(house.account, 1)
  }
  house.start()
  await comes(house, 'told again', () => house.pager.posts.length === 2)
  await comes(house, 'all done', async () =>
    (await rows(house)).every(({ state }) => state !== 'pending'),
  )
  expect(house.pager.said).toEqual(['alert', 'recovery', 'edited: resolved'])
})

test('a refused text does not swallow the change that came meanwhile', async () => {
  const { eye, house } = await failing()
  await using _ = house
  house.pager.answer = async () => {
    house.pager.answer = null
    eye.sees = () => well
    await house.engine.check(house.account, 1)
    return { kind: 'ours', why: 'too long' }
  }
  house.start()
  await comes(house, 'told', () => house.pager.posts.length > 0)
  expect(house.pager.posts[0]?.news).toMatchObject({ incident: { endReason: 'resolved' } })
})

test('choosing a channel again keeps what waits for it and the messages it has', async () => {
  const { house } = await failing()
  await using _ = house
  house.pager.answer = () => ({ kind: 'again', why: 'away' })
  house.start()
  await comes(house, 'tried', async () => (await rows(house))[0]?.attempts === 1)
  house.pager.answer = null
  const again = { kind: 'pager', name: 'ops 2', linkId: null, channelId: 'c1', threadId: null }
  await addChannel(house.account, house.clock.now(), again)
  await comes(house, 'told', () => house.pager.posts.length === 1)
  await addChannel(house.account, house.clock.now(), again)
  expect(await house.db.selectFrom('messages').selectAll().execute()).toHaveLength(1)
  expect(await listChannels(house.account)).toMatchObject([{ name: 'ops 2', is_active: 1 }])
})

test('a chat that moved to where another channel tells already is switched off, not asked for ever', async () => {
  const { house } = await failing()
  await using _ = house
  const there = { kind: 'pager', name: 'there', linkId: null, channelId: 'c2', threadId: null }
  await addChannel(house.account, 1, there)
  const post = house.pager.post.bind(house.pager)
  house.pager.post = async (it) =>
    it.address.channelId === 'c1'
      ? { kind: 'elsewhere', why: 'moved', address: { channelId: 'c2', threadId: null } }
      : post(it)
  house.start()
  await comes(house, 'settled', async () => {
    const all = await rows(house)
    return all.length > 2 && all.every(({ state }) => state !== 'pending')
  })
  const off = (await listChannels(house.account)).filter((it) => it.is_active === 0)
  expect(off).toMatchObject([{ off_reason: 'moved' }])
  await moveChannels(house.db, 'pager', 'c1', 'c2')
  expect(await listChannels(house.account)).toHaveLength(2)
})
