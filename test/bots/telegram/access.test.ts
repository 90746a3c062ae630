import type { Message, MessageEntity } from 'grammy/types'
import { expect, test } from 'vitest'
import { createLinkCode } from '../../../src/accounts/index.ts'
import type { Person, Sent } from '../../support/telegram/index.ts'
import { openHouse } from '../commands/house.ts'
import { openRunningStage } from './stage.ts'

/** A group of ours, made by Ann, with the real desk behind the adapter. */
async function openGroup() {
  await using opened = new AsyncDisposableStack()
  const house = opened.use(await openHouse())
  const stage = opened.use(await openRunningStage(undefined, house.desk))
  const { fake } = stage
  const [ann, bob, cat] = [fake.person('Ann'), fake.person('Bob', 'Bob_B'), fake.person('Cat')]
  const chat = fake.group('Night shift', { creator: ann, administrators: [bob] })
  const says = (from: Person, text: string, as: Partial<Message> = {}): Promise<Sent> =>
    stage.say({ chat, from, text, as })
  const { ours, clock, chance } = house
  const code = await createLinkCode(ours, clock.now(), chance, { type: 'cli', name: 'test' })
  await says(bob, `/uptime link ${code}`)
  await house.add('Shop')
  const kept = opened.move()
  return {
    house,
    stage,
    fake,
    chat,
    ann,
    bob,
    cat,
    says,
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  }
}

/** The entity that Telegram makes of a piece of the text. */
const over = (text: string, piece: string, entity: object): { entities: MessageEntity[] } => ({
  entities: [{ offset: text.indexOf(piece), length: piece.length, ...entity } as MessageEntity],
})

const answering = (message: object): Partial<Message> =>
  ({ reply_to_message: message }) as Partial<Message>

test('a person without an @name is mentioned, and does what he was refused before', async () => {
  await using group = await openGroup()
  const { stage, fake, chat, ann, cat, says } = group
  const refused = await says(cat, '/uptime pause shop')
  expect(refused.text).toBe(
    'Pausing needs the responder role. Bob and the administrators here have it.',
  )
  const text = '/uptime access Cat responder'
  const given = await says(ann, text, over(text, 'Cat', { type: 'text_mention', user: cat }))
  expect(given.text).toBe('Cat is responder here now.')
  const paused = await says(cat, '/uptime pause shop')
  expect(paused.text).toContain('Shop is paused')
  expect((await says(cat, '/uptime whoami')).text).toMatch(
    new RegExp(`Cat, responder here\nWhy: given by Ann\nYour number: ${cat.id}\n`),
  )

  // Taken away while the message with its button still stands there.
  const take = '/uptime access Cat none'
  await says(ann, take, over(take, 'Cat', { type: 'text_mention', user: cat }))
  await stage.clock.turn(1000)
  await fake.press(paused, 'Resume', cat)
  const said = await fake.waitFor(() =>
    fake.messages(chat.id).find(({ text: it }) => it.startsWith('Resuming needs')),
  )
  expect(said.text).toBe(
    'Resuming needs the responder role. Bob and the administrators here have it.',
  )
  expect(fake.message(paused).before).toEqual([])
})

test('an answer to his message gives it to who wrote that, an @name to who spoke here under it', async () => {
  await using group = await openGroup()
  const { ann, bob, cat, says, stage } = group
  const his = { message_id: 7, date: 1, chat: group.chat, from: cat, text: 'hello' }
  expect((await says(ann, '/uptime access manager', answering(his))).text).toBe(
    'Cat is manager here now.',
  )
  const mention = (text: string, piece: string) => over(text, piece, { type: 'mention' })
  const dan = group.fake.person('Dan', 'dan_d')
  const line = '/uptime access @Dan_D manager'
  const unknown = await says(ann, line, mention(line, '@Dan_D'))
  expect(unknown.text).toMatch(/^I do not know who @Dan_D is\.\nTelegram lets me know people by/)
  await says(dan, '/uptime whoami')
  expect((await says(ann, line, mention(line, '@Dan_D'))).text).toBe('Dan is manager here now.')
  // The @name passed on to somebody else: the one who is heard under it is meant.
  await says({ ...dan, username: 'dan_dan' }, '/uptime whoami')
  await says({ ...cat, username: 'dan_d' }, '/uptime whoami')
  expect((await says(ann, line, mention(line, '@Dan_D'))).text).toBe('Cat is manager here already.')
  const taken = '/uptime access @Bob_b none'
  expect((await says(ann, taken, mention(taken, '@Bob_b'))).text).toBe(
    'Bob linked this chat, and stays its owner.',
  )
  expect(stage.log.lines.filter(({ level }) => level === 'error')).toEqual([])
  expect(bob.username).toBe('Bob_B')
})

test('neither a bot, a mask nor the message that opened a topic is somebody to give a role to', async () => {
  await using group = await openGroup()
  const { ann, cat, says, fake, chat } = group
  const by = (more: object) => answering({ message_id: 7, date: 1, chat, from: cat, ...more })
  for (const message of [
    by({ from: fake.world.bot, text: 'Shop is down' }),
    by({ sender_chat: { id: chat.id, type: 'supergroup', title: 'Ops' }, text: 'hello' }),
    by({ forum_topic_created: { name: 'Topic', icon_color: 1 } }),
  ])
    expect((await says(ann, '/uptime access manager', message)).text).toMatch(
      /^Say whose role it is to be\./,
    )
})

test('an anonymous administrator is manager and no owner; where nobody can be asked he is a viewer', async () => {
  await using group = await openGroup()
  const { chat, ann, bob, says, fake } = group
  const anonymous: Person = { id: 1_087_968_824, is_bot: true, first_name: 'Group' }
  const mask = { sender_chat: { id: chat.id, type: 'supergroup', title: 'Night shift' } } as never
  expect((await says(anonymous, '/uptime alerts level down', mask)).text).toContain('Told of')
  expect((await says(anonymous, '/uptime access default owner', mask)).text).toBe(
    'Giving roles needs the owner role. Bob has it.',
  )
  // What is given to the number they all share is given to none of them.
  await says(ann, `/uptime access ${anonymous.id} owner`)
  expect((await says(anonymous, '/uptime access', mask)).text).toContain('needs the owner role')

  const dan = fake.person('Dan')
  chat.administrators.push(dan)
  fake.always('getChatAdministrators', { kind: 'html', status: 502 })
  fake.always('getChatMember', { kind: 'html', status: 502 })
  await group.stage.clock.turn(61_000)
  expect((await says(dan, '/uptime alerts off')).text).toMatch(/^Changing alerts needs the manager/)
  // Who linked it is known without asking.
  expect((await says(bob, '/uptime access')).text).toContain('Who may do what in this chat')
})
