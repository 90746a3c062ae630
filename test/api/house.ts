import { createHash } from 'node:crypto'
import type { FastifyInstance, InjectOptions } from 'fastify'
import { type ApiDeps, type ApiSettings, buildApi } from '../../src/api/index.ts'
import { type Chance, quietLog } from '../../src/kernel/index.ts'
import { type Check, getMonitor } from '../../src/monitors/index.ts'
import { openNetwork } from '../../src/network/index.ts'
import { type Messenger, openWebhooks } from '../../src/notifications/index.ts'
import { buildSealer, type Db, openDatabase } from '../../src/storage/index.ts'
import { HandClock } from '../support/clock.ts'
import { basePath } from '../../src/api/site.ts'
import { strayOf } from './contract.ts'

type Json = Record<string, unknown>
type Scope = 'read' | 'write' | 'admin'

/** Chance that repeats itself from run to run, and never within one. */
function countedChance(): Chance {
  let drawn = 0
  return {
    random: () => 0.5,
    bytes: (size) => {
      drawn += 1
      const hash = createHash('shake256', { outputLength: size }).update(String(drawn))
      return new Uint8Array(hash.digest())
    },
  }
}

export interface Account {
  readonly id: number
  readonly keys: Readonly<Record<Scope, string>>
}

export interface Answered {
  readonly status: number
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly text: string
  readonly json: Json
}

/** The API in a house of its own: a database, two accounts, and time that stands still. */
export interface House extends AsyncDisposable {
  readonly app: FastifyInstance
  readonly db: Db
  readonly clock: HandClock
  readonly deps: ApiDeps
  readonly ours: Account
  readonly theirs: Account
  readonly lines: { fields: Readonly<Record<string, unknown>>; event: string }[]
  readonly nudges: () => number
  /** Asks with our admin key, unless `headers` say otherwise. */
  ask(method: string, url: string, more?: Asked): Promise<Answered>
  /** A target of ours (or theirs), straight through the API. */
  add(fields?: Json, account?: Account): Promise<Json & { id: number }>
}

export interface Asked {
  readonly body?: unknown
  /** Sent as it is, instead of `body`. */
  readonly raw?: string | Buffer
  readonly key?: string | null
  readonly headers?: Readonly<Record<string, string>>
  readonly from?: string
}

const keyOf = (seed: string): string =>
  `upty_${createHash('sha256').update(seed).digest('hex').slice(0, 48)}`

async function addAccount(db: Db, name: string, now: number): Promise<Account> {
  const { id } = await db
    .insertInto('accounts')
    .values({ name, plan: 'team', created_at: now })
    .returning('id')
    .executeTakeFirstOrThrow()
  const keys = {
    read: keyOf(`${name} read`),
    write: keyOf(`${name} write`),
    admin: keyOf(`${name} admin`),
  }
  for (const [scope, key] of Object.entries(keys))
    await db
      .insertInto('keys')
      .values({
        account_id: id,
        name: scope,
        scope: scope as Scope,
        hash: createHash('sha256').update(key).digest('hex'),
        prefix: key.slice(0, 9),
        created_at: now,
      })
      .execute()
  return { id, keys }
}

const typeFor = (method: string) =>
  method === 'PATCH' ? 'application/merge-patch+json' : 'application/ld+json'

function toOptions(
  method: NonNullable<InjectOptions['method']>,
  url: string,
  key: string,
  asked: Asked,
): InjectOptions {
  const payload = asked.raw ?? (asked.body === undefined ? undefined : JSON.stringify(asked.body))
  return {
    method,
    url,
    headers: {
      ...(asked.key === null ? {} : { 'x-api-key': asked.key ?? key }),
      ...(payload === undefined ? {} : { 'content-type': typeFor(method) }),
      ...asked.headers,
    },
    ...(payload === undefined ? {} : { payload }),
    ...(asked.from === undefined ? {} : { remoteAddress: asked.from }),
  }
}

export async function openHouse(
  settings: Partial<ApiSettings> = {},
  privateTargets: 'allow' | 'deny' = 'allow',
  messengers: Readonly<Record<string, Messenger>> = {},
): Promise<House> {
  const network = openNetwork({ privateTargets })
  const db = await openDatabase(':memory:')
  const clock = new HandClock()
  const chance = countedChance()
  const sealer = buildSealer('a secret of thirty-two characters', chance)
  const lines: House['lines'] = []
  const note = (fields: Readonly<Record<string, unknown>>, event: string) => {
    lines.push({ fields, event })
  }
  let nudges = 0
  const deps: ApiDeps = {
    db,
    clock,
    chance,
    sealer,
    log: { ...quietLog, info: note, error: note },
    looker: {
      nudge: () => {
        nudges += 1
      },
      check: async (bound, id): Promise<Check> => {
        await getMonitor(bound, sealer, id)
        return {
          id: 7,
          monitorId: id,
          cause: 'manual',
          startedAt: clock.now(),
          finishedAt: clock.now(),
          outcome: {
            status: 'up',
            code: 'ok',
            message: 'HTTP 200',
            durationMs: 12,
            timings: { total: 12 },
          },
        }
      },
    },
    messengers: {
      webhook: openWebhooks({ clock, network, sealer, userAgent: 'Uptalk/test', base: '' }),
      ...messengers,
    },
    refusal: (host) => network.refusal(host),
    health: () => ({ ready: true, status: 'ok', parts: { engine: 'ok' } }),
    counts: () => ({
      watched: 7,
      running: 2,
      skipped: 3,
      missed: 4,
      lateness: { boundsMs: [5, 1000], within: [10, 2, 1], sumMs: 6050 },
    }),
    settings: {
      publicUrl: null,
      allowInsecureHttp: false,
      trustedProxies: ['loopback'],
      corsOrigins: [],
      unknown: 'reject',
      allowInsecureWebhooks: false,
      version: '0.0.0',
      ...settings,
    },
  }
  const app = buildApi(deps)
  const base = basePath(deps.settings.publicUrl)
  const ours = await addAccount(db, 'ours', clock.now())
  const theirs = await addAccount(db, 'theirs', clock.now())
  const ask = async (method: string, url: string, asked: Asked = {}): Promise<Answered> => {
    const answer = await app.inject(toOptions(method, url, ours.keys.admin, asked))
    const stray = strayOf(method, url.startsWith(`${base}/`) ? url.slice(base.length) : url, {
      status: answer.statusCode,
      type: answer.headers['content-type'] ?? '',
      text: answer.body,
    })
    if (stray !== undefined) throw new Error(stray)
    const isJson = /json/.test(String(answer.headers['content-type'])) && answer.body !== ''
    return {
      status: answer.statusCode,
      headers: answer.headers as Record<string, string | undefined>,
      text: answer.body,
      json: isJson ? (JSON.parse(answer.body) as Json) : {},
    }
  }
  return {
    app,
    db,
    clock,
    deps,
    ours,
    theirs,
    lines,
    nudges: () => nudges,
    ask,
    add: async (fields = {}, account = ours) => {
      const body = { type: 'HTTP', name: 'Shop', url: 'https://shop.example/', ...fields }
      const { status, json, text } = await ask('POST', '/api/targets', {
        body,
        key: account.keys.admin,
      })
      if (status !== 201) throw new Error(text)
      return json as Json & { id: number }
    },
    [Symbol.asyncDispose]: async () => {
      await app.close()
      await db.destroy()
    },
  }
}
