import {
  type AutocompleteInteraction,
  type BaseInteraction,
  type ButtonInteraction,
  type ChatInputCommandInteraction,
  InteractionResponseType,
  MessageFlags,
  type ModalSubmitInteraction,
  Routes,
} from 'discord.js'
import { type PartTools, plain, SECOND } from '../../src/kernel/index.ts'
import {
  cardOf,
  type CommandCard,
  type Desk,
  openEnding,
  type Reply,
  text,
} from '../commands/index.ts'
import { codeOf, reasonOf } from './answers.ts'
import { askOf, commandOf, givenOf, namedIn } from './ask.ts'
import { readModal, toModal } from './modal.ts'
import { type Files, withPicture } from './picture.ts'
import { plainForm } from './render.ts'
import type { Wire } from './wire.ts'

const SAYS = {
  broke: 'Something broke on my side. Your monitors are still being watched.',
} as const

/** Where interactions are taken and answered. */
export interface Counter {
  receive(interaction: BaseInteraction): void
  /**
   * Resolves when everything taken is answered, at the latest after 5 s. Before an `end` of the
   * process, who has no answer by then is told.
   */
  finish(end: boolean): Promise<void>
}

/** The platform waits 3 s; the way there and back is kept free. */
const PATIENCE_MS = 1500
/** A slow command may still refuse at once, and then to the asker alone. */
const SLOW_PATIENCE_MS = 150
const CHOICES_WITHIN_MS = 2000
const FINISH_WITHIN_MS = 5 * SECOND
const TOLD_WITHIN_MS = SECOND
const REMEMBERED = 1000

const FORM_REFUSED = 50_035
/** Too late, answered already, token used up: nothing anyone could do. */
const HARMLESS: ReadonlySet<number | undefined> = new Set([10_015, 10_062, 40_060, 50_027])

const BROKEN: Reply = {
  tone: 'bad',
  headline: [text(SAYS.broke)],
  body: [],
  actions: [],
  audience: 'asker',
}

type Saying = (payload: object, files: Files) => Promise<unknown>
type Answerable =
  | ChatInputCommandInteraction
  | AutocompleteInteraction
  | ButtonInteraction
  | ModalSubmitInteraction

const ephemeral = (audience: Reply['audience']) =>
  audience === 'asker' ? { flags: MessageFlags.Ephemeral } : {}

function openLine(wire: Wire, interaction: Answerable) {
  const { id, token, applicationId } = interaction
  const webhook = Routes.webhook(applicationId, token)
  const original = Routes.webhookMessage(applicationId, token)
  const callback = (type: InteractionResponseType, data?: unknown, files: Files = []) =>
    wire.send('post', Routes.interactionCallback(id, token), {
      auth: false,
      body: { type, ...(data === undefined ? {} : { data }) },
      files,
    })
  return {
    callback,
    edit: (body: unknown, files: Files) =>
      wire.send('patch', original, { auth: false, body, files }),
    followUp: (body: unknown, files: Files) =>
      wire.send('post', webhook, { auth: false, body, files }),
  }
}

/** The value if it is there within `ms`. */
async function within<T>(work: Promise<T>, ms: number, tools: PartTools): Promise<T | undefined> {
  const done = new AbortController()
  try {
    return await Promise.race([work, tools.clock.sleep(ms, done.signal).then(() => undefined)])
  } finally {
    done.abort()
  }
}

const patienceOf = (card: CommandCard | undefined): number =>
  card?.slow === true ? SLOW_PATIENCE_MS : PATIENCE_MS

export function openCounter(desk: Desk, wire: Wire, tools: PartTools): Counter {
  const seen = new Set<string>()
  const running = new Set<Promise<void>>()
  const ending = openEnding()

  /** A resume may bring an interaction twice. */
  function isNew(id: string): boolean {
    if (seen.has(id)) return false
    seen.add(id)
    if (seen.size > REMEMBERED) seen.delete(seen.values().next().value!)
    return true
  }

  function ask(run: () => Promise<Reply>): Promise<Reply> {
    return ending.or(run()).catch((error: unknown) => {
      tools.log.error({ err: error }, 'command broke')
      return BROKEN
    })
  }

  /** Says it, and where the form is refused, the headline alone. */
  async function say(how: Saying, reply: Reply, extra: object = {}) {
    await withPicture(reply, tools.log, async (payload, files) => {
      try {
        await how({ ...payload, ...extra }, files)
      } catch (error) {
        if (codeOf(error) !== FORM_REFUSED || files.length > 0) throw error
        tools.log.error({ why: reasonOf(error) }, 'message form was refused')
        await how({ ...plainForm(payload), ...extra }, [])
      }
    })
  }

  /** Answers with a message of its own, announced where it takes long. */
  async function answer(
    interaction: Answerable,
    card: CommandCard | undefined,
    run: () => Promise<Reply>,
  ): Promise<void> {
    const { callback, edit } = openLine(wire, interaction)
    const work = ask(run)
    const reply = await within(work, patienceOf(card), tools)
    if (reply !== undefined)
      return say(
        (data, files) => callback(InteractionResponseType.ChannelMessageWithSource, data, files),
        reply,
        ephemeral(reply.audience),
      )
    await callback(
      InteractionResponseType.DeferredChannelMessageWithSource,
      ephemeral(card?.audience ?? 'asker'),
    )
    return say(edit, await work)
  }

  function onCommand(interaction: ChatInputCommandInteraction): Promise<void> {
    const name = commandOf(interaction)
    const card = desk.cards.find((it) => it.name === name)
    const chosen = interaction.options.data
    return answer(interaction, card, () =>
      desk.run({ ...askOf(interaction), named: namedIn(chosen) }, name, givenOf(chosen)),
    )
  }

  function onModal(interaction: ModalSubmitInteraction): Promise<void> {
    const filled = readModal(interaction)
    if (filled === undefined)
      return answer(interaction, undefined, async () => {
        const reply = await desk.press(askOf(interaction), interaction.customId)
        return { ...reply, audience: 'asker' }
      })
    const { line, given } = filled
    return answer(interaction, cardOf(desk.cards, line), () =>
      desk.runLine(askOf(interaction), line, given),
    )
  }

  async function onButton(interaction: ButtonInteraction): Promise<void> {
    const { callback, edit, followUp } = openLine(wire, interaction)
    const { customId, message } = interaction
    const work = ask(() => desk.press(askOf(interaction), customId))
    // What only the asker sees may change in place, whatever the answer is.
    const hidden = message.flags.has(MessageFlags.Ephemeral)
    // A picture that is not named again stays, and a second one would stand beside it.
    const cleared = message.attachments.size > 0 ? { attachments: [] } : {}
    const reply = await within(work, patienceOf(desk.pressCard(customId)), tools)
    if (reply === undefined) {
      await callback(InteractionResponseType.DeferredMessageUpdate)
      const late = await work
      if (late.audience === 'all' || hidden)
        return say((data, files) => edit({ ...cleared, ...data }, files), late)
      return say(followUp, late, ephemeral('asker'))
    }
    if (reply.form !== undefined)
      return void (await callback(InteractionResponseType.Modal, toModal(reply.form)))
    const inPlace = reply.audience === 'all' || hidden
    const type = inPlace
      ? InteractionResponseType.UpdateMessage
      : InteractionResponseType.ChannelMessageWithSource
    return say(
      (data, files) => callback(type, { ...(inPlace ? cleared : {}), ...data }, files),
      reply,
      inPlace ? {} : ephemeral('asker'),
    )
  }

  async function onAutocomplete(interaction: AutocompleteInteraction): Promise<void> {
    const { name, value } = interaction.options.getFocused(true)
    const work = desk
      .complete(askOf(interaction), commandOf(interaction), name, value)
      .catch((error: unknown) => {
        tools.log.error({ err: error }, 'completion broke')
        return []
      })
    const found = (await within(work, CHOICES_WITHIN_MS, tools)) ?? []
    const choices = found
      .filter((choice) => choice.label !== '' && choice.value !== '' && choice.value.length <= 100)
      .slice(0, 25)
      .map((choice) => ({ name: plain(choice.label, 100), value: choice.value }))
    const { callback } = openLine(wire, interaction)
    await callback(InteractionResponseType.ApplicationCommandAutocompleteResult, { choices })
  }

  async function handle(interaction: BaseInteraction): Promise<void> {
    try {
      if (interaction.isChatInputCommand()) await onCommand(interaction)
      else if (interaction.isAutocomplete()) await onAutocomplete(interaction)
      else if (interaction.isButton()) await onButton(interaction)
      else if (interaction.isModalSubmit()) await onModal(interaction)
    } catch (error) {
      const fields = { why: reasonOf(error), type: interaction.type }
      if (HARMLESS.has(codeOf(error))) tools.log.debug(fields, 'answer came to nothing')
      else tools.log.warn(fields, 'interaction was not answered')
    }
  }

  return {
    receive: (interaction) => {
      if (!isNew(interaction.id)) return
      const work = handle(interaction).finally(() => running.delete(work))
      running.add(work)
    },
    finish: async (end) => {
      if (running.size > 0) await within(Promise.all(running), FINISH_WITHIN_MS, tools)
      if (running.size === 0 || !end) return
      ending.come()
      await within(Promise.all(running), TOLD_WITHIN_MS, tools)
    },
  }
}
