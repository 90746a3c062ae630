import { z } from 'zod'
import type { ProbeKind } from './contract.ts'

export type { Probe, ProbeKind, Target, Tools } from './contract.ts'
export { type Code, CODES, type Details, type Outcome } from './outcome.ts'

const options = z.strictObject({
  method: z.enum(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']).default('GET'),
  headers: z.record(z.string(), z.string()).default({}),
  body: z.string().nullable().default(null),
  expectedStatuses: z.array(z.string()).default(['200-299']),
  maxRedirects: z.int().default(5),
  tlsVerify: z.boolean().default(true),
  bodyContains: z.string().nullable().default(null),
  bodyNotContains: z.string().nullable().default(null),
  isAllowIp4: z.boolean().default(true),
  isAllowIp6: z.boolean().default(true),
})

const http: ProbeKind<z.output<typeof options>> = {
  optionsName: 'httpInfo',
  defaultIntervalSeconds: 300,
  address: z
    .string('must be a web address such as https://example.com/')
    .regex(/^https?:\/\/[^\s@]+$/, 'must be a web address such as https://example.com/'),
  options,
  secrets: ['headers', 'body'],
  expected: () => 'HTTP 200–299',
  look: async () => ({
    status: 'unknown',
    code: 'internal',
    message: '',
    durationMs: 0,
    timings: { total: 0 },
  }),
}

export const PROBES = { HTTP: http } as const
export type MonitorType = keyof typeof PROBES
export const isMonitorType = (it: unknown): it is MonitorType =>
  typeof it === 'string' && Object.hasOwn(PROBES, it)
