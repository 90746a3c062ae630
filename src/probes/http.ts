import type { ProbeKind } from './contract.ts'
import { lookByHttp } from './http-look.ts'
import { httpOptions, type HttpOptions } from './http-options.ts'
import { webAddress } from './web-address.ts'

/** A web page: its status, its redirects, its certificate, and what its body must say. */
export const http: ProbeKind<HttpOptions> = {
  optionsName: 'httpInfo',
  defaultIntervalSeconds: 300,
  example: 'https://shop.example/health',
  address: webAddress,
  hostOf: (url) => new URL(url).hostname.replace(/^\[|\]$/g, ''),
  options: httpOptions,
  secrets: ['headers', 'body'],
  expected({ expectedStatuses, bodyContains, bodyNotContains, bodyMatches }) {
    const statuses = expectedStatuses.map((text) => text.replace('-', '–')).join(', ')
    const conditions = [
      ...(bodyContains === null ? [] : [`with "${bodyContains}"`]),
      ...(bodyNotContains === null ? [] : [`without "${bodyNotContains}"`]),
      ...(bodyMatches === null ? [] : [`matching "${bodyMatches}"`]),
    ]
    return [`HTTP ${statuses}`, conditions.join(' and ')].filter(Boolean).join(' ')
  },
  look: lookByHttp,
}
