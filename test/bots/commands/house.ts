import { createLinkCode, ensureAccount } from '../../../src/accounts/index.ts'
import { type Chance, type Log, MINUTE, SECOND } from '../../../src/kernel/index.ts'
import { addMonitor, type Check, type Looker } from '../../../src/monitors/index.ts'
import type { Outcome } from '../../../src/probes/index.ts'
import {
  type AccountDb,
  bindAccount,
  buildSealer,
  openDatabase,
} from '../../../src/storage/index.ts'
import type { Actor, Ask, Named, Place } from '../../../bots/commands/desk.ts'
import { buildDesk } from '../../../bots/commands/index.ts'
import type { Reply, Run } from '../../../bots/commands/reply.ts'
import { HandClock } from '../../support/clock.ts'
import { verdictsOf } from '../../support/outage.ts'

export const UP: Outcome = {
  status: 'up',
  code: 'ok',
  message: 'HTTP 200',
  durationMs: 182,
  timings: { total: 182 },
}
export const REFUSED: Outcome = {
  status: 'down',
  code: 'connect_refused',
  message: '10.0.0.7 refuses connections on port 443',
  durationMs: 3,
  timings: { total: 3 },
}

/** Chance that counts: secrets differ, runs are the same. */
export function countingChance(): Chance {
  let next = 0
  return {
    random: () => 0.5,
    bytes: (size) => Uint8Array.from({ length: size }, () => (next += 7) % 251),
  }
}

/** Stands in for the network's own rule. */
export const refuseMetadata = (host: string): string | undefined =>
  host === '169.254.169.254' ? `${host} may not be watched (reserved address)` : undefined

/** A looker that sees what a test says; everything is up until then. */
class FakeLooker implements Looker {
  readonly looked: number[] = []
  outcome: Outcome | Error | 'never' = UP
  readonly #clock: HandClock

  constructor(clock: HandClock) {
    this.#clock = clock
  }

  async check(_db: AccountDb, monitorId: number): Promise<Check> {
    this.looked.push(monitorId)
    const { outcome } = this
    if (outcome === 'never') return new Promise(() => {})
    if (outcome instanceof Error) throw outcome
    const at = this.#clock.now()
    return { id: 1, monitorId, cause: 'manual', startedAt: at, finishedAt: at, outcome }
  }

  nudge(): void {}
}

export const SERVER: Place = {
  platform: 'discord',
  serverId: '900',
  channelId: '901',
  threadId: null,
  isPrivate: false,
  title: 'Ops',
}
export const ELSEWHERE: Place = { ...SERVER, serverId: '800', channelId: '801', title: 'Rivals' }

export const ANN: Actor = { userId: '1', displayName: 'Ann', standing: 'member' }
export const BOB: Actor = { userId: '2', displayName: 'Bob', standing: 'administrator' }
export const CAT: Actor = { userId: '3', displayName: 'Cat', standing: 'member' }
export const EVE: Actor = { userId: '66', displayName: 'Eve', standing: 'creator' }

const runWords = (run: Run): string =>
  run.kind === 'time' ? `<${run.style} ${new Date(run.at).toISOString()}>` : run.text

const joined = (runs: readonly Run[]): string => runs.map(runWords).join('')

/** A Reply's words, one line a headline, fact, row or line, then its buttons. */
export function words(reply: Reply): string {
  const body = reply.body.flatMap((node): string[] => {
    switch (node.kind) {
      case 'facts':
        return node.facts.map(([label, runs]) => `${label}: ${joined(runs)}`)
      case 'rows':
        return node.rows.map(({ state, name, tail }) => `${state} ${name} ${joined(tail)}`)
      default:
        return [joined(node.runs)]
    }
  })
  const buttons = reply.actions.map(({ label }) => `[${label}]`).join(' ')
  return [joined(reply.headline), ...body, ...(buttons === '' ? [] : [buttons])].join('\n')
}

/** Two accounts, each with a linked Discord server: Ann linked ours, Eve rules the other. */
export async function openHouse() {
  const db = await openDatabase(':memory:')
  const clock = new HandClock()
  const chance = countingChance()
  const looker = new FakeLooker(clock)
  const sealer = buildSealer('x'.repeat(32), chance)
  const logged: { readonly event: string; readonly fields: object }[] = []
  const write = (fields: object, event: string) => void logged.push({ event, fields })
  const log: Log = { debug: () => {}, info: write, warn: write, error: write }
  const desk = buildDesk({ db, clock, chance, log, sealer, looker, refusal: refuseMetadata })
  const ours = bindAccount(db, (await ensureAccount(db, clock.now(), 'business', 'main')).id)
  const theirs = bindAccount(db, (await ensureAccount(db, clock.now(), 'business', 'rivals')).id)
  const by = { type: 'cli', name: 'test' } as const
  const tools = {
    now: clock.now(),
    by,
    sealer,
    limits: { plan: 'business', monitors: null, minIntervalSeconds: 10 },
  }

  const linkTo = async (account: AccountDb, ask: Ask): Promise<Reply> =>
    desk.run(ask, 'link', { code: await createLinkCode(account, clock.now(), chance, by) })
  await linkTo(ours, { actor: { ...ANN, standing: 'administrator' }, place: SERVER })
  await linkTo(theirs, { actor: EVE, place: ELSEWHERE })

  return {
    db,
    clock,
    chance,
    sealer,
    looker,
    desk,
    ours,
    theirs,
    logged,
    linkTo,
    tools,
    [Symbol.asyncDispose]: () => db.destroy(),
    /** What somebody says in our server. */
    says: (actor: Actor, line: string, named: readonly Named[] = []) =>
      desk.runLine({ actor, place: SERVER, named }, line),
    presses: (actor: Actor, press: string) => desk.press({ actor, place: SERVER }, press),
    add: async (name: string, account: AccountDb = ours) =>
      (await addMonitor(account, tools, { type: 'HTTP', name, url: 'https://shop.example.com/' }))
        .monitor.id,
    isUp: (id: number, ms = 182, sinceMs = 2 * MINUTE) =>
      ours
        .updateTable('monitor_states')
        .set({
          status: 'up',
          changed_at: clock.now() - sinceMs,
          last_check_at: clock.now() - 4 * SECOND,
          last_ms: ms,
          last_code: 'ok',
        })
        .where('monitor_id', '=', id)
        .execute(),
    /** Down since 12 s ago, with its incident. */
    async falls(id: number, account: AccountDb = ours) {
      const now = clock.now()
      const startedAt = now - 12 * SECOND
      await account
        .updateTable('monitor_states')
        .set({ last_good_at: startedAt - MINUTE, last_good_ms: 212 })
        .where('monitor_id', '=', id)
        .execute()
      const monitor = await account
        .selectFrom('monitors')
        .select(['id', 'account_id as accountId', 'name', 'url', 'rev'])
        .where('id', '=', id)
        .executeTakeFirstOrThrow()
      const { message } = REFUSED
      await verdictsOf(db, monitor).open(now, { startedAt, message })
      const open = await account
        .selectFrom('incidents')
        .select('id')
        .where('monitor_id', '=', id)
        .where('resolved_at', 'is', null)
        .executeTakeFirstOrThrow()
      return open.id
    },
  }
}

export type House = Awaited<ReturnType<typeof openHouse>>
