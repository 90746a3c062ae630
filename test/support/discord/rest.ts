import type { IncomingMessage, ServerResponse } from 'node:http'
import { type Files, judgeFiles, readForm } from './files.ts'
import type { FakeGateway } from './gateway.ts'
import { isEmpty, judgeCallback, judgeCommands, judgeMessage, type Modal } from './judge.ts'
import { type Interaction, type People, toWire } from './people.ts'
import { type Body, EPHEMERAL, type FakeChannel, type FakeMessage, type World } from './world.ts'

/** An answer that is a refusal, with the platform's own code. */
class Refusal extends Error {
  readonly status: number
  readonly code: number
  readonly details: readonly string[]

  constructor(status: number, code: number, message: string, details: readonly string[] = []) {
    super(message)
    this.status = status
    this.code = code
    this.details = details
  }
}

export interface Seen {
  readonly method: string
  readonly path: string
  readonly body: unknown
  readonly files: Files
}

interface Answer {
  readonly status: number
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
}

const MOST_PINS = 50

/** REST v10, as far as a bot that talks needs it. */
export class FakeRest {
  /** Bodies the platform found fault with, in words: a test's first look when something is off. */
  readonly refused: string[] = []
  readonly requests: Seen[] = []
  readonly #world: World
  readonly #gateway: FakeGateway
  readonly #people: People
  readonly #applicationId: string

  constructor(world: World, gateway: FakeGateway, people: People, applicationId: string) {
    this.#world = world
    this.#gateway = gateway
    this.#people = people
    this.#applicationId = applicationId
  }

  answer(seen: Seen, authorized: boolean): Answer {
    try {
      return this.#route(seen, authorized)
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      if (error.details.length > 0) this.refused.push(...error.details)
      const errors = {
        body: { _errors: error.details.map((message) => ({ code: 'BAD', message })) },
      }
      return {
        status: error.status,
        body: {
          code: error.code,
          message: error.message,
          ...(error.details.length > 0 ? { errors } : {}),
        },
        ...(error.status === 429 ? { headers: { 'retry-after': '60' } } : {}),
      }
    }
  }

  #route({ method, path, body, files }: Seen, authorized: boolean): Answer {
    const problems = judgeFiles(body, files)
    if (problems.length > 0) throw new Refusal(400, 50_035, 'Invalid Form Body', problems)
    const [root, id = '', third = '', ...rest] = path.replace(/^\/api\/v10\//, '').split('/')
    if (root === 'interactions') return this.#callback(third, body as { type: number; data?: Body })
    if (root === 'webhooks') return this.#webhook(method, third, rest, body as Body)
    if (!authorized) throw new Refusal(401, 0, '401: Unauthorized')
    if (root === 'gateway') return { status: 200, body: this.#gatewayBot() }
    if (root === 'applications' && third === 'commands') return this.#commands(method, body)
    if (root === 'channels' && third === 'messages' && rest[0] === 'pins')
      return this.#pin(method, id, rest[1] ?? '')
    if (root === 'channels' && third === 'messages')
      return this.#message(method, id, rest[0], body as Body)
    if (root === 'channels' && third === '' && method === 'GET') {
      const { guildId, name } = this.#channel(id)
      return { status: 200, body: { id, type: 0, name, guild_id: guildId } }
    }
    throw new Refusal(404, 0, '404: Not Found')
  }

  #gatewayBot() {
    const { url, loginsLeft: remaining } = this.#gateway
    const session_start_limit = { total: 1000, remaining, reset_after: 0, max_concurrency: 1 }
    return { url, shards: 1, session_start_limit }
  }

  #commands(method: string, body: unknown): Answer {
    if (method === 'PUT') {
      const problems = judgeCommands(body as unknown[])
      if (problems.length > 0) throw new Refusal(400, 50035, 'Invalid Form Body', problems)
      this.#world.commands = (body as object[]).map((command) =>
        Object.assign(this.#registered(), withoutDefaults(command)),
      )
      this.#world.changed()
    }
    return { status: 200, body: this.#world.commands }
  }

  /** What the platform adds to a command of ours. */
  #registered(): Record<string, unknown> {
    return {
      id: this.#world.nextId(),
      application_id: this.#applicationId,
      version: this.#world.nextId(),
      default_member_permissions: null,
      nsfw: false,
    }
  }

  #channel(id: string): FakeChannel {
    const channel = this.#world.channels.get(id)
    if (channel === undefined || channel.state === 'deleted')
      throw new Refusal(404, 10_003, 'Unknown Channel')
    const lost = channel.guildId !== null && !this.#world.guilds.has(channel.guildId)
    if (channel.state === 'hidden' || lost) throw new Refusal(403, 50_001, 'Missing Access')
    if (channel.state === 'readonly') throw new Refusal(403, 50_013, 'Missing Permissions')
    return channel
  }

  #message(method: string, channelId: string, messageId: string | undefined, body: Body): Answer {
    this.#channel(channelId)
    if (method === 'POST' && messageId === undefined) return this.#post(channelId, body)
    const message = this.#world.message(messageId ?? '')
    if (message === undefined || message.channelId !== channelId)
      throw new Refusal(404, 10_008, 'Unknown Message')
    if (method === 'DELETE') {
      message.deleted = true
      this.#world.changed()
      return { status: 204 }
    }
    if (method !== 'PATCH') throw new Refusal(405, 0, '405: Method Not Allowed')
    if (message.frozen)
      throw new Refusal(
        429,
        30_046,
        'Maximum number of edits to messages older than 1 hour reached.',
      )
    this.#judge(judgeMessage('edit', body), body)
    this.#world.editMessage(message, body)
    return { status: 200, body: toWire(message, this.#applicationId) }
  }

  #pin(method: string, channelId: string, messageId: string): Answer {
    const { mayPin } = this.#channel(channelId)
    if (!mayPin) throw new Refusal(403, 50_013, 'Missing Permissions')
    const message = this.#world.message(messageId)
    if (message === undefined || message.channelId !== channelId)
      throw new Refusal(404, 10_008, 'Unknown Message')
    const isOn = method === 'PUT'
    if (!isOn && method !== 'DELETE') throw new Refusal(405, 0, '405: Method Not Allowed')
    const pinned = this.#world.messages.filter(
      (it) => it.channelId === channelId && it.pinned && !it.deleted && it !== message,
    )
    if (isOn && pinned.length >= MOST_PINS)
      throw new Refusal(400, 30_003, `Maximum number of pins reached (${MOST_PINS})`)
    message.pinned = isOn
    this.#world.changed()
    return { status: 204 }
  }

  #post(channelId: string, body: Body): Answer {
    this.#judge(judgeMessage('post', body), body)
    if (isEmpty(body)) throw new Refusal(400, 50_006, 'Cannot send an empty message')
    const nonce = body.nonce === undefined ? null : `${channelId}:${body.nonce}`
    const first = nonce === null ? undefined : this.#world.nonces.get(nonce)
    if (first !== undefined && body.enforce_nonce === true)
      return { status: 200, body: toWire(first, this.#applicationId) }
    const target = body.message_reference?.message_id
    const found = target === undefined ? undefined : this.#world.message(target)
    if (target !== undefined && found === undefined)
      if (body.message_reference?.fail_if_not_exists !== false)
        throw new Refusal(400, 50_035, 'Invalid Form Body', ['message_reference: Unknown message'])
    const message = this.#world.addMessage(channelId, body, found?.id ?? null)
    if (nonce !== null) this.#world.nonces.set(nonce, message)
    return { status: 200, body: toWire(message, this.#applicationId) }
  }

  #judge(problems: readonly string[], body: unknown): void {
    if (typeof body !== 'object' || body === null) throw new Refusal(400, 50_109, 'No JSON')
    if (problems.length > 0) throw new Refusal(400, 50_035, 'Invalid Form Body', problems)
  }

  #callback(token: string, body: { type: number; data?: Body }): Answer {
    const interaction = this.#people.interactions.get(token)
    if (interaction === undefined || interaction.state === 'expired')
      throw new Refusal(404, 10_062, 'Unknown interaction')
    if (interaction.state !== 'waiting')
      throw new Refusal(400, 40_060, 'Interaction has already been acknowledged.')
    this.#judge(judgeCallback(body), body)
    const { type, data = {} } = body
    if (type === 8)
      interaction.choices = (data as { choices: NonNullable<Interaction['choices']> }).choices
    if (type === 9) {
      if (interaction.kind === 'modal')
        throw new Refusal(400, 50_035, 'Invalid Form Body', ['type: no form answers a form'])
      interaction.modal = data as unknown as Modal
    }
    if (type === 4) {
      if (isEmpty(data)) throw new Refusal(400, 50_006, 'Cannot send an empty message')
      interaction.ephemeral = ((data.flags ?? 0) & EPHEMERAL) !== 0
      interaction.original = this.#world.addMessage(interaction.channelId, data, null)
      this.#finish(interaction, 'reply', interaction.original, false)
    }
    if (type === 5) interaction.ephemeral = ((data.flags ?? 0) & EPHEMERAL) !== 0
    if (type === 7) {
      const pressed = interaction.original!
      this.#world.editMessage(pressed, data)
      this.#finish(interaction, 'update', pressed, false)
    }
    interaction.state = type === 5 ? 'deferred' : type === 6 ? 'deferredUpdate' : 'answered'
    this.#world.changed()
    return { status: 204 }
  }

  #webhook(method: string, token: string, rest: readonly string[], body: Body): Answer {
    const interaction = this.#people.interactions.get(token)
    if (interaction === undefined) throw new Refusal(404, 10_015, 'Unknown Webhook')
    if (interaction.state === 'waiting' || interaction.state === 'expired')
      throw new Refusal(404, 10_008, 'Unknown Message')
    if (method === 'PATCH' && rest.join('/') === 'messages/@original') {
      this.#judge(judgeMessage('editOriginal', body), body)
      return this.#editOriginal(interaction, body)
    }
    if (method !== 'POST') throw new Refusal(404, 0, '404: Not Found')
    this.#judge(judgeMessage('followup', body), body)
    const message = this.#world.addMessage(interaction.channelId, body, null)
    interaction.ephemeral = (message.flags & EPHEMERAL) !== 0
    this.#finish(interaction, 'aside', message, true)
    return { status: 200, body: toWire(message, this.#applicationId) }
  }

  #editOriginal(interaction: Interaction, body: Body): Answer {
    const pressed = interaction.original
    const update = interaction.state === 'deferredUpdate'
    if (pressed === null) {
      const flags = interaction.ephemeral ? EPHEMERAL : 0
      interaction.original = this.#world.addMessage(interaction.channelId, { ...body, flags }, null)
    } else this.#world.editMessage(pressed, body)
    this.#finish(interaction, update ? 'update' : 'reply', interaction.original!, true)
    return { status: 200, body: toWire(interaction.original!, this.#applicationId) }
  }

  #finish(
    interaction: Interaction,
    kind: 'reply' | 'update' | 'aside',
    message: FakeMessage,
    deferred: boolean,
  ): void {
    interaction.answered = { kind, message, deferred, ephemeral: interaction.ephemeral }
    this.#world.changed()
  }
}

/** What is false anyway is not kept. */
const withoutDefaults = (command: object): object =>
  JSON.parse(
    JSON.stringify(command, (_, value: unknown) => (value === false ? undefined : value)),
  ) as object

/** JSON, or a form whose `payload_json` says what its `files[n]` are. */
export async function readBody(
  request: IncomingMessage,
): Promise<{ readonly body: unknown; readonly files: Files }> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  const bytes = Buffer.concat(chunks)
  const type = request.headers['content-type'] ?? ''
  if (type.startsWith('multipart/form-data')) return readForm(bytes, type)
  const text = bytes.toString()
  return { body: text === '' ? undefined : (JSON.parse(text) as unknown), files: new Map() }
}

export function send(response: ServerResponse, { status, body, headers = {} }: Answer): void {
  // An answer without a body has no type either; the library would read it as JSON.
  if (body === undefined) response.writeHead(status, headers).end()
  else
    response
      .writeHead(status, { 'content-type': 'application/json', ...headers })
      .end(JSON.stringify(body))
}
