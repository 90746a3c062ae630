import { api } from './api.ts'
import type { ProbeKind } from './contract.ts'
import { domain } from './domain.ts'
import { http } from './http.ts'
import { ping } from './ping.ts'
import { port } from './port.ts'
import { ssl } from './ssl.ts'

/** Every type of monitor there is; the keys are the types' names on the wire. */
export const PROBES = {
  HTTP: http,
  API: api,
  PING: ping,
  PORT: port,
  SSL: ssl,
  DOMAIN: domain,
} as const satisfies Record<string, ProbeKind>

export type MonitorType = keyof typeof PROBES

export const isMonitorType = (it: unknown): it is MonitorType =>
  typeof it === 'string' && Object.hasOwn(PROBES, it)
