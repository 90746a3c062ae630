import { createServer as createTcp } from 'node:net'
import { once } from 'node:events'
import { quietLog } from '../../src/kernel/index.ts'
import { openNetwork } from '../../src/network/index.ts'
import { openRegistry } from '../../src/registry/index.ts'
import { type Db, openDatabase } from '../../src/storage/index.ts'
import { HandClock } from '../support/clock.ts'
import { until } from '../support/until.ts'
import { type Site, web } from '../support/web/servers.ts'

type Answer = {
  readonly status?: number
  readonly body?: string
  readonly headers?: Record<string, string>
}

/** Longer than anything on loopback takes. */
const QUIET_MS = 60

export const DAYS = 24 * 3600 * 1000

/** A domain object as registries send them. */
export const registered = (expires: string | null, more: object = {}) => ({
  body: JSON.stringify({
    objectClassName: 'domain',
    ldhName: 'x',
    status: ['active'],
    events: expires === null ? [] : [{ eventAction: 'expiration', eventDate: expires }],
    ...more,
  }),
})

/** IANA's list, an RDAP service for `.test`, WHOIS for the rest, and time in hand. */
export async function openWorld(options: { policy?: 'allow' | 'deny' } = {}) {
  const clock = new HandClock()
  const asked: string[] = []
  const world = {
    rdap: (_domain: string): Answer | 'silence' => registered('2028-03-01T00:00:00Z'),
    whois: (_question: string): string | null => 'No match\r\n',
    bootstrap: (): Answer | 'silence' => ({}),
  }
  const rdap: Site = await web((request, response) => {
    const name = decodeURIComponent(request.url ?? '').replace('/rdap/domain/', '')
    asked.push(`rdap ${name}`)
    const answer = world.rdap(name)
    if (answer === 'silence') return
    response.writeHead(answer.status ?? 200, {
      'content-type': 'application/rdap+json',
      ...answer.headers,
    })
    response.end(answer.body ?? '')
  })
  const list: Site = await web((_request, response) => {
    asked.push('bootstrap')
    const answer = world.bootstrap()
    if (answer === 'silence') return
    const services = [[['test', 'co.test'], [new URL('/rdap/', rdap.url).href]]]
    response.writeHead(answer.status ?? 200)
    response.end(answer.body ?? JSON.stringify({ services }))
  })
  const whois = createTcp((socket) => {
    socket.on('error', () => {})
    socket.once('data', (question) => {
      const text = question.toString().trim()
      asked.push(`whois ${text}`)
      const answer = world.whois(text)
      if (answer !== null) socket.end(answer)
    })
  })
  whois.listen(0, '127.0.0.1')
  await once(whois, 'listening')
  const whoisHost = `127.0.0.1:${(whois.address() as { port: number }).port}`
  const db: Db = await openDatabase(':memory:')
  const open = () =>
    openRegistry(db, {
      clock,
      log: quietLog,
      network: openNetwork({ privateTargets: options.policy ?? 'allow' }),
      ownNetwork: openNetwork({ privateTargets: 'allow' }),
      userAgent: 'Uptalk/test',
      bootstrapUrl: list.url,
      whoisHost,
    })
  let registry = open()
  return {
    clock,
    db,
    asked,
    world,
    whoisHost,
    rdapUrl: rdap.url,
    restart: () => {
      registry = open()
    },
    /** Asks, moving time on while a registry is given its pauses. */
    async ask(domain: string, maxAgeMs = DAYS, signal = new AbortController().signal) {
      let isDone = false
      const answer = registry.ask(domain, maxAgeMs, signal).finally(() => {
        isDone = true
      })
      let heard = performance.now()
      let seen = asked.length
      await until(`an answer about ${domain}`, async () => {
        if (asked.length !== seen) [seen, heard] = [asked.length, performance.now()]
        // Sockets need no time that is in our hand: it moves on only where nothing happens by itself.
        if (!isDone && performance.now() - heard > QUIET_MS) await clock.turn(500)
        return isDone
      })
      return answer
    },
    raw: (domain: string, signal: AbortSignal) => registry.ask(domain, DAYS, signal),
    async [Symbol.asyncDispose]() {
      await rdap[Symbol.asyncDispose]()
      await list[Symbol.asyncDispose]()
      whois.close()
      await db.destroy()
    },
  }
}
