import {
  type AutocompleteInteraction,
  type BaseInteraction,
  type ButtonInteraction,
  type ChatInputCommandInteraction,
  InteractionResponseType,
  MessageFlags,
  Routes,
} from 'discord.js'
import { type PartTools, plain, SECOND } from '../../src/kernel/index.ts'
import { type CommandCard, type Desk, type Reply, text } from '../commands/index.ts'
import { codeOf, reasonOf } from './answers.ts'
import { askOf, commandOf, givenOf } from './ask.ts'
import { type DiscordPayload, plainForm, renderDiscord } from './render.ts'
import type { Wire } from './wire.ts'

const SAYS = {
  broke: 'Something broke on my side. Your monitors are still being watched.',
} as const

/** Where interactions are taken and answered. */
export interface Counter {
  receive(interaction: BaseInteraction): void
  /** Resolves when everything taken is answered, at the latest after 5 s. */
  finish(): Promise<void>
}

/** The platform waits 3 s; the way there and back is kept free. */
const PATIENCE_MS = 1500
/** A slow command may still refuse at once, and then to the asker alone. */
const SLOW_PATIENCE_MS = 150
const CHOICES_WITHIN_MS = 2000
const FINISH_WITHIN_MS = 5 * SECOND
const REMEMBERED = 1000

const FORM_REFUSED = 50_035
/** Too late, answered already, token used up: nothing anyone could do. */
const HARMLESS: ReadonlySet<number | undefined> = new Set([10_062, 40_060, 50_027])

const BROKEN: Reply = {
  tone: 'bad',
  headline: [text(SAYS.broke)],
  body: [],
  actions: [],
  audience: 'asker',
}

type Answerable = ChatInputCommandInteraction | AutocompleteInteraction | ButtonInteraction

const ephemeral = (audience: Reply['audience']) =>
  audience === 'asker' ? { flags: MessageFlags.Ephemeral } : {}

function openLine(wire: Wire, interaction: Answerable) {
  const { id, token, applicationId } = interaction
  const webhook = Routes.webhook(applicationId, token)
  const original = Routes.webhookMessage(applicationId, token)
  const callback = (type: InteractionResponseType, data?: unknown) =>
    wire.send('post', Routes.interactionCallback(id, token), {
      auth: false,
      body: { type, ...(data === undefined ? {} : { data }) },
    })
  return {
    callback,
    edit: (body: unknown) => wire.send('patch', original, { auth: false, body }),
    followUp: (body: unknown) => wire.send('post', webhook, { auth: false, body }),
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

  /** A resume may bring an interaction twice. */
  function isNew(id: string): boolean {
    if (seen.has(id)) return false
    seen.add(id)
    if (seen.size > REMEMBERED) seen.delete(seen.values().next().value!)
    return true
  }

  function ask(run: () => Promise<Reply>): Promise<Reply> {
    return run().catch((error: unknown) => {
      tools.log.error({ err: error }, 'command broke')
      return BROKEN
    })
  }

  /** Says it, and where the form is refused, the headline alone. */
  async function say(how: (payload: object) => Promise<unknown>, reply: Reply, extra: object = {}) {
    const payload: DiscordPayload = renderDiscord(reply)
    try {
      await how({ ...payload, ...extra })
    } catch (error) {
      if (codeOf(error) !== FORM_REFUSED) throw error
      tools.log.error({ why: reasonOf(error) }, 'message form was refused')
      await how({ ...plainForm(payload), ...extra })
    }
  }

  async function onCommand(interaction: ChatInputCommandInteraction): Promise<void> {
    const { callback, edit } = openLine(wire, interaction)
    const name = commandOf(interaction)
    const card = desk.cards.find((it) => it.name === name)
    const work = ask(() => desk.run(askOf(interaction), name, givenOf(interaction.options.data)))
    const reply = await within(work, patienceOf(card), tools)
    if (reply !== undefined)
      return say(
        (data) => callback(InteractionResponseType.ChannelMessageWithSource, data),
        reply,
        ephemeral(reply.audience),
      )
    await callback(
      InteractionResponseType.DeferredChannelMessageWithSource,
      ephemeral(card?.audience ?? 'asker'),
    )
    return say(edit, await work)
  }

  async function onButton(interaction: ButtonInteraction): Promise<void> {
    const { callback, edit, followUp } = openLine(wire, interaction)
    const { customId, message } = interaction
    const work = ask(() => desk.press(askOf(interaction), customId))
    // What only the asker sees may change in place, whatever the answer is.
    const hidden = message.flags.has(MessageFlags.Ephemeral)
    const reply = await within(work, patienceOf(desk.pressCard(customId)), tools)
    if (reply === undefined) {
      await callback(InteractionResponseType.DeferredMessageUpdate)
      const late = await work
      if (late.audience === 'all' || hidden) return say(edit, late)
      return say(followUp, late, ephemeral('asker'))
    }
    const inPlace = reply.audience === 'all' || hidden
    const type = inPlace
      ? InteractionResponseType.UpdateMessage
      : InteractionResponseType.ChannelMessageWithSource
    return say((data) => callback(type, data), reply, inPlace ? {} : ephemeral('asker'))
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
    finish: async () => {
      if (running.size > 0) await within(Promise.all(running), FINISH_WITHIN_MS, tools)
    },
  }
}
