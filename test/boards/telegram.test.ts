import { expect, test } from 'vitest'
import { DAY, HOUR, MINUTE, SECOND } from '../../src/kernel/index.ts'
import { words } from '../bots/commands/house.ts'
import { cutAfter, refuse, tooMany } from '../support/telegram/index.ts'
import { openTelegramTown } from './town.ts'

test('everything at a glance, in words that stay true', async () => {
  await using town = await openTelegramTown()
  const shop = await town.add('Shop')
  await town.add('API')
  await town.falls(shop)
  await town.says('ack shop')
  await town.told()
  await town.later(DAY)
  await town.says('board on')
  expect(town.messages()[0]!.text).toBe(
    [
      '🔴 1 of 2 is down',
      '🔴 Shop · down, since 1 Mar 14:00:00 UTC · connection refused · Bob is on it',
      '1 up · no data in the 24 h before 14:00:00 UTC',
      'As of 2 Mar 14:00:00 UTC; it changes by itself.',
    ].join('\n'),
  )
  expect(town.platform.fake.callsOf('pinChatMessage')).toMatchObject([
    { body: { disable_notification: true } },
  ])
})

test('in a topic it stands and stays there; with the topic it ends', async () => {
  await using town = await openTelegramTown(7)
  const { fake, room } = town.platform
  const id = await town.add('Shop')
  expect(words(await town.says('board on'))).toMatch(/pinned in this topic/)
  expect(fake.messages(room.id)).toMatchObject([{ threadId: 7, pinned: true }])
  expect(words(await town.says('board show', undefined, { threadId: null }))).toMatch(
    /^No board is kept in this chat/,
  )
  room.topics.delete(7)
  fake.delete(fake.messages(room.id)[0]!)
  await town.falls(id)
  await town.later(MINUTE)
  await town.later(MINUTE)
  expect(await town.row()).toMatchObject({ is_active: 0, trouble: /thread not found/ as never })
  expect(fake.messages(room.id)).toEqual([])
})

test('killed between post and record there are two messages at most, and one is pinned', async () => {
  await using town = await openTelegramTown()
  await town.add('Shop')
  const { messenger } = town.platform
  town.messengers['telegram'] = {
    ...messenger,
    post: async (post, signal) => {
      await messenger.post(post, signal)
      throw new Error('killed')
    },
  }
  await town.says('board on')
  town.messengers['telegram'] = messenger
  town.restart()
  await town.later(MINUTE + SECOND)
  await town.later(HOUR)
  expect(town.messages()).toMatchObject([{ pinned: false }, { pinned: true }])
})

test('an answer that is lost is doubt: nothing is posted again for an hour', async () => {
  await using town = await openTelegramTown()
  await town.add('Shop')
  town.platform.fake.next('sendMessage', cutAfter)
  await town.says('board on')
  await town.later(50 * MINUTE)
  expect(town.messages()).toHaveLength(1)
  await town.later(15 * MINUTE)
  expect(town.messages()).toMatchObject([{ pinned: false }, { pinned: true }])
})

test('a group that becomes a supergroup keeps its board, posted anew', async () => {
  await using town = await openTelegramTown()
  const { fake, room, place } = town.platform
  const id = await town.add('Shop')
  await town.says('board on')
  const next = fake.migrate(room, true)
  await town.falls(id)
  await town.later(MINUTE)
  await town.later(MINUTE)
  expect(fake.messages(next.id)).toMatchObject([{ pinned: true }])
  // That the service message comes after it changes nothing.
  await town.desk.placeMoved(place, String(next.id))
  await town.later(MINUTE)
  expect(fake.messages(next.id)).toHaveLength(1)
  const moved = { serverId: String(next.id), channelId: String(next.id) }
  expect(words(await town.says('board show', undefined, moved))).toMatch(/^The board is pinned/)
})

test('kicked, it rests with the reason', async () => {
  await using town = await openTelegramTown()
  const id = await town.add('Shop')
  await town.says('board on')
  town.platform.room.closed = null
  town.platform.fake.next(
    'editMessageText',
    refuse(403, 'Forbidden: bot was kicked from the supergroup chat'),
  )
  await town.falls(id)
  await town.later(MINUTE)
  expect(await town.row()).toMatchObject({ is_active: 0 })
  expect((await town.row()).trouble).toContain('kicked')
})

test('a chat that may not be written to has no board, and why is said', async () => {
  await using town = await openTelegramTown()
  await town.add('Shop')
  town.platform.fake.mute(town.platform.room)
  expect(words(await town.says('board on'))).toMatch(
    /^No board can be kept in this chat: .*not enough rights/,
  )
})

test('a platform that asks for patience is given it', async () => {
  await using town = await openTelegramTown()
  const id = await town.add('Shop')
  await town.says('board on')
  await town.falls(id)
  town.platform.fake.next('editMessageText', tooMany(40))
  await town.later(MINUTE)
  await town.later(30 * SECOND)
  expect(town.platform.fake.callsOf('editMessageText')).toHaveLength(1)
  town.clock.step(-39 * SECOND)
  await town.clock.turn(39 * SECOND)
  await town.later(11 * SECOND)
  expect(town.messages()).toMatchObject([{ edits: 1 }])
})

test('a private chat has one, too', async () => {
  await using town = await openTelegramTown()
  const { fake } = town.platform
  const ann = fake.person('Ann')
  const chat = fake.privateChat(ann)
  const place = { serverId: String(chat.id), channelId: String(chat.id), isPrivate: true }
  await town.link(town.account, place)
  chat.mayPin = false
  expect(
    words(
      await town.says(
        'board on',
        { userId: String(ann.id), displayName: 'Ann', standing: 'creator' },
        place,
      ),
    ),
  ).toMatch(/^The board is pinned in this chat/)
  expect(fake.messages(chat.id)).toMatchObject([{ pinned: true }])
})
