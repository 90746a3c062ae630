import type { CallbackQuery, ChatMemberUpdated, Message, Update, UserFromGetMe } from 'grammy/types'
import { MINUTE, type PartTools } from '../../src/kernel/index.ts'
import { cardOf, type Desk, type Ending, type Reply } from '../commands/index.ts'
import { readLine, type Said } from './lines.ts'
import { openAcquaintances } from './named.ts'
import { actorOf, askBy, placeOf, threadOf } from './people.ts'
import { pictured } from './picture.ts'
import { answerText, renderTelegram } from './render.ts'
import { promptOf, readAnswer } from './prompt.ts'
import type { Speaker, Where } from './speaker.ts'
import type { Standings } from './standing.ts'
import type { Tasks } from './tasks.ts'

const SAYS = {
  looking: 'Looking…',
  blocked: 'blocked by the person',
  removed: 'removed from the chat',
} as const

/** Updates handled already; a restart or a lost confirmation brings them again. */
export interface SeenUpdates {
  /** Records the update; false when it was known already. */
  first(updateId: number): Promise<boolean>
}

export interface Ears {
  readonly desk: Desk
  readonly seen: SeenUpdates
  readonly speaker: Speaker
  readonly standings: Standings
  readonly tasks: Tasks
  readonly ending: Ending
  readonly tools: PartTools
}

const OLD_MS = 10 * MINUTE
const LOOKING = { text: SAYS.looking, entities: [] }
const ANSWER_MAX = 200

const isIn = (member: ChatMemberUpdated['new_chat_member']): boolean =>
  member.status === 'restricted'
    ? member.is_member
    : member.status !== 'left' && member.status !== 'kicked'

/**
 * Hears one update. Whatever takes time is queued by chat, so that the next update is heard at once
 * and a slow chat holds up nobody else.
 */
export function hearUpdates(ears: Ears): (update: Update, me: UserFromGetMe) => Promise<void> {
  const { desk, seen, speaker, standings, tasks, ending, tools } = ears
  const acquaintances = openAcquaintances()
  const screenOf = (reply: Reply) => renderTelegram(reply, tools.clock.now())
  const draw = (reply: Reply) => pictured(screenOf(reply), reply.image, tools.log)

  async function answer(message: Message, said: Said): Promise<void> {
    const actor = await actorOf(message, standings)
    if (actor === undefined) return
    const place = placeOf(message.chat, threadOf(message))
    const ask = { actor, place, named: acquaintances.namedIn(message) }
    const asker = { userId: actor.userId, title: place.title }
    const where: Where = { address: place, replyTo: String(message.message_id), asker }
    if (said.kind === 'start') {
      const reply =
        said.code === undefined
          ? await desk.run(ask, 'help', {})
          : await ending.or(desk.run(ask, 'link', { code: said.code }))
      await speaker.say(where, screenOf(reply))
      return
    }
    if (said.kind === 'amiss') {
      await speaker.say(where, screenOf(said.reply))
      return
    }
    const run = () => ending.or(desk.runLine(ask, said.line, said.given))
    if (cardOf(desk.cards, said.line)?.slow !== true) {
      await speaker.say(where, await draw(await run()))
      return
    }
    const looking = await speaker.say(where, LOOKING)
    tasks.aside(async () => {
      const screen = await draw(await run())
      tasks.inOrder(place.serverId, () => speaker.replace(where, looking, screen))
    })
  }

  function onMessage(message: Message, me: UserFromGetMe): void {
    const serverId = String(message.chat.id)
    const movedTo = message.migrate_to_chat_id
    if (movedTo !== undefined)
      return tasks.inOrder(serverId, () =>
        desk.placeMoved({ platform: 'telegram', serverId }, String(movedTo)),
      )
    // Under a chat's name somebody else's stands here.
    if (message.from !== undefined && message.sender_chat === undefined)
      acquaintances.note(message.chat, message.from)
    const said = readLine(message, me) ?? readAnswer(message, me)
    if (said === undefined) return undefined
    // After an outage nobody waits for these any more; a link is wanted all the same.
    const age = tools.clock.now() - message.date * 1000
    if (age > OLD_MS && said.kind !== 'start') return undefined
    return tasks.inOrder(serverId, () => answer(message, said))
  }

  async function pressed(query: CallbackQuery): Promise<void> {
    const { message, data } = query
    if (message === undefined || data === undefined) return await speaker.answerPress(query.id)
    const { chat } = message
    acquaintances.note(chat, query.from)
    const place = placeOf(chat, message.date === 0 ? undefined : threadOf(message))
    const ask = await askBy(query.from, place, chat, standings)
    const messageId = String(message.message_id)
    const asker = { userId: ask.actor.userId, title: place.title }
    const where: Where = { address: place, replyTo: messageId, asker }
    const there = { messageId, isPhoto: 'photo' in message }
    const shown = (reply: Reply): void =>
      tasks.inOrder(place.serverId, async () =>
        speaker.show(where, reply.audience === 'asker' ? undefined : there, await draw(reply)),
      )
    if (desk.pressCard(data)?.slow === true) {
      tasks.aside(() => speaker.answerPress(query.id, 'passing', LOOKING.text))
      tasks.aside(async () => shown(await ending.or(desk.press(ask, data))))
      return undefined
    }
    const reply = await ending.or(desk.press(ask, data))
    const { form } = reply
    // Where nobody is known by name nobody can be asked: a channel gets the words alone.
    if (form !== undefined && chat.type !== 'channel') {
      const prompt = promptOf(reply, form, query.from, tools.clock.now())
      tasks.inOrder(place.serverId, async () => void (await speaker.say(where, prompt)))
      return await speaker.answerPress(query.id)
    }
    const fitsAnswer = reply.actions.length === 0 && screenOf(reply).text.length <= ANSWER_MAX
    if (reply.audience === 'asker' && fitsAnswer)
      return await speaker.answerPress(query.id, 'alert', answerText(reply, tools.clock.now()))
    shown(reply)
    return await speaker.answerPress(query.id)
  }

  function onOwnStanding({ chat, old_chat_member, new_chat_member }: ChatMemberUpdated): void {
    standings.drop(chat.id)
    const serverId = String(chat.id)
    const place = { platform: 'telegram', serverId } as const
    const why = chat.type === 'private' ? SAYS.blocked : SAYS.removed
    if (!isIn(new_chat_member)) tasks.inOrder(serverId, () => desk.placeLeft(place, why))
    else if (!isIn(old_chat_member)) tasks.inOrder(serverId, () => desk.placeBack(place))
  }

  return async (update, me) => {
    if (!(await seen.first(update.update_id))) return
    const message = update.message ?? update.channel_post
    if (message !== undefined) onMessage(message, me)
    const query = update.callback_query
    if (query !== undefined)
      tasks.inOrder(`press ${query.message?.chat.id ?? query.from.id}`, () => pressed(query))
    if (update.my_chat_member !== undefined) onOwnStanding(update.my_chat_member)
    if (update.chat_member !== undefined) standings.drop(update.chat_member.chat.id)
  }
}
