import type { Settings } from './config.ts'
import { type Clock, type Log, systemClock } from './kernel/index.ts'
import { type Network, type NetworkPolicy, openNetwork } from './network/index.ts'
import type { Tools } from './probes/index.ts'
import { openRegistry } from './registry/index.ts'
import type { Db } from './storage/index.ts'
import { VERSION } from './version.ts'

/** What a look is made with. */
export interface Outlook extends Tools {
  readonly clock: Clock
  readonly network: Network
}

export const networkPolicy = ({
  PROBE_PRIVATE_TARGETS: privateTargets,
  DNS_SERVERS: dnsServers,
}: Settings): NetworkPolicy => ({ privateTargets, dnsServers })

/** The ways out of this machine, as the settings want them; what registries said is kept in `db`. */
export function openOutlook(db: Db, settings: Settings, log: Log): Outlook {
  const policy = networkPolicy(settings)
  const network = openNetwork(policy)
  const clock = systemClock
  const userAgent = `Uptalk/${VERSION} (+${settings.PUBLIC_URL ?? 'self-hosted uptime monitoring'})`
  const registry = openRegistry(db, {
    clock,
    log,
    network,
    // The operator's own two addresses may be anywhere.
    ownNetwork: openNetwork({ ...policy, privateTargets: 'allow' }),
    userAgent,
    bootstrapUrl: settings.RDAP_BOOTSTRAP_URL,
    whoisHost: settings.WHOIS_HOST,
  })
  return { clock, network, registry, userAgent }
}
