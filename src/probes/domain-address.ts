import { createRequire } from 'node:module'
import { domainToASCII } from 'node:url'
import type * as Tldts from 'tldts'
import { z } from 'zod'

const require = createRequire(import.meta.url)
/** Every suffix there is: loaded with the first domain. */
const tldts = () => require('tldts') as typeof Tldts

const LONGEST = 253
const EXAMPLE = 'example.com'
const MUST = `must be a domain like ${EXAMPLE}`

type Problem = { readonly problem: string }

/** The registrable part of a name, in ASCII; of `www.example.co.uk` it is `example.co.uk`. */
function registrable(text: string): { readonly domain: string } | Problem {
  if (/[/?#@:\s]/.test(text))
    return { problem: `must be a domain alone, without scheme, port or path, like ${EXAMPLE}` }
  if (text.includes('*')) return { problem: `must be one domain, without *, like ${EXAMPLE}` }
  const ascii = domainToASCII(text.replace(/\.$/, ''))
  if (ascii === '' || ascii.length > LONGEST) return { problem: MUST }
  const { isIp, domain, publicSuffix } = tldts().parse(ascii, { allowPrivateDomains: false })
  if (isIp === true) return { problem: `must be a domain, not an address, like ${EXAMPLE}` }
  if (domain === null && publicSuffix === ascii && ascii.includes('.'))
    return {
      problem: `must be a domain that somebody registered, not a whole suffix, like ${EXAMPLE}`,
    }
  return domain === null ? { problem: MUST } : { domain }
}

/** The registrable domain of a name as typed, in lower case and ASCII. */
export const domainAddress: z.ZodType<string, string> = z
  .string({ error: MUST })
  .trim()
  .toLowerCase()
  .transform((text, ctx) => {
    const found = registrable(text)
    if ('domain' in found) return found.domain
    ctx.addIssue({ code: 'custom', message: found.problem, params: { code: 'format' } })
    return z.NEVER
  })
