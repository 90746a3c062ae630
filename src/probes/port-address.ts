import { isIPv6 } from 'node:net'
import { z } from 'zod'
import { canResolve } from './host-name.ts'

const LONGEST = 2048
const EXAMPLE = 'play.example.com:25565'
const MUST = `must be a host and a port like ${EXAMPLE}`

const SHAPE = /^(\[[\da-f:.]+\]|[^\s\p{Cc}/?#@\\%:[\]]+):([1-9]\d{0,4})$/iu
const MOST_PORT = 65_535

interface HostPort {
  /** As `URL.hostname` has it, without brackets: numbers in odd forms are addresses, IDN is ASCII. */
  readonly host: string
  readonly port: number
}

/** The two halves of `host:port` or `[v6]:port`; nothing for anything else. */
export function splitHostPort(text: string): HostPort | undefined {
  const [, typed, digits] = SHAPE.exec(text) ?? []
  const port = Number(digits)
  if (typed === undefined || port > MOST_PORT || !text.isWellFormed()) return undefined
  if (typed.startsWith('[') && !isIPv6(typed.slice(1, -1))) return undefined
  const hostname = URL.parse(`http://${typed}/`)?.hostname
  if (hostname === undefined || !canResolve(hostname)) return undefined
  return { host: hostname.replace(/^\[|\]$/g, ''), port }
}

type Problem = { readonly message: string; readonly code: 'format' | 'length' }

function problemOf(text: string): Problem | undefined {
  if (text.length > LONGEST)
    return { message: `must be at most ${LONGEST} characters, like ${EXAMPLE}`, code: 'length' }
  if (splitHostPort(text) !== undefined) return undefined
  if (text.includes('//'))
    return { message: `must be a host and a port alone, like ${EXAMPLE}`, code: 'format' }
  if (/^[^:/]+$/.test(text))
    return { message: `must name the port too, 1 to ${MOST_PORT}, like ${EXAMPLE}`, code: 'format' }
  if (isIPv6(text))
    return { message: `must put IPv6 in brackets, like [2001:db8::1]:25565`, code: 'format' }
  return { message: MUST, code: 'format' }
}

/** A host and a port as typed, in lower case. */
export const portAddress: z.ZodType<string, string> = z
  .string({ error: MUST })
  .trim()
  .transform((text, ctx) => {
    const problem = problemOf(text)
    if (problem === undefined) return text.toLowerCase()
    const { message, code } = problem
    ctx.addIssue({ code: 'custom', message, params: { code } })
    return z.NEVER
  })
