import { z } from 'zod'
import { DAY, HOUR, type Instant, toIso } from '../kernel/index.ts'
import { conclude } from './conclude.ts'
import type { Probe, ProbeKind, Registration } from './contract.ts'
import { startDeadline } from './deadline.ts'
import { domainAddress } from './domain-address.ts'
import type { Details, Expiry, Finding } from './outcome.ts'
import { startStopwatch } from './stopwatch.ts'
import { thresholdOf, warnDays } from './warn-days.ts'

const fields = z.strictObject(
  { warnDays },
  { error: 'must be an object like {"warnDays": [30, 7]}' },
)

type DomainOptions = Readonly<z.output<typeof fields>>
type Known = Extract<Registration, { kind: 'known' }>

/** How old an answer of the registry may be, and where somebody asks for it now. */
const MAX_AGE_MS = DAY
const ASKED_AGE_MS = HOUR

const day = (at: Instant): string => toIso(at).slice(0, 10)
const count = (days: number): string => (days === 1 ? '1 day' : `${days} days`)

const WAITING: ReadonlySet<string> = new Set([
  'redemptionPeriod',
  'pendingDelete',
  'pendingRestore',
])
const HELD: ReadonlySet<string> = new Set(['clientHold', 'serverHold'])

function detailsOf(name: string, it: Known, now: Instant): NonNullable<Details['domain']> {
  const { expiresAt, registrar, statuses, source, checkedAt } = it
  return {
    name,
    expiresAt: expiresAt === null ? null : toIso(expiresAt),
    daysLeft: expiresAt === null ? null : Math.floor((expiresAt - now) / DAY),
    registrar,
    statuses,
    source,
    checkedAt: toIso(checkedAt),
  }
}

/** Registries renew by themselves for some weeks before they give a domain up. */
const isGrace = ({ statuses }: Known): boolean => statuses.includes('autoRenewPeriod')

function expiryOf(name: string, it: Known, { warnDays: days }: DomainOptions, now: Instant) {
  const { expiresAt } = it
  if (expiresAt === null || (expiresAt <= now && !isGrace(it))) return undefined
  const daysLeft = Math.max(0, Math.floor((expiresAt - now) / DAY))
  const message = `registration ends in ${count(daysLeft)} (${day(expiresAt)})`
  const threshold = thresholdOf(daysLeft, days)
  const code = 'domain_expiring'
  return { code, subject: name, endsAt: toIso(expiresAt), daysLeft, threshold, message } as const
}

/** What the registry says, as a finding: what it took away first, then what it will. */
function judge(name: string, it: Known, expiry: Expiry | undefined): Finding {
  const waiting = it.statuses.find((status) => WAITING.has(status))
  if (waiting !== undefined)
    return {
      code: 'domain_redemption',
      message: `awaiting deletion (${waiting}); restore it at the registrar now`,
    }
  const held = it.statuses.find((status) => HELD.has(status))
  if (held !== undefined)
    return { code: 'domain_hold', message: `the registry took it out of DNS (${held})` }
  const { expiresAt } = it
  if (expiresAt === null) {
    const suffix = name.slice(name.lastIndexOf('.') + 1)
    return {
      code: 'domain_no_expiry',
      message: `the registry of .${suffix} publishes no expiry date: nothing to warn about`,
    }
  }
  if (expiry === undefined)
    return { code: 'domain_expired', message: `registration ended ${day(expiresAt)}` }
  return expiry.threshold === null
    ? { code: 'ok', message: `registered until ${day(expiresAt)}` }
    : { code: expiry.code, message: expiry.message }
}

const look: Probe<DomainOptions> = async (target, outer, tools) => {
  const watch = startStopwatch(tools.clock)
  using deadline = startDeadline(tools.clock, target.timeoutMs, outer)
  const maxAgeMs = target.isAsked === true ? ASKED_AGE_MS : MAX_AGE_MS
  const heard = await tools.registry.ask(target.url, maxAgeMs, deadline.signal)
  const now = tools.clock.now()
  let [details, expiry]: [Details, Expiry | undefined] = [{}, undefined]

  const find = (): Finding => {
    switch (heard.kind) {
      case 'unavailable': {
        const next = heard.nextAt === null ? '' : `; next try ${toIso(heard.nextAt).slice(0, 16)}Z`
        return { code: 'registry_unavailable', message: `${heard.why}${next}` }
      }
      case 'absent':
        return { code: 'domain_not_found', message: `${target.url} is not registered` }
      default:
        details = { domain: detailsOf(target.url, heard, now) }
        expiry = expiryOf(target.url, heard, target.options, now)
        return judge(target.url, heard, expiry)
    }
  }

  const found = find()
  return conclude(found, details, watch.read(), deadline, outer, expiry)
}

/** A registration: until when it lasts, and whether the registry still stands by it. */
export const domain: ProbeKind<DomainOptions> = {
  optionsName: 'domainInfo',
  defaultIntervalSeconds: 86_400,
  example: 'shop.example',
  address: domainAddress,
  hostOf: () => null,
  options: fields,
  secrets: [],
  expected: () => 'a registration that lasts',
  look,
}
