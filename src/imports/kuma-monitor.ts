import type { Fitting } from './fit.ts'
import { httpConfig } from './kuma-http.ts'
import { refusalOf } from './kuma-kinds.ts'
import type { KumaRow } from './kuma-row.ts'
import type { Wanted } from './source.ts'

/** What stands beside a monitor's row. */
export interface KumaAround {
  readonly tags: readonly { readonly name: string; readonly value: string }[]
  /** Names of the groups it is in, the nearest first. */
  readonly groups: readonly string[]
  /** Whether none of them is paused. */
  readonly areGroupsActive: boolean
  readonly minIntervalSeconds: number
}

const DAY_SECONDS = 86_400
const DEFAULT_INTERVAL = 60
const TIMEOUT_SHARE = 0.8

const isV6 = (host: string): boolean => host.includes(':') && !host.startsWith('[')

/** Its type and what that takes here; or why it cannot be. */
function kindOf(row: KumaRow, fitting: Fitting): Readonly<Record<string, unknown>> | string {
  const { hostname, port, type } = row
  const families = {
    isAllowIp4: row.ip_family !== 'ipv6',
    isAllowIp6: row.ip_family !== 'ipv4',
  }
  switch (type) {
    case 'http':
    case 'keyword':
    case 'json-query': {
      const made = httpConfig(row, fitting)
      return typeof made === 'string'
        ? made
        : { ...made, options: { ...made.options, ...families } }
    }
    case 'port':
      return {
        type: 'PORT',
        url: `${isV6(hostname) ? `[${hostname}]` : hostname}:${port ?? ''}`,
        options: families,
      }
    case 'ping': {
      const packets = row.ping_count ?? 0
      const some = packets > 0 ? { packets: fitting.within('ping_count', packets, 1, 10) } : {}
      return { type: 'PING', url: hostname, options: { ...families, ...some } }
    }
    default:
      return refusalOf(type, row)
  }
}

function policyOf(row: KumaRow, interval: number, fitting: Fitting) {
  const resends = row.resend_interval ?? 0
  const retry = (row.retry_interval ?? 0) > 0 ? row.retry_interval! : interval
  return {
    confirmations: fitting.within('Failures before it is down:', (row.maxretries ?? 0) + 1, 1, 10),
    retrySeconds: fitting.within('Its retry interval', retry, 5, 3600, ' s'),
    reminderSeconds:
      resends > 0
        ? fitting.within('Its reminders every', resends * interval, 300, DAY_SECONDS, ' s')
        : 0,
  }
}

/** What a row of Uptime Kuma's becomes here. Never quotes what may be secret. */
export function wantedOf(row: KumaRow, around: KumaAround, fitting: Fitting): Wanted {
  if (row.upside_down)
    return { refusal: 'It is upside down (well while it fails), which Uptalk does not know.' }
  const kind = kindOf(row, fitting)
  if (typeof kind === 'string') return { refusal: kind }
  const interval = row.interval ?? DEFAULT_INTERVAL
  const { minIntervalSeconds: least } = around
  if (row.description !== '') fitting.note('Its description is left out.')
  if (row.proxy_id !== null) fitting.note('Its proxy is left out: it is looked at directly.')
  const timeout = (row.timeout ?? 0) > 0 ? row.timeout! : Math.min(60, interval * TIMEOUT_SHARE)
  const tags = around.tags.map(({ name, value }) => (value === '' ? name : `${name}:${value}`))
  return {
    config: {
      ...kind,
      name: fitting.name(row.name),
      isActive: row.active && around.areGroupsActive,
      intervalSeconds: fitting.within('Its interval', interval, least, DAY_SECONDS, ' s'),
      timeoutSeconds: fitting.within('Its timeout', Math.ceil(timeout), 1, 60, ' s'),
      policy: policyOf(row, interval, fitting),
      tags: fitting.tags([...tags, ...around.groups]),
    },
    notes: fitting.notes,
  }
}
