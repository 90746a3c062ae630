import type { IncomingMessage, Server } from 'node:http'
import type { Duplex } from 'node:stream'
import { type WebSocket, WebSocketServer } from 'ws'
import type { FakeGuild, FakeRole, World } from './world.ts'

interface Session {
  readonly id: string
  readonly intents: number
  readonly sent: { readonly op: 0; readonly t: string; readonly s: number; readonly d: unknown }[]
  socket: WebSocket | null
}

interface Identity {
  readonly applicationId: string
  /** Whether the platform takes this token now. */
  accepts(token: unknown): boolean
}

/**
 * `away`: the handshake is refused; `mute`: it is taken, and never a word said; `deaf`: hello is said,
 * and nothing listened to.
 */
type Mood = 'well' | 'away' | 'mute' | 'deaf'

/** Gateway v10: hello, identify, resume with replay, heartbeat; and all the ways it breaks off. */
export class FakeGateway {
  readonly sessions: Session[] = []
  /** Sockets opened since the start, probes among them. */
  connections = 0
  mood: Mood = 'well'
  /** How the next connections are met, one each, before `mood` counts again. */
  readonly nextMoods: Mood[] = []
  heartbeatMs = 41_250
  resumes = 0
  /** Of a day's 1000, as `GET /gateway/bot` tells it. */
  loginsLeft = 1000
  acknowledges = true
  /** The next identify is answered by closing with this code. */
  closeNextIdentify: number | null = null
  url = ''
  readonly #sockets = new WebSocketServer({ noServer: true })
  readonly #world: World
  readonly #identity: Identity

  constructor(world: World, identity: Identity) {
    this.#world = world
    this.#identity = identity
  }

  attach(server: Server): void {
    server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      // Who hangs up on us is no trouble of ours.
      socket.on('error', () => {})
      this.connections += 1
      const mood = this.nextMoods.shift() ?? this.mood
      if (mood === 'away')
        socket.end('HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\n\r\n')
      else this.#sockets.handleUpgrade(request, socket, head, (opened) => this.#greet(opened, mood))
      this.#world.changed()
    })
  }

  /** Whether nobody connects for `ms`: how a client that should be dead is found alive. */
  async isQuiet(ms: number): Promise<boolean> {
    const before = this.connections
    await new Promise((resolve) => {
      setTimeout(resolve, ms)
    })
    return this.connections === before
  }

  get live(): Session[] {
    return this.sessions.filter(({ socket }) => socket !== null)
  }

  /** An event to every session; who is cut off gets it when he resumes. */
  dispatch(event: string, data: unknown): void {
    for (const session of this.sessions) this.#send(session, event, data)
  }

  /** An event once more, as a resume may do it. */
  replay(event: string): void {
    for (const { sent, socket } of this.live) {
      const last = sent.findLast(({ t }) => t === event)
      if (last !== undefined) socket?.send(JSON.stringify(last))
    }
  }

  /** Sends a bare op: 7 reconnect, 9 invalid session. */
  op(op: 7 | 9, resumable = false): void {
    for (const { socket } of this.live) socket?.send(JSON.stringify({ op, d: resumable }))
  }

  /** Closes every connection with `code`, or cuts it without a word. */
  close(code?: number): void {
    for (const socket of this.#sockets.clients)
      if (code === undefined) socket.terminate()
      else socket.close(code)
  }

  forgetSessions(): void {
    for (const session of this.sessions.splice(0)) session.socket?.terminate()
  }

  #greet(socket: WebSocket, mood: Mood): void {
    if (mood === 'mute') return
    socket.send(JSON.stringify({ op: 10, d: { heartbeat_interval: this.heartbeatMs } }))
    if (mood === 'deaf') return
    socket.on('message', (raw: Buffer) => {
      const { op, d } = JSON.parse(raw.toString()) as { op: number; d: Record<string, unknown> }
      if (op === 1 && this.acknowledges) socket.send(JSON.stringify({ op: 11 }))
      if (op === 2) this.#identify(socket, d)
      if (op === 6) this.#resume(socket, d)
    })
  }

  #identify(socket: WebSocket, d: Record<string, unknown>): void {
    if (this.closeNextIdentify !== null) {
      socket.close(this.closeNextIdentify)
      this.closeNextIdentify = null
      return
    }
    if (!this.#identity.accepts(d['token'])) return socket.close(4004)
    const session: Session = {
      id: this.#world.nextId(),
      intents: Number(d['intents']),
      sent: [],
      socket,
    }
    this.#adopt(session, socket)
    this.sessions.push(session)
    const guilds = [...this.#world.guilds.values()]
    this.#send(session, 'READY', {
      v: 10,
      user: botUser(this.#identity.applicationId),
      guilds: guilds.map(({ id }) => ({ id, unavailable: true })),
      session_id: session.id,
      resume_gateway_url: this.url,
      shard: [0, 1],
      application: { id: this.#identity.applicationId, flags: 0 },
    })
    for (const guild of guilds) this.#send(session, 'GUILD_CREATE', toGuild(guild))
    this.#world.changed()
  }

  #resume(socket: WebSocket, d: Record<string, unknown>): void {
    if (!this.#identity.accepts(d['token'])) return socket.close(4004)
    const session = this.sessions.find(({ id }) => id === d['session_id'])
    if (session === undefined) {
      socket.send(JSON.stringify({ op: 9, d: false }))
      return
    }
    this.resumes += 1
    this.#adopt(session, socket)
    const missed = session.sent.filter(({ s }) => s > Number(d['seq']))
    for (const event of missed) socket.send(JSON.stringify(event))
    this.#send(session, 'RESUMED', {})
    this.#world.changed()
  }

  #adopt(session: Session, socket: WebSocket): void {
    session.socket = socket
    socket.on('close', () => {
      if (session.socket === socket) session.socket = null
      this.#world.changed()
    })
  }

  #send(session: Session, t: string, d: unknown): void {
    const event = { op: 0 as const, t, s: session.sent.length + 1, d }
    session.sent.push(event)
    session.socket?.send(JSON.stringify(event))
  }
}

const botUser = (id: string) => ({
  id,
  username: 'Uptalk',
  discriminator: '0',
  global_name: null,
  avatar: null,
  bot: true,
  verified: true,
  mfa_enabled: true,
  flags: 0,
})

export const toRole = ({ id, name }: FakeRole) => ({
  id,
  name,
  permissions: '0',
  position: 0,
  color: 0,
  hoist: false,
  flags: 0,
})

export const toGuild = ({ id, name, ownerId, channels, roles }: FakeGuild) => ({
  id,
  name,
  owner_id: ownerId,
  icon: null,
  features: [],
  preferred_locale: 'en-US',
  large: false,
  member_count: 3,
  joined_at: '2027-01-01T00:00:00.000Z',
  roles: [{ id, name: '@everyone' }, ...roles].map(toRole),
  channels: channels.map((channel) => ({ id: channel.id, name: channel.name, type: 0 })),
  emojis: [],
  stickers: [],
  members: [],
  threads: [],
  presences: [],
  voice_states: [],
  stage_instances: [],
  guild_scheduled_events: [],
})
