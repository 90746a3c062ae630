import { isMonitorType, PROBES } from '../probes/index.ts'
import type { Fitting } from './fit.ts'
import type { Wanted } from './source.ts'
import { isJson, type Json } from './uptybots-client.ts'

const MINUTE_SECONDS = 60
const DAY_SECONDS = 86_400
const HIDDEN = '[redacted]'
/** Channels are the other side's own. */
const POLICY = [
  'confirmations',
  'recovery',
  'alertAfterSeconds',
  'retrySeconds',
  'degradedMs',
  'reminderSeconds',
] as const

export const numberIn = (json: Json, field: string): number | null => {
  const value = json[field]
  return typeof value === 'number' && Number.isFinite(value) ? value : null
}

export const textIn = (json: Json, field: string): string => {
  const value = json[field]
  return typeof value === 'string' ? value : ''
}

/** Without what is null: its default fills it. */
const given = (entries: readonly (readonly [string, unknown])[]): Json =>
  Object.fromEntries(entries.filter(([, value]) => value !== undefined && value !== null))

/** Secrets are not given out: where some are, what stands there and their names. */
function withoutHidden(name: string, value: unknown, hidden: string[]): unknown {
  if (value === HIDDEN) {
    hidden.push(name)
    return null
  }
  if (!isJson(value)) return value
  const shown = Object.entries(value).filter(([, it]) => it !== HIDDEN)
  hidden.push(...Object.keys(value).filter((key) => value[key] === HIDDEN))
  return Object.fromEntries(shown)
}

export function intervalOf(target: Json): number | null {
  const minutes = numberIn(target, 'frequency')
  return numberIn(target, 'intervalSeconds') ?? (minutes === null ? null : minutes * MINUTE_SECONDS)
}

/** What a target on the wire becomes here; members that we do not know are passed over. */
export function wantedOf(target: Json, minIntervalSeconds: number, fitting: Fitting): Wanted {
  const { type } = target
  if (!isMonitorType(type)) return { refusal: 'It is of a kind Uptalk does not know.' }
  const kind = PROBES[type]
  const info = target[kind.optionsName]
  const known = Object.keys(kind.options.parse({}))
  const hidden: string[] = []
  const options = given(
    Object.entries(isJson(info) ? info : {})
      .filter(([name]) => known.includes(name))
      .map(([name, value]) => [name, withoutHidden(name, value, hidden)]),
  )
  const policy = isJson(target['alertPolicy']) ? target['alertPolicy'] : {}
  const interval = intervalOf(target)
  const timeout = numberIn(target, 'requestTimeout')
  const tags = Array.isArray(target['tags']) ? target['tags'] : []
  if (hidden.length > 0)
    fitting.note(
      `${hidden.join(', ')} is not given out; it is paused until you set that and resume it.`,
    )
  return {
    config: {
      type,
      name: fitting.name(textIn(target, 'name')),
      url: target['url'],
      isActive: target['isActive'] !== false && hidden.length === 0,
      ...(interval === null
        ? {}
        : {
            intervalSeconds: fitting.within(
              'Its interval',
              interval,
              minIntervalSeconds,
              DAY_SECONDS,
              ' s',
            ),
          }),
      ...(timeout === null
        ? {}
        : { timeoutSeconds: fitting.within('Its timeout', timeout, 1, 60, ' s') }),
      options,
      policy: given(POLICY.map((field) => [field, policy[field]])),
      tags: fitting.tags(tags.filter((it) => typeof it === 'string')),
    },
    notes: fitting.notes,
  }
}
