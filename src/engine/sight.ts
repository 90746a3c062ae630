import {
  type Clock,
  type Instant,
  type Log,
  MINUTE,
  type MonitorId,
  SECOND,
} from '../kernel/index.ts'
import { isPrivate, type Network } from '../network/index.ts'
import { CODES, type Outcome } from '../probes/index.ts'

const WINDOW_MS = 30 * SECOND
const LEAST_FAILING = 3
const CANARY_MS = 2 * SECOND
/** An answer holds this long: a storm of failures asks the canaries once. */
const ANSWER_HOLDS_MS = 5 * SECOND
/** How often canaries that never answered are asked. */
const PROOF_MS = 5 * MINUTE

export interface SightTools {
  readonly clock: Clock
  readonly log: Log
  readonly network: Network
  /** `host:port` on different networks; none: we never doubt our sight. */
  readonly canaries: readonly string[]
  /** We saw nothing from `from` to `to`. */
  readonly onReturn: (from: Instant, to: Instant) => Promise<void>
  /** Nothing unconfirmed may be held against anybody. */
  readonly onBlind: () => void
}

interface Seen {
  /** Monotonic. */
  readonly at: number
  readonly wall: Instant
  readonly isFailing: boolean
}

/**
 * Knows whether it is we who see nothing. When many monitors fail at once for reasons of the network,
 * and before any such failure becomes an outage, it asks well-known hosts; when none answers, though
 * one did before, what fails is *unknown*.
 */
export class Sight {
  readonly #tools: SightTools
  readonly #recent = new Map<MonitorId, Seen>()
  #isProven = false
  #blindSince: Instant | null = null
  #asked: { readonly at: number; readonly answer: Promise<boolean> } | null = null

  constructor(tools: SightTools) {
    this.#tools = tools
  }

  get isBlind(): boolean {
    return this.#blindSince !== null
  }

  /** `outcome`, or that we could not look. `isDecisive`: as a failure it would make an outage. */
  async weigh(id: MonitorId, url: string, outcome: Outcome, isDecisive: boolean): Promise<Outcome> {
    if (this.#tools.canaries.length === 0 || !this.#counts(url, outcome)) return outcome
    const isFailing = outcome.status === 'down' && CODES[outcome.code] === 'network'
    this.#note(id, isFailing)
    const isDoubted = isFailing && (isDecisive || this.#manyFail())
    if (!isDoubted) this.#prove()
    if (!isFailing || (!isDoubted && !this.isBlind)) return outcome
    if (await this.#look()) {
      await this.#return()
      return outcome
    }
    if (!this.#isProven) return outcome
    this.#lose()
    return {
      ...outcome,
      status: 'unknown',
      code: 'network_unreachable',
      message: 'we could not reach the internet ourselves',
    }
  }

  /** While blind: looks whether we see again. To be called now and then. */
  async tick(): Promise<void> {
    if (this.isBlind && (await this.#look())) await this.#return()
  }

  /** What is next to us says nothing about the internet, unless the canaries are there as well. */
  #counts(url: string, outcome: Outcome): boolean {
    const host = outcome.details?.address ?? (URL.parse(url)?.hostname || hostOf(url))
    return !isPrivate(host) || this.#tools.canaries.some((canary) => isPrivate(hostOf(canary)))
  }

  #note(id: MonitorId, isFailing: boolean): void {
    const now = this.#tools.clock.monotonic()
    this.#recent.delete(id)
    this.#recent.set(id, { at: now, wall: this.#tools.clock.now(), isFailing })
    // In order of time: the old ones are in front.
    for (const [old, { at }] of this.#recent) {
      if (now - at <= WINDOW_MS) break
      this.#recent.delete(old)
    }
  }

  /** Asked beforehand: canaries that never answered prove nothing when they do not. */
  #prove(): void {
    const now = this.#tools.clock.monotonic()
    if (this.#isProven || (this.#asked !== null && now - this.#asked.at < PROOF_MS)) return
    void this.#look()
  }

  #manyFail(): boolean {
    let failing = 0
    for (const { isFailing } of this.#recent.values()) if (isFailing) failing += 1
    return failing >= LEAST_FAILING && failing * 3 >= this.#recent.size
  }

  #look(): Promise<boolean> {
    const now = this.#tools.clock.monotonic()
    if (this.#asked === null || now - this.#asked.at > ANSWER_HOLDS_MS)
      this.#asked = { at: now, answer: this.#askCanaries() }
    return this.#asked.answer
  }

  async #askCanaries(): Promise<boolean> {
    const answers = await Promise.all(this.#tools.canaries.map((it) => this.#askCanary(it)))
    const isSeeing = answers.includes(true)
    if (isSeeing) this.#isProven = true
    return isSeeing
  }

  /** Any answer means we see, even a refusal. */
  async #askCanary(canary: string): Promise<boolean> {
    const { network, clock } = this.#tools
    const patience = new AbortController()
    const enough = new AbortController()
    void clock.sleep(CANARY_MS, enough.signal).then(() => patience.abort())
    try {
      const families = { ip4: true, ip6: true }
      const addresses = await network.resolve(hostOf(canary), families, patience.signal)
      if (!addresses.ok) return false
      const port = Number(canary.slice(canary.lastIndexOf(':') + 1))
      const connected = await network.connect(addresses.value, port, patience.signal)
      if (connected.ok) connected.value.socket.destroy()
      return connected.ok || connected.failure.code === 'connect_refused'
    } finally {
      enough.abort()
    }
  }

  #lose(): void {
    if (this.#blindSince !== null) return
    const failing = [...this.#recent.values()].filter(({ isFailing }) => isFailing)
    this.#blindSince = Math.min(this.#tools.clock.now(), ...failing.map(({ wall }) => wall))
    this.#tools.log.warn({ canaries: this.#tools.canaries }, 'internet lost')
    this.#tools.onBlind()
  }

  async #return(): Promise<void> {
    const from = this.#blindSince
    if (from === null) return
    this.#blindSince = null
    const to = this.#tools.clock.now()
    this.#tools.log.info({ from, to }, 'internet back')
    await this.#tools.onReturn(from, to)
  }
}

const hostOf = (hostPort: string): string =>
  hostPort.slice(0, hostPort.lastIndexOf(':')).replaceAll(/^\[|\]$/g, '')
