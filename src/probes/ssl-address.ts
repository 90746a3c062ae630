import { isIP, isIPv6 } from 'node:net'
import { z } from 'zod'
import { canResolve } from './host-name.ts'
import { splitHostPort } from './port-address.ts'

const LONGEST = 2048
const EXAMPLE = 'shop.example or mail.example:465'
const MUST = `must be a host, or a host and a port, like ${EXAMPLE}`
const STANDARD_PORT = 443

/** Host and port of `host`, `host:port`, `[v6]` or `[v6]:port`; nothing for anything else. */
export function splitSslAddress(text: string): { host: string; port: number } | undefined {
  if (isIPv6(text)) return { host: text.toLowerCase(), port: STANDARD_PORT }
  return splitHostPort(text) ?? splitHostPort(`${text}:${STANDARD_PORT}`)
}

type Problem = { readonly message: string; readonly code: 'format' | 'length' }

function problemOf(text: string): Problem | undefined {
  if (text.length > LONGEST)
    return { message: `must be at most ${LONGEST} characters, like ${EXAMPLE}`, code: 'length' }
  if (text.includes('//'))
    return { message: `must be without scheme and path, like ${EXAMPLE}`, code: 'format' }
  return splitSslAddress(text) === undefined ? { message: MUST, code: 'format' } : undefined
}

/** A host, or a host and a port, as typed, in lower case. */
export const sslAddress: z.ZodType<string, string> = z
  .string({ error: MUST })
  .trim()
  .transform((text, ctx) => {
    const problem = problemOf(text)
    if (problem === undefined) return text.toLowerCase()
    const { message, code } = problem
    ctx.addIssue({ code: 'custom', message, params: { code } })
    return z.NEVER
  })

const NAME_MUST = 'must be a host name like shop.example, or null'

/** The name to ask for instead of the address's own. */
export const servername = z
  .string({ error: NAME_MUST })
  .trim()
  .toLowerCase()
  .refine((name) => isIP(name) === 0 && /^[a-z\d._-]+$/.test(name) && canResolve(name), NAME_MUST)
  .nullable()
  .default(null)
