import { type APIApplicationCommandOptionChoice, PermissionFlagsBits } from 'discord.js'
import { type FakeGateway, toRole } from './gateway.ts'
import { judgeFilled, type Modal } from './judge.ts'
import {
  buttonsOf,
  EPHEMERAL,
  type FakeChannel,
  type FakeMessage,
  type FakeRole,
  type FakeUser,
  type World,
} from './world.ts'

/** Who does it, and where; what is left out is the first guild, its first channel, its owner. */
export interface Where {
  readonly user?: FakeUser
  readonly nick?: string
  readonly guildId?: string | null
  readonly channelId?: string
  /** Permission bits of the member here; none of his own when left out. */
  readonly permissions?: bigint
  readonly roles?: readonly FakeRole[]
}

export interface Answered {
  /** `reply`: a message of its own; `update`: the pressed message changed; `aside`: a follow-up. */
  readonly kind: 'reply' | 'update' | 'aside'
  readonly message: FakeMessage
  readonly deferred: boolean
  /** Only the asker sees it. */
  readonly ephemeral: boolean
}

export interface Interaction {
  readonly id: string
  readonly token: string
  readonly kind: 'command' | 'autocomplete' | 'button' | 'modal'
  readonly channelId: string
  /** The pressed message; afterwards the answer. */
  original: FakeMessage | null
  state: 'waiting' | 'answered' | 'deferred' | 'deferredUpdate' | 'expired'
  ephemeral: boolean
  answered: Answered | null
  choices: readonly APIApplicationCommandOptionChoice[] | null
  /** The form it was answered with. */
  modal: Modal | null
}

/** A form on somebody's screen, and the message whose button opened it. */
export interface Opened {
  readonly modal: Modal
  readonly message: FakeMessage
}

/** The platform shows "the application did not respond" after this long. */
const ANSWER_WITHIN_MS = 3000
/** Once deferred, it waits a quarter of an hour; a test does not. */
const DEFERRED_WITHIN_MS = 20_000

/** A person or a role is what a mentionable option holds. */
type Given = Readonly<Record<string, string | number | FakeUser | FakeRole>>

/** People at their clients: they type commands, press buttons and read what comes back. */
export class People {
  readonly interactions = new Map<string, Interaction>()
  readonly #world: World
  readonly #gateway: FakeGateway
  readonly #applicationId: string

  constructor(world: World, gateway: FakeGateway, applicationId: string) {
    this.#world = world
    this.#gateway = gateway
    this.#applicationId = applicationId
  }

  /** Types `/uptime name …`; `name` may be two words. Resolves with the finished answer. */
  async command(given: { name: string; options?: Given } & Where): Promise<Answered> {
    const options = this.#options(given.name, given.options ?? {})
    const interaction = await this.#interact('command', given, 2, {
      data: { ...this.#data(options), resolved: resolvedIn(given.options ?? {}) },
    })
    return this.#answer(interaction)
  }

  /** Types into one option of a command; resolves with what is offered. */
  async autocomplete(
    given: { name: string; option: string; typed: string; options?: Given } & Where,
  ): Promise<readonly APIApplicationCommandOptionChoice[]> {
    const values = { ...given.options, [given.option]: given.typed }
    const options = this.#options(given.name, values, given.option)
    const interaction = await this.#interact('autocomplete', given, 4, {
      data: this.#data(options),
    })
    return this.#world.waitFor(
      () => interaction.choices ?? undefined,
      `choices for ${given.name} ${given.option}`,
      ANSWER_WITHIN_MS,
    )
  }

  /** Presses the button of `message` that reads `label`. */
  async press(message: FakeMessage, label: string, where: Where = {}): Promise<Answered> {
    return this.pressRaw(message, customIdOf(message, label), where)
  }

  /** The same with a button that opens a form. */
  async open(message: FakeMessage, label: string, where: Where = {}): Promise<Opened> {
    const interaction = await this.#press(message, customIdOf(message, label), where)
    const what = `the form that ${label} opens`
    const find = () => interaction.modal ?? undefined
    return { modal: await this.#world.waitFor(find, what, ANSWER_WITHIN_MS), message }
  }

  /** Fills a form in and sends it; `customId` as a forged or old form would have it. */
  async fill(
    { modal, message }: Opened,
    values: Readonly<Record<string, string>>,
    { customId = modal.custom_id, ...where }: Where & { readonly customId?: string } = {},
  ): Promise<Answered> {
    const problems = judgeFilled(modal, values)
    if (problems.length > 0) throw new Error(problems.join(', '))
    const at = { channelId: message.channelId, ...where }
    const interaction = await this.#interact('modal', at, 5, {
      data: {
        custom_id: customId,
        components: modal.components.map(({ component: { custom_id } }, index) => ({
          type: 18,
          id: 2 * index + 1,
          component: { type: 4, id: 2 * index + 2, custom_id, value: values[custom_id] ?? '' },
        })),
      },
      message: toWire(message, this.#applicationId),
    })
    return this.#answer(interaction)
  }

  /** Presses by wire form, as a forged or old button would. */
  async pressRaw(message: FakeMessage, customId: string, where: Where = {}): Promise<Answered> {
    return this.#answer(await this.#press(message, customId, where))
  }

  async #press(message: FakeMessage, customId: string, where: Where): Promise<Interaction> {
    const at = { channelId: message.channelId, ...where }
    const interaction = await this.#interact('button', at, 3, {
      data: { custom_id: customId, component_type: 2 },
      message: toWire(message, this.#applicationId),
    })
    interaction.original = message
    interaction.ephemeral = (message.flags & EPHEMERAL) !== 0
    return interaction
  }

  async #answer(interaction: Interaction): Promise<Answered> {
    const what = `the answer to a ${interaction.kind}`
    await this.#world.waitFor(() => interaction.state !== 'waiting', what, ANSWER_WITHIN_MS + 100)
    if (interaction.state === 'expired') throw new Error('the application did not respond')
    return this.#world.waitFor(() => interaction.answered ?? undefined, what, DEFERRED_WITHIN_MS)
  }

  #data(options: unknown[]) {
    return { id: '1', name: 'uptime', type: 1, options }
  }

  #options(name: string, given: Given, focused?: string): unknown[] {
    const values = Object.entries(given).map(([key, value]) => ({
      name: key,
      value: typeof value === 'object' ? value.id : value,
      type: typeof value === 'object' ? 9 : typeof value === 'number' ? 4 : 3,
      focused: key === focused,
    }))
    const [first, second] = name.split(' ')
    return second === undefined
      ? [{ name: first, type: 1, options: values }]
      : [{ name: first, type: 2, options: [{ name: second, type: 1, options: values }] }]
  }

  async #interact(
    kind: Interaction['kind'],
    where: Where,
    type: number,
    rest: Record<string, unknown>,
  ): Promise<Interaction> {
    await this.#world.waitFor(() => this.#gateway.live.length > 0, 'the bot online', 3000)
    const channel = this.#channelOf(where)
    const guild = channel.guildId === null ? undefined : this.#world.guilds.get(channel.guildId)
    const user = where.user ?? { id: guild?.ownerId ?? '1', username: 'ann', globalName: 'Ann' }
    const interaction: Interaction = {
      id: this.#world.nextId(),
      token: `it${this.#world.nextId()}`,
      kind,
      channelId: channel.id,
      original: null,
      state: 'waiting',
      ephemeral: false,
      answered: null,
      choices: null,
      modal: null,
    }
    this.interactions.set(interaction.token, interaction)
    setTimeout(() => {
      if (interaction.state === 'waiting') interaction.state = 'expired'
      this.#world.changed()
    }, ANSWER_WITHIN_MS).unref()
    const person = toPerson(user)
    this.#gateway.dispatch('INTERACTION_CREATE', {
      id: interaction.id,
      token: interaction.token,
      type,
      version: 1,
      application_id: this.#applicationId,
      channel_id: channel.id,
      channel: { id: channel.id, type: guild === undefined ? 1 : 0, name: channel.name },
      locale: 'en-US',
      app_permissions: String(LEFT[channel.state]),
      entitlements: [],
      attachment_size_limit: 10_485_760,
      authorizing_integration_owners: { 0: guild?.id ?? '0' },
      context: guild === undefined ? 1 : 0,
      ...(guild === undefined
        ? { user: person }
        : {
            guild_id: guild.id,
            guild: { id: guild.id, locale: 'en-US', features: [] },
            member: toMember(person, where),
          }),
      ...rest,
    })
    return interaction
  }

  #channelOf({ guildId, channelId }: Where): FakeChannel {
    if (channelId !== undefined) {
      const channel = this.#world.channels.get(channelId)
      if (channel === undefined) throw new Error(`no channel ${channelId}`)
      return channel
    }
    if (guildId === null)
      return (
        [...this.#world.channels.values()].find((channel) => channel.guildId === null) ??
        this.#world.addChannel(null, 'dm')
      )
    const guild =
      guildId === undefined ? [...this.#world.guilds.values()][0] : this.#world.guilds.get(guildId)
    const first = guild?.channels[0]
    if (first === undefined) throw new Error('no guild with a channel')
    return first
  }
}

const toPerson = ({ id, username, globalName }: FakeUser) => ({
  id,
  username,
  global_name: globalName,
  discriminator: '0',
  avatar: null,
})

/** What the platform sends along for the ids among the options. */
function resolvedIn(given: Given) {
  const chosen = Object.values(given).filter((it) => typeof it === 'object')
  const people = chosen.filter((it) => 'username' in it)
  const roles = chosen.filter((it) => 'name' in it)
  return {
    users: Object.fromEntries(people.map((it) => [it.id, toPerson(it)])),
    members: Object.fromEntries(people.map((it) => [it.id, { nick: null, roles: [] }])),
    roles: Object.fromEntries(roles.map((it) => [it.id, toRole(it)])),
  }
}

function customIdOf(message: FakeMessage, label: string): string {
  const buttons = buttonsOf(message)
  const button = buttons.find((it) => it.label === label && it.disabled !== true)
  if (button === undefined)
    throw new Error(`no button ${label}, only ${buttons.map((it) => it.label).join(', ')}`)
  return button.custom_id
}

const { ViewChannel, SendMessages, EmbedLinks, AttachFiles } = PermissionFlagsBits
/** What the bot may still do, of what it was invited with. */
const LEFT: Readonly<Record<FakeChannel['state'], bigint>> = {
  open: ViewChannel | SendMessages | EmbedLinks | AttachFiles,
  readonly: ViewChannel | EmbedLinks | AttachFiles,
  hidden: SendMessages | EmbedLinks | AttachFiles,
  deleted: 0n,
}

const toMember = (user: unknown, { nick, permissions, roles }: Where) => ({
  user,
  nick: nick ?? null,
  permissions: String(permissions ?? 0n),
  roles: (roles ?? []).map(({ id }) => id),
  joined_at: '2027-01-01T00:00:00.000Z',
  avatar: null,
  flags: 0,
  deaf: false,
  mute: false,
})

/** A message as the API gives it. */
export const toWire = (message: FakeMessage, authorId: string) => ({
  id: message.id,
  channel_id: message.channelId,
  type: message.replyTo === null ? 0 : 19,
  author: { id: authorId, username: 'Uptalk', discriminator: '0', avatar: null, bot: true },
  content: message.body.content ?? '',
  embeds: message.body.embeds ?? [],
  components: message.body.components ?? [],
  flags: message.flags,
  timestamp: '2027-03-01T14:00:00.000Z',
  edited_timestamp: message.history.length > 0 ? '2027-03-01T14:00:01.000Z' : null,
  attachments: (message.body.attachments ?? []).map((it, at) => ({
    filename: it.filename,
    description: it.description,
    id: `${message.id}${at}`,
    size: 1,
    url: 'http://127.0.0.1/',
    proxy_url: 'http://127.0.0.1/',
  })),
  mentions: [],
  mention_roles: [],
  mention_everyone: false,
  pinned: message.pinned,
  tts: false,
})
