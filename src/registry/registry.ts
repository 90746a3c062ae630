import { createHash } from 'node:crypto'
import { type Clock, DAY, HOUR, type Instant, type Log, SECOND } from '../kernel/index.ts'
import type { Network } from '../network/index.ts'
import type { Db } from '../storage/index.ts'
import { type Bootstrap, openBootstrap } from './bootstrap.ts'
import type { Out } from './fetch.ts'
import type { Heard } from './heard.ts'
import { buildLanes } from './lane.ts'
import { askRdap } from './rdap.ts'
import { askWhois, readWhois, referralOf } from './whois.ts'

/** How long a good answer holds, and where the end is near. */
const LIFE_MS = DAY
const SHORT_LIFE_MS = 6 * HOUR
const SHORT_BEFORE_MS = 7 * DAY
/** So that what was added together is not asked together for ever: up to an hour earlier. */
const SPREAD_MS = HOUR
const FIRST_RETRY_MS = HOUR
const LONGEST_RETRY_MS = DAY
/** For so long the last known date speaks for a registry that does not. */
const STALE_MS = 60 * DAY
const REFERRAL_MS = 7 * DAY
const QUESTION_MS = 15 * SECOND

export interface RegistryTools {
  readonly clock: Clock
  readonly log: Log
  /** For registries, whose addresses strangers choose. */
  readonly network: Network
  /** For the operator's own two addresses. */
  readonly ownNetwork: Network
  readonly userAgent: string
  readonly bootstrapUrl: string
  /** `host` or `host:port`. */
  readonly whoisHost: string
}

type Answer = Exclude<Heard, { kind: 'failed' }>

/** What is known, as `Registration` of the probes has it. */
export type Known =
  | (Answer & { readonly checkedAt: Instant })
  | { readonly kind: 'unavailable'; readonly why: string; readonly nextAt: Instant | null }

interface Row {
  readonly answer: Answer | null
  readonly checkedAt: Instant | null
  readonly failures: number
  readonly retryAt: Instant
  readonly why: string | null
}

const NOTHING: Row = { answer: null, checkedAt: null, failures: 0, retryAt: 0, why: null }

const spreadOf = (domain: string): number =>
  createHash('sha256').update(domain).digest().readUInt32BE() % SPREAD_MS

/** How long an answer may be used before the registry is asked again. */
function lifeOf(domain: string, { answer, checkedAt }: Row): number {
  if (answer === null || checkedAt === null) return 0
  const ends = answer.kind === 'known' ? answer.expiresAt : null
  const isNear = ends !== null && ends - checkedAt <= SHORT_BEFORE_MS
  return isNear ? SHORT_LIFE_MS : LIFE_MS - spreadOf(domain)
}

class Registries {
  readonly #db: Db
  readonly #tools: RegistryTools
  readonly #bootstrap: Bootstrap
  readonly #inLane: ReturnType<typeof buildLanes>
  readonly #asking = new Map<string, Promise<Row>>()

  constructor(db: Db, tools: RegistryTools) {
    this.#db = db
    this.#tools = tools
    this.#inLane = buildLanes(tools.clock)
    const { clock, log, ownNetwork, userAgent, bootstrapUrl } = tools
    const out = { network: ownNetwork, userAgent }
    this.#bootstrap = openBootstrap(db, { clock, log, out }, bootstrapUrl)
  }

  async ask(domain: string, maxAgeMs: number, signal: AbortSignal): Promise<Known> {
    const { clock } = this.#tools
    const row = await this.#read(domain)
    const now = clock.now()
    const age = row.checkedAt === null ? Infinity : now - row.checkedAt
    // A clock that was set back makes nothing fresh.
    if (age >= 0 && age < Math.min(lifeOf(domain, row), maxAgeMs)) return this.#known(row)
    if (now < row.retryAt) return this.#known(row)
    const asked = await this.#whileTime(this.#askOnce(domain, row), signal)
    return this.#known(asked ?? row, asked === undefined)
  }

  #known({ answer, checkedAt, retryAt, why }: Row, isAsking = false): Known {
    const now = this.#tools.clock.now()
    if (answer !== null && checkedAt !== null && now - checkedAt < STALE_MS)
      return { ...answer, checkedAt }
    return {
      kind: 'unavailable',
      why: isAsking ? 'the registry is being asked still' : (why ?? 'the registry did not answer'),
      nextAt: retryAt > now ? retryAt : null,
    }
  }

  /** The lookup goes on for the next one who asks when this one's time is over. */
  async #whileTime(work: Promise<Row>, signal: AbortSignal): Promise<Row | undefined> {
    if (signal.aborted) return undefined
    const given = Promise.withResolvers<undefined>()
    const late = () => given.resolve(undefined)
    signal.addEventListener('abort', late, { once: true })
    try {
      return await Promise.race([work, given.promise])
    } finally {
      signal.removeEventListener('abort', late)
    }
  }

  /** Two who ask for the same at once share one question. */
  #askOnce(domain: string, row: Row): Promise<Row> {
    const running = this.#asking.get(domain)
    if (running !== undefined) return running
    const work = this.#askAnew(domain, row)
      .catch((error: unknown): Row => {
        this.#tools.log.error({ err: error, domain }, 'domain not looked up')
        return { ...row, why: 'we could not ask the registry, by a mistake of ours' }
      })
      .finally(() => this.#asking.delete(domain))
    this.#asking.set(domain, work)
    return work
  }

  async #askAnew(domain: string, before: Row): Promise<Row> {
    const heard = await this.#hear(domain)
    const now = this.#tools.clock.now()
    const row: Row =
      heard.kind === 'failed'
        ? this.#failed(before, heard, now)
        : { answer: heard, checkedAt: now, failures: 0, retryAt: 0, why: null }
    await this.#write(domain, row)
    return row
  }

  #failed(before: Row, { why, afterMs }: Extract<Heard, { kind: 'failed' }>, now: Instant): Row {
    const failures = before.failures + 1
    const wait = Math.min(FIRST_RETRY_MS * 2 ** (failures - 1), LONGEST_RETRY_MS)
    return { ...before, failures, why, retryAt: now + Math.max(wait, afterMs ?? 0) }
  }

  /** RDAP where there is such a service, then WHOIS; each in its registry's own lane. */
  async #hear(domain: string): Promise<Heard> {
    const base = await this.#bootstrap.baseOf(domain)
    if (base === undefined) return this.#byWhois(domain, true)
    const { network, userAgent } = this.#tools
    const out = { network, userAgent }
    const heard = await this.#inLane(new URL(base).host, () =>
      this.#inTime((signal) => askRdap(out, base, domain, signal)),
    )
    if (heard.kind !== 'failed') return heard
    const second = await this.#byWhois(domain, false)
    // A server that says "no match" may only not know of the domain's registry.
    // And one that gives no date must not take away the one we have.
    return second.kind === 'known' && second.expiresAt !== null ? second : heard
  }

  async #byWhois(domain: string, isFinal: boolean): Promise<Heard> {
    const { whoisHost } = this.#tools
    const suffix = domain.slice(domain.lastIndexOf('.') + 1)
    const known = await this.#referral(suffix)
    const server = known ?? whoisHost
    const first = await this.#whois(server, domain)
    if ('why' in first) return { kind: 'failed', why: first.why }
    const next = known === undefined ? referralOf(first.text) : undefined
    if (next === undefined) {
      const heard = readWhois(first.text, isFinal, server)
      // Without a referral this is what IANA itself has on the suffix, not on the domain.
      return known === undefined && heard.kind === 'known' && heard.expiresAt === null
        ? { kind: 'failed', why: `no server is known that could be asked about .${suffix}` }
        : heard
    }
    await this.#remember(suffix, next)
    const second = await this.#whois(next, domain)
    return 'why' in second
      ? { kind: 'failed', why: second.why }
      : readWhois(second.text, isFinal, next)
  }

  #whois(server: string, domain: string) {
    const { whoisHost, network, ownNetwork, userAgent } = this.#tools
    const out: Out = { network: server === whoisHost ? ownNetwork : network, userAgent }
    // IANA's server is asked for the suffix as much as for the domain: it answers with a referral.
    return this.#inLane(server, () =>
      this.#inTime((signal) => askWhois(out, server, domain, signal)),
    )
  }

  async #inTime<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const late = new AbortController()
    const done = new AbortController()
    void this.#tools.clock.sleep(QUESTION_MS, done.signal).then(() => late.abort())
    try {
      return await work(late.signal)
    } finally {
      done.abort()
    }
  }

  async #referral(suffix: string): Promise<string | undefined> {
    const row = await this.#db
      .selectFrom('meta')
      .select('value')
      .where('key', '=', `whois:${suffix}`)
      .executeTakeFirst()
    if (row === undefined) return undefined
    const { host, at } = JSON.parse(row.value) as { host: string; at: Instant }
    return this.#tools.clock.now() - at < REFERRAL_MS ? host : undefined
  }

  async #remember(suffix: string, host: string): Promise<void> {
    const value = JSON.stringify({ host, at: this.#tools.clock.now() })
    await this.#db
      .insertInto('meta')
      .values({ key: `whois:${suffix}`, value })
      .onConflict((oc) => oc.column('key').doUpdateSet({ value }))
      .execute()
  }

  async #read(domain: string): Promise<Row> {
    const row = await this.#db
      .selectFrom('domain_lookups')
      .selectAll()
      .where('domain', '=', domain)
      .executeTakeFirst()
    if (row === undefined) return NOTHING
    return {
      answer: row.answer === null ? null : (JSON.parse(row.answer) as Answer),
      checkedAt: row.checked_at,
      failures: row.failures,
      retryAt: row.retry_at,
      why: row.why,
    }
  }

  async #write(domain: string, row: Row): Promise<void> {
    const values = {
      answer: row.answer === null ? null : JSON.stringify(row.answer),
      checked_at: row.checkedAt,
      failures: row.failures,
      retry_at: row.retryAt,
      why: row.why,
    }
    await this.#db
      .insertInto('domain_lookups')
      .values({ domain, ...values })
      .onConflict((oc) => oc.column('domain').doUpdateSet(values))
      .execute()
  }
}

/** Asks registries about domains, seldom: answers are kept for all who watch the same one. */
export function openRegistry(
  db: Db,
  tools: RegistryTools,
): { ask(domain: string, maxAgeMs: number, signal: AbortSignal): Promise<Known> } {
  const registries = new Registries(db, tools)
  return {
    async ask(domain, maxAgeMs, signal) {
      try {
        return await registries.ask(domain, maxAgeMs, signal)
      } catch (error) {
        // The database is busy or full: nobody's outage.
        tools.log.warn({ err: error, domain }, 'domain not looked up')
        return { kind: 'unavailable', why: 'what is known of domains cannot be read', nextAt: null }
      }
    },
  }
}
