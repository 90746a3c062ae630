import path from 'node:path'
import { expect, test } from 'vitest'
import { ensureAccount } from '../../src/accounts/index.ts'
import { systemChance } from '../../src/kernel/index.ts'
import { addMonitor } from '../../src/monitors/index.ts'
import { createChannel } from '../../src/notifications/index.ts'
import { bindAccount, openDatabase, openSealer } from '../../src/storage/index.ts'
import { Death } from '../support/death.ts'
import { unseen } from '../support/eye.ts'
import { by, House, limits } from '../support/house.ts'
import { verdictsOf } from '../support/outage.ts'
import { Program, temporaryFolder } from '../support/process.ts'
import { openReceiver, type Receiver } from '../support/receiver.ts'
import { Site } from '../support/site.ts'
import { until } from '../support/until.ts'

const MATRIX_MS = 30_000

type Step = 'verdict written' | 'claimed' | 'heard' | 'recorded'

/** How far the telling of the first row got, as the file and the far side have it. */
async function stepOf(house: House, isHeard: boolean): Promise<Step> {
  const row = await house.db
    .selectFrom('notifications')
    .select(['state', 'claimed_until'])
    .orderBy('id')
    .executeTakeFirstOrThrow()
  if (row.state === 'sent') return 'recorded'
  if (isHeard) return 'heard'
  return row.claimed_until === null ? 'verdict written' : 'claimed'
}

const quiet = (house: House) =>
  until('nothing waits', async () => {
    await house.clock.turn(20)
    const rows = await house.db.selectFrom('notifications').select('state').execute()
    return rows.every(({ state }) => state !== 'pending')
  })

/**
 * An outage whose telling dies after so many statements, and what comes after that is told by another
 * process. Meanwhile it may end.
 */
async function told(statements: number, isOver: boolean, receiver: Receiver | null) {
  await using opened = new AsyncDisposableStack()
  const folder = opened.use(await temporaryFolder())
  const file = path.join(folder.path, 'uptalk.db')
  const house = opened.use(await House.open({ probe: async () => unseen, file }))
  if (receiver !== null) {
    await house.webhook(receiver.url)
    await house.db.deleteFrom('channels').where('kind', '=', 'pager').execute()
  }
  const { monitor } = await house.add()
  const openedAt = house.clock.now()
  await verdictsOf(house.db, monitor).open(openedAt)
  const death = new Death(statements)
  house.deliversBy = (db) => db.withPlugin(death)
  house.start()
  await until('it dies', async () => {
    await house.clock.turn(1)
    return death.hasCome
  })
  const next = opened.use(await house.kill())
  const isHeard = receiver === null ? next.pager.posts.length > 0 : receiver.got.length > 0
  const step = await stepOf(next, isHeard)
  await next.clock.turn(1000)
  if (isOver) await verdictsOf(next.db, monitor).resolve(next.clock.now())
  next.start()
  await quiet(next)
  return { step, pager: next.pager }
}

/** Dies after the first statement of a telling, after the second, and so on until it is recorded. */
async function everyDeath(dies: (statements: number) => Promise<Step>): Promise<Set<Step>> {
  const steps = new Set<Step>()
  for (let statements = 0; !steps.has('recorded'); statements += 1)
    steps.add(await dies(statements))
  return steps
}

const EVERY_STEP = new Set<Step>(['verdict written', 'claimed', 'heard', 'recorded'])

test(
  'wherever a process dies, an outage that goes on is one message',
  { timeout: MATRIX_MS },
  async () => {
    const steps = await everyDeath(async (statements) => {
      const { step, pager } = await told(statements, false, null)
      expect([step, ...pager.said]).toEqual([step, 'alert'])
      expect([step, pager.repeats]).toEqual([step, step === 'heard' ? [pager.posts[0]!.nonce] : []])
      return step
    })
    expect(steps).toEqual(EVERY_STEP)
  },
)

test(
  'wherever a process dies, an outage that ends meanwhile is one message in its last form; a reply where it was heard before',
  { timeout: MATRIX_MS },
  async () => {
    const steps = await everyDeath(async (statements) => {
      const { step, pager } = await told(statements, true, null)
      const wasHeard = step === 'heard' || step === 'recorded'
      expect([step, ...pager.said]).toEqual(
        wasHeard ? [step, 'alert', 'recovery', 'edited: resolved'] : [step, 'alert'],
      )
      const { news } = pager.posts[0]!
      expect(news).toMatchObject({ incident: { endReason: wasHeard ? null : 'resolved' } })
      return step
    })
    expect(steps).toEqual(EVERY_STEP)
  },
)

/** What was claimed may be on its way when the process dies. */
const REPEATS: Readonly<Record<Step, readonly number[]>> = {
  'verdict written': [0],
  claimed: [0, 1],
  heard: [1],
  recorded: [0],
}

test.each([
  ['goes on', false, ['target.down']],
  ['ends meanwhile', true, ['target.down', 'target.up']],
] as const)(
  'wherever a process dies, a program hears of an outage that %s, of each event by one id',
  { timeout: MATRIX_MS },
  async (_, isOver, types) => {
    const steps = await everyDeath(async (statements) => {
      await using receiver = await openReceiver()
      const { step } = await told(statements, isOver, receiver)
      const events = new Map(receiver.got.map(({ id, type }) => [id, type]))
      expect([step, ...events.values()]).toEqual([step, ...types])
      const repeats = receiver.got.length - events.size
      expect(REPEATS[step]).toContain(repeats)
      return step
    })
    expect(steps).toEqual(EVERY_STEP)
  },
)

test(
  'a process killed while a receiver holds a request tells the same again when it is started',
  { timeout: 20_000 },
  async () => {
    await using folder = await temporaryFolder()
    await using site = await Site.open()
    await using receiver = await openReceiver()
    site.status = 500
    receiver.answers.push('held')
    const file = path.join(folder.path, 'uptalk.db')
    {
      await using db = await openDatabase(file)
      const { id } = await ensureAccount(db, 1, 'business')
      const account = bindAccount(db, id)
      const sealer = await openSealer(db, file, undefined, systemChance)
      await addMonitor(
        account,
        { now: 1, by, sealer, limits },
        { type: 'HTTP', name: 'shop', url: site.url, policy: { confirmations: 1 } },
      )
      const policy = { kinds: new Set(['webhook']), allowsClearWebhooks: false }
      await createChannel(
        account,
        {
          now: 1,
          by,
          sealer,
          chance: systemChance,
          policy: { ...policy, refusal: () => undefined },
          serverOf: async () => null,
        },
        { name: 'program', type: 'webhook', webhookInfo: { url: receiver.url } },
      )
    }
    const env = { FOLDER: folder.path, DATABASE_PATH: 'uptalk.db', PORT: '0', CANARY_HOSTS: '' }
    await using uptalk = Program.start('src/main.ts', [], env)
    await receiver.heard(1)
    uptalk.kill('SIGKILL')
    expect(await uptalk.ended()).toBe('SIGKILL')
    await using again = Program.start('src/main.ts', [], env)
    await again.hears(/"msg":"notification sent"/)
    const [first, second] = receiver.got
    expect(receiver.types).toEqual(['target.down', 'target.down'])
    expect([second?.id, second?.body]).toEqual([first?.id, first?.body])
  },
)
