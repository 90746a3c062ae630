import { type ApiOptions, apiOptions } from './api-options.ts'
import { wish } from './assertions.ts'
import type { ProbeKind } from './contract.ts'
import { http } from './http.ts'
import { lookByHttp } from './http-look.ts'

/** A web page that speaks JSON: what HTTP asks, and what must hold in the document. */
export const api: ProbeKind<ApiOptions> = {
  optionsName: http.optionsName,
  defaultIntervalSeconds: http.defaultIntervalSeconds,
  example: 'https://shop.example/status.json',
  address: http.address,
  hostOf: (url) => http.hostOf(url),
  options: apiOptions,
  secrets: http.secrets,
  expected({ assertions, ...options }) {
    const [first, ...rest] = assertions
    return [
      http.expected(options),
      ...(first === undefined ? [] : [wish(first)]),
      ...(rest.length === 0 ? [] : [`${rest.length} more`]),
    ].join(', ')
  },
  look: lookByHttp,
}
