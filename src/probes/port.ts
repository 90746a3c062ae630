import type { ProbeKind } from './contract.ts'
import { portAddress, splitHostPort } from './port-address.ts'
import { lookAtPort } from './port-look.ts'
import { portOptions, type PortOptions } from './port-options.ts'

/** A TCP port that takes connections or a UDP port that replies, and what it must say. */
export const port: ProbeKind<PortOptions> = {
  optionsName: 'portInfo',
  defaultIntervalSeconds: 300,
  example: 'mail.example:25',
  address: portAddress,
  hostOf: (address) => splitHostPort(address)?.host ?? null,
  options: portOptions,
  secrets: [],
  expected({ portProtocol, expect, encoding }) {
    if (expect !== null)
      return `a reply containing ${encoding === 'hex' ? `bytes ${expect}` : `"${expect}"`}`
    return portProtocol === 'TCP' ? 'port open' : 'a reply'
  },
  look: lookAtPort,
}
