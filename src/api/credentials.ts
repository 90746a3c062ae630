import type { IncomingMessage } from 'node:http'
import { type Clock, HOUR, type Id, MINUTE, SECOND } from '../kernel/index.ts'
import { Problem } from './problem.ts'
import { sentValues } from './transport.ts'

const BEARER = /^\s*bearer\s+(\S.*?)\s*$/i

/** The key a request carries; undefined without one. @throws Problem when it carries two */
export function readCredential(request: IncomingMessage): string | undefined {
  const plain = sentValues(request, 'x-api-key').map((it) => it.trim())
  const bearer = sentValues(request, 'authorization').map((it) => BEARER.exec(it)?.[1] ?? '')
  const keys = new Set([...plain, ...bearer].filter((it) => it !== ''))
  if (keys.size > 1)
    throw new Problem(
      'ambiguous-credentials',
      'X-API-Key and Authorization hold different keys; send one of them.',
    )
  return [...keys][0]
}

const WINDOW_MS = MINUTE
const FAILURES = 20
const REMEMBERED = 10_000

/** Slows down whoever tries keys: by address, in memory. */
export interface AuthLock {
  /** Seconds until `ip` may try again; undefined when it may now. */
  waitOf(ip: string, keyId: Id<'key'> | undefined): number | undefined
  failed(ip: string): void
  worked(ip: string, keyId: Id<'key'>): void
}

export function buildAuthLock(clock: Clock): AuthLock {
  const failures = new Map<string, { startedAt: number; count: number }>()
  const worked = new Map<string, number>()

  const forget = (now: number) => {
    if (failures.size > REMEMBERED)
      for (const [ip, { startedAt }] of failures)
        if (now - startedAt >= WINDOW_MS) failures.delete(ip)
    if (worked.size > REMEMBERED)
      for (const [it, at] of worked) if (now - at >= HOUR) worked.delete(it)
  }
  return {
    waitOf(ip, keyId) {
      const now = clock.monotonic()
      const window = failures.get(ip)
      if (window === undefined || window.count < FAILURES) return undefined
      const left = WINDOW_MS - (now - window.startedAt)
      if (left <= 0) return undefined
      const lastWorked = keyId === undefined ? undefined : worked.get(`${ip} ${keyId}`)
      if (lastWorked !== undefined && now - lastWorked < HOUR) return undefined
      return Math.max(1, Math.ceil(left / SECOND))
    },
    failed(ip) {
      const now = clock.monotonic()
      forget(now)
      const window = failures.get(ip)
      if (window === undefined || now - window.startedAt >= WINDOW_MS)
        failures.set(ip, { startedAt: now, count: 1 })
      else window.count += 1
    },
    worked(ip, keyId) {
      const now = clock.monotonic()
      forget(now)
      worked.set(`${ip} ${keyId}`, now)
    },
  }
}
