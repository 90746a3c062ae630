import {
  type APIActionRowComponent,
  type APIButtonComponentWithCustomId,
  type APIComponentInMessageActionRow,
  type APIEmbed,
  ComponentType,
} from 'discord.js'

export interface FakeUser {
  readonly id: string
  readonly username: string
  readonly globalName: string | null
}

/** `hidden`: the bot may not see it (50001); `readonly`: it may not write (50013). */
export interface FakeChannel {
  readonly id: string
  readonly guildId: string | null
  readonly name: string
  state: 'open' | 'hidden' | 'readonly' | 'deleted'
  /** Whether the bot has Pin Messages there. */
  mayPin: boolean
}

export interface FakeRole {
  readonly id: string
  readonly name: string
}

export interface FakeGuild {
  readonly id: string
  readonly name: string
  readonly ownerId: string
  readonly channels: FakeChannel[]
  readonly roles: FakeRole[]
}

export interface Body {
  readonly content?: string | null
  readonly embeds?: readonly APIEmbed[] | null
  readonly components?: readonly APIActionRowComponent<APIComponentInMessageActionRow>[] | null
  readonly attachments?:
    | readonly { readonly id: string; readonly filename?: string; readonly description?: string }[]
    | null
  readonly allowed_mentions?: unknown
  readonly flags?: number | null
  readonly nonce?: string | number | null
  readonly enforce_nonce?: boolean | null
  readonly message_reference?: {
    readonly message_id: string
    readonly fail_if_not_exists?: boolean
  } | null
}

export interface FakeMessage {
  readonly id: string
  readonly channelId: string
  /** The form it has now. */
  body: Body
  /** Its earlier forms, the first first. */
  readonly history: Body[]
  readonly replyTo: string | null
  readonly flags: number
  deleted: boolean
  pinned: boolean
  /** Too old and too often edited: edits answer 30046. */
  frozen: boolean
}

export const EPHEMERAL = 64
export const SILENT = 4096

/** All a reader sees of a message, a line each: content, embed, fields, footer, picture, buttons. */
export function show(message: FakeMessage): string {
  const { content, embeds } = message.body
  const lines: (string | undefined)[] = [content ?? '']
  for (const { title, description, fields, footer } of embeds ?? []) {
    lines.push(title, description)
    for (const { name, value } of fields ?? []) lines.push(`${name}: ${value}`)
    lines.push(footer?.text)
  }
  for (const { description } of message.body.attachments ?? [])
    lines.push(`[image: ${description}]`)
  lines.push(
    buttonsOf(message)
      .map(({ label }) => `[${label}]`)
      .join(' '),
  )
  return lines.filter((line) => line !== undefined && line !== '').join('\n')
}

export function buttonsOf(message: Pick<FakeMessage, 'body'>): APIButtonComponentWithCustomId[] {
  return (message.body.components ?? []).flatMap((row) =>
    row.components.filter(
      (part): part is APIButtonComponentWithCustomId =>
        part.type === ComponentType.Button && 'custom_id' in part,
    ),
  )
}

/** What the platform knows: places, messages, nonces; and who waits for it to change. */
export class World {
  readonly guilds = new Map<string, FakeGuild>()
  readonly channels = new Map<string, FakeChannel>()
  readonly messages: FakeMessage[] = []
  readonly nonces = new Map<string, FakeMessage>()
  commands: readonly Record<string, unknown>[] = []
  #lastId = 1_200_000_000_000_000_000n
  readonly #watchers = new Set<() => void>()

  nextId(): string {
    this.#lastId += 4_194_304n
    return String(this.#lastId)
  }

  addChannel(guildId: string | null, name: string): FakeChannel {
    const channel: FakeChannel = {
      id: this.nextId(),
      guildId,
      name,
      state: 'open',
      mayPin: true,
    }
    this.channels.set(channel.id, channel)
    if (guildId !== null) this.guilds.get(guildId)?.channels.push(channel)
    return channel
  }

  addMessage(channelId: string, body: Body, replyTo: string | null): FakeMessage {
    const flags = body.flags ?? 0
    const message: FakeMessage = {
      id: this.nextId(),
      channelId,
      body,
      history: [],
      replyTo,
      flags,
      deleted: false,
      pinned: false,
      frozen: false,
    }
    this.messages.push(message)
    this.changed()
    return message
  }

  editMessage(message: FakeMessage, body: Body): void {
    message.history.push(message.body)
    message.body = { ...message.body, ...body }
    this.changed()
  }

  message(id: string): FakeMessage | undefined {
    return this.messages.find((message) => message.id === id && !message.deleted)
  }

  changed(): void {
    for (const look of this.#watchers) look()
  }

  /**
   * Resolves with what `find` gives as soon as it is neither undefined nor false; looked at whenever
   * anything happens on the platform. Rejects after `patienceMs`, naming `what`.
   */
  waitFor<T>(find: () => T | undefined | false, what: string, patienceMs: number): Promise<T> {
    return new Promise((resolve, reject) => {
      const settle = (act: () => void) => {
        clearTimeout(timer)
        this.#watchers.delete(look)
        act()
      }
      const look = () => {
        const found = find()
        if (found !== undefined && found !== false) settle(() => resolve(found))
      }
      const timer = setTimeout(
        () => settle(() => reject(new Error(`waited ${patienceMs} ms in vain for ${what}`))),
        patienceMs,
      )
      this.#watchers.add(look)
      look()
    })
  }
}
