import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { systemChance } from '../../src/kernel/index.ts'
import { createChannel } from '../../src/notifications/index.ts'
import { bindAccount, openSealer } from '../../src/storage/index.ts'
import { chatAlerts } from './alerts-chat.ts'
import { quantile, spread } from './measure.ts'
import type { Figure } from './report.ts'
import type { World } from './world.ts'

const ALONE = 100
const AT_ONCE = 1000
/** Each fails at its first look; in their rhythm that takes so long. */
const SPREAD_SECONDS = 10

const now = (): number => performance.timeOrigin + performance.now()

async function listen(answer: Parameters<typeof createServer>[1]) {
  const server = createServer({ keepAlive: false }, answer)
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => {
        server.close(resolve)
      })
    },
  }
}

/** Milliseconds from each target's failing answer to the webhook that tells of it, and until the last. */
async function outages(world: World, count: number, isAtOnce: boolean) {
  const failedAt = new Map<string, number>()
  const waits: number[] = []
  const all = Promise.withResolvers<void>()
  await using target = await listen((request, response) => {
    const who = request.url ?? ''
    if (!failedAt.has(who)) failedAt.set(who, now())
    response.writeHead(500).end()
  })
  await using receiver = await listen((request, response) => {
    let body = ''
    request.on('data', (part: Buffer) => (body += part.toString()))
    request.on('end', () => {
      const { data } = JSON.parse(body) as { data: { target: { url: string } } }
      waits.push(now() - failedAt.get(new URL(data.target.url).pathname)!)
      response.writeHead(204).end()
      if (waits.length === count) all.resolve()
    })
  })
  const monitors = Array.from({ length: count }, (_, at) => ({
    name: `monitor ${at}`,
    url: `${target.url}/${at}`,
    intervalSeconds: SPREAD_SECONDS,
    policy: { confirmations: 1 },
  }))
  await using _ = await world.uptalk(monitors, {
    fill: async (db, file) => {
      const sealer = await openSealer(db, file, undefined, systemChance)
      await createChannel(
        bindAccount(db, 1),
        {
          now: Date.now(),
          by: { type: 'cli', name: 'bench' },
          sealer,
          chance: systemChance,
          policy: {
            kinds: new Set(['webhook']),
            allowsClearWebhooks: false,
            refusal: () => undefined,
          },
          serverOf: async () => null,
        },
        { name: 'receiver', type: 'webhook', webhookInfo: { url: receiver.url } },
      )
      if (!isAtOnce) await db.updateTable('monitors').set({ look_now: 0 }).execute()
    },
  })
  await all.promise
  return { waits, lasted: now() - Math.min(...failedAt.values()) }
}

/** From the answer that makes an outage to the request that tells of it. */
export async function alerts(world: World): Promise<Figure[]> {
  const told = await chatAlerts(world)
  const alone = await outages(world, ALONE, false)
  const many = await outages(world, AT_ONCE, true)
  const figure = (name: string, values: readonly number[], share: number, target: number | null) =>
    ({ name, unit: 'ms', ...spread([quantile(values, share)]), target }) satisfies Figure
  return [
    figure(`outage to webhook, ${ALONE} in ${SPREAD_SECONDS} s, p50`, alone.waits, 0.5, 15),
    figure(`outage to webhook, ${ALONE} in ${SPREAD_SECONDS} s, p99`, alone.waits, 0.99, 100),
    figure(`outage to webhook, ${AT_ONCE} at once, p50`, many.waits, 0.5, null),
    figure(`outage to webhook, ${AT_ONCE} at once, p99`, many.waits, 0.99, null),
    figure(
      `${AT_ONCE} at once, from the first failure to the last webhook`,
      [many.lasted],
      0.5,
      null,
    ),
    ...told,
  ]
}
