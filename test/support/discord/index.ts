import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Faults } from './faults.ts'
import { FakeGateway, toGuild, toRole } from './gateway.ts'
import { type Answered, People, type Where } from './people.ts'
import { FakeRest, readBody, type Seen, send } from './rest.ts'
import {
  EPHEMERAL,
  type FakeChannel,
  type FakeGuild,
  type FakeMessage,
  type FakeRole,
  type FakeUser,
  World,
} from './world.ts'

export { treeSize } from './judge.ts'
export { show, SILENT } from './world.ts'
export type { Answered, FakeChannel, FakeGuild, FakeMessage, FakeUser, Where }

const APPLICATION = '1100000000000000001'
const PATIENCE_MS = 4000

/**
 * A Discord of our own on loopback, for the real discord.js: REST and gateway v10, with the published
 * limits, a memory for nonces, and faults on demand. Starts with one guild of one open channel.
 */
export class FakeDiscord implements AsyncDisposable {
  readonly token: string
  readonly faults = new Faults()
  readonly gateway: FakeGateway
  readonly people: People
  readonly guild: FakeGuild
  readonly channel: FakeChannel
  readonly #world = new World()
  readonly #rest: FakeRest
  readonly #server: Server
  /** Whether answers without a body claim to be JSON. */
  callsNothingJson = false
  #refusesToken = false

  private constructor(token: string) {
    this.token = token
    this.gateway = new FakeGateway(this.#world, {
      applicationId: APPLICATION,
      accepts: (given) => given === this.token && !this.#refusesToken,
    })
    this.people = new People(this.#world, this.gateway, APPLICATION)
    this.#rest = new FakeRest(this.#world, this.gateway, this.people, APPLICATION)
    this.#server = createServer((request, response) => void this.#serve(request, response))
    this.gateway.attach(this.#server)
    this.guild = this.addGuild('Acme')
    this.channel = this.guild.channels[0]!
  }

  static async open(token = 'MTEwMDAwMDAwMDAwMDAwMDAwMQ.fake.token'): Promise<FakeDiscord> {
    const fake = new FakeDiscord(token)
    await new Promise<void>((resolve) => {
      fake.#server.listen(0, '127.0.0.1', resolve)
    })
    fake.gateway.url = `ws://127.0.0.1:${fake.#port}`
    return fake
  }

  get #port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  /** For DISCORD_API_URL. */
  get apiUrl(): string {
    return `http://127.0.0.1:${this.#port}/api`
  }

  /** Bodies the platform found fault with, in words. */
  get refused(): readonly string[] {
    return this.#rest.refused
  }

  get requests(): readonly Seen[] {
    return this.#rest.requests
  }

  /** The registered global commands, as `GET …/commands` gives them. */
  get commands(): readonly Record<string, unknown>[] {
    return this.#world.commands
  }

  /** Commands registered in an earlier life. */
  holdCommands(commands: readonly Record<string, unknown>[]): void {
    this.#world.commands = commands
  }

  addGuild(name: string): FakeGuild {
    const guild: FakeGuild = {
      id: this.#world.nextId(),
      name,
      ownerId: this.#world.nextId(),
      channels: [],
      roles: [],
    }
    this.#world.guilds.set(guild.id, guild)
    this.#world.addChannel(guild.id, 'general')
    this.gateway.dispatch('GUILD_CREATE', toGuild(guild))
    return guild
  }

  /** Somebody throws the bot out of a guild. */
  removeGuild(guildId: string): void {
    this.#world.guilds.delete(guildId)
    this.gateway.dispatch('GUILD_DELETE', { id: guildId })
  }

  /** A guild is not to be reached for a while: an outage, not a removal. */
  guildOutage(guildId: string): void {
    this.gateway.dispatch('GUILD_DELETE', { id: guildId, unavailable: true })
  }

  addChannel(name: string, guildId = this.guild.id): FakeChannel {
    return this.#world.addChannel(guildId, name)
  }

  addRole(name: string): FakeRole {
    const role: FakeRole = { id: this.#world.nextId(), name }
    this.guild.roles.push(role)
    this.gateway.dispatch('GUILD_ROLE_CREATE', { guild_id: this.guild.id, role: toRole(role) })
    return role
  }

  user(username: string, globalName: string | null = null): FakeUser {
    return { id: this.#world.nextId(), username, globalName }
  }

  /** Resolves once a bot is logged in. */
  async online(): Promise<void> {
    await this.waitFor(() => this.gateway.live.length > 0, 'a bot online')
  }

  command(given: Parameters<People['command']>[0]): Promise<Answered> {
    return this.people.command(given)
  }

  autocomplete(given: Parameters<People['autocomplete']>[0]): ReturnType<People['autocomplete']> {
    return this.people.autocomplete(given)
  }

  press(message: FakeMessage, label: string, where?: Where): Promise<Answered> {
    return this.people.press(message, label, where)
  }

  /** What everyone in a channel sees now, the oldest first. */
  messages(channelId = this.channel.id): readonly FakeMessage[] {
    return this.#world.messages.filter(
      (it) => it.channelId === channelId && !it.deleted && (it.flags & EPHEMERAL) === 0,
    )
  }

  /** Somebody deletes a message: edits of it answer 10008 from now on. */
  deleteMessage(message: FakeMessage): void {
    message.deleted = true
    this.#world.changed()
  }

  /** Something happened elsewhere (a line was logged): what is waited for may be true now. */
  lookAgain(): void {
    this.#world.changed()
  }

  /**
   * Resolves with what `find` gives as soon as it is neither undefined nor false; looked at whenever
   * anything happens here.
   */
  waitFor<T>(
    find: () => T | undefined | false,
    what = 'something',
    patienceMs = PATIENCE_MS,
  ): Promise<T> {
    return this.#world.waitFor(find, what, patienceMs)
  }

  /** Nonces are remembered for a few minutes only; these are over. */
  forgetNonces(): void {
    this.#world.nonces.clear()
  }

  /** From now on (or not any more) every request and login with the token is turned down. */
  refuseToken(refuse = true): void {
    this.#refusesToken = refuse
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.gateway.forgetSessions()
    this.gateway.close()
    this.#server.closeAllConnections()
    await new Promise((resolve) => {
      this.#server.close(resolve)
    })
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = (request.url ?? '').replace(/\?.*/, '')
    const method = request.method ?? 'GET'
    const { body, files } = await readBody(request)
    this.#rest.requests.push({ method, path, body, files })
    const fault = this.faults.take(`${method} ${path}`)
    if (fault === 'hang') {
      this.#world.changed()
      return
    }
    if (fault === 'cut') {
      request.socket.destroy()
      return
    }
    if (typeof fault === 'object') {
      const { status, code = 0, message = 'Fault', retryAfter } = fault
      const headers = {
        ...(retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) }),
        ...(fault.global === true ? { 'x-ratelimit-global': 'true' } : {}),
        ...(fault.shared === true ? { 'x-ratelimit-scope': 'shared' } : {}),
      }
      send(response, { status, body: { code, message, retry_after: retryAfter }, headers })
      this.#world.changed()
      return
    }
    const authorized = request.headers.authorization === `Bot ${this.token}` && !this.#refusesToken
    const answer = this.#rest.answer({ method, path, body, files }, authorized)
    if (fault === 'cutAfter') request.socket.destroy()
    else if (this.callsNothingJson && answer.body === undefined)
      send(response, { ...answer, headers: { 'content-type': 'application/json' } })
    else send(response, answer)
    this.#world.changed()
  }
}
