/**
 * Every refusal there is. `says` is what a person reads, in chat as on the wire; `status` and
 * `slug` are the wire's (RFC 9457). Sentences say what is wrong and what would be right.
 */
export const FAULTS = {
  monitor_unknown: { status: 404, slug: 'not-found', says: 'There is no monitor {name}.' },
  monitor_unclear: { status: 409, slug: 'conflict', says: '{name} could be {candidates}.' },
  check_unknown: { status: 404, slug: 'not-found', says: 'There is no check {name}.' },
  verification_unknown: {
    status: 404,
    slug: 'not-found',
    says: 'There is no verification {name}.',
  },
  stats_unknown: { status: 404, slug: 'not-found', says: 'There are no statistics {name}.' },
  channel_unknown: { status: 404, slug: 'not-found', says: 'There is no channel {name}.' },
  channel_unsigned: {
    status: 409,
    slug: 'conflict',
    says: 'The channel {name} is no webhook and has no secret.',
  },
  place_told: {
    status: 409,
    slug: 'conflict',
    says: 'The place that {name} would tell is a channel already; change that one.',
  },
  summary_taken: {
    status: 409,
    slug: 'conflict',
    says: '{name} hears of each {period} from {other} already; change that one, or pick another channel.',
  },
  summary_unknown: { status: 404, slug: 'not-found', says: 'There is no summary {name}.' },
  notification_unknown: {
    status: 404,
    slug: 'not-found',
    says: 'There is no notification {name}.',
  },
  link_unknown: { status: 404, slug: 'not-found', says: 'There is no linked chat {name}.' },
  maintenance_unknown: {
    status: 404,
    slug: 'not-found',
    says: 'There is no maintenance {name}.',
  },
  status_page_unknown: {
    status: 404,
    slug: 'not-found',
    says: 'There is no status page {name}.',
  },
  slug_taken: {
    status: 409,
    slug: 'conflict',
    says: 'There is a status page at {slug} already; pick another slug.',
  },
  maintenance_not_on: {
    status: 409,
    slug: 'conflict',
    says: 'The maintenance {name} is not on just now.',
  },
  incident_unknown: { status: 404, slug: 'not-found', says: 'There is no incident {name}.' },
  incident_closed: { status: 409, slug: 'conflict', says: 'Incident {name} is over already.' },
  reference_managed: {
    status: 409,
    slug: 'conflict',
    says: 'The reference {reference} is kept by {owner}; pick another one, or apply in that name.',
  },
  reference_taken: {
    status: 409,
    slug: 'conflict',
    says: 'There is a monitor with the reference {reference} already; pick another one.',
  },
  plan_monitors: {
    status: 403,
    slug: 'plan-limit-reached',
    says: 'The plan {plan} holds {limit} monitors, and that many are there; delete one first.',
  },
  account_unknown: { status: 404, slug: 'not-found', says: 'There is no account {name}.' },
  account_taken: {
    status: 409,
    slug: 'conflict',
    says: 'There is an account called {name} already; pick another name.',
  },
  key_gone: { status: 404, slug: 'not-found', says: 'There is no live key {name}.' },
  key_unknown: {
    status: 404,
    slug: 'not-found',
    says: 'There is no live key that begins with {prefix}; uptalk keys list shows them.',
  },
  keys_full: {
    status: 409,
    slug: 'key-limit-reached',
    says: 'An account has at most {limit} live keys; revoke one first.',
  },
  code_unknown: {
    status: 404,
    slug: 'not-found',
    says: 'That code is not one of ours, or it is used up or expired; make a new one with: npm run uptalk -- link-code',
  },
  codes_paused: {
    status: 429,
    slug: 'too-many-auth-failures',
    says: 'Five wrong codes came from here; try again in {wait}.',
  },
  place_linked: {
    status: 409,
    slug: 'conflict',
    says: 'This place belongs to the account {account} already.',
  },
  engine_silent: {
    status: 503,
    slug: 'unavailable',
    says: 'The running Uptalk did not look within {wait}; its log says why. Ask again in a moment.',
  },
  changed_meanwhile: {
    status: 412,
    slug: 'precondition-failed',
    says: 'It was changed by somebody else meanwhile; read it again and repeat the change.',
  },
} as const

export type FaultCode = keyof typeof FAULTS
/** The names of a sentence's slots. */
export type Slots<Text> = Text extends `${string}{${infer Slot}}${infer Rest}`
  ? Slot | Slots<Rest>
  : never
type Words<C extends FaultCode> = Readonly<Record<Slots<(typeof FAULTS)[C]['says']>, string>>

/** A refusal: a person asked for what cannot be. Never a bug, never a target's failure. */
export class Fault<C extends FaultCode = FaultCode> extends Error {
  override readonly name = 'Fault'
  readonly code: C
  readonly words: Readonly<Record<string, string>>

  constructor(
    code: C,
    ...[words]: Slots<(typeof FAULTS)[C]['says']> extends never ? [] : [Words<C>]
  ) {
    const given: Readonly<Record<string, string>> = words ?? {}
    super(FAULTS[code].says.replaceAll(/\{(\w+)\}/g, (_, slot: string) => given[slot] ?? ''))
    this.code = code
    this.words = given
  }
}
