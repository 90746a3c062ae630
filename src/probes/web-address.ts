import { z } from 'zod'
import { canResolve } from './host-name.ts'

const LONGEST = 2048
const EXAMPLE = 'https://shop.example/health'
const MUST = `must be a web address like ${EXAMPLE}`

// Scheme, authority, and all after it up to a fragment.
const SHAPE = /^(https?):\/\/([^/?#]+)([^#]*)/i
// Blanks and controls: the URL parser would drop some of them silently.
const UNSEEN = /[\s\p{Cc}]/u

type Problem = { readonly message: string; readonly code: string; readonly secret?: true }

function problemOf(text: string): Problem | undefined {
  if (text.length > LONGEST)
    return { message: `must be at most ${LONGEST} characters, like ${EXAMPLE}`, code: 'length' }
  if (!/^https?:/i.test(text))
    return { message: `must begin with http:// or https://, like ${EXAMPLE}`, code: 'format' }
  const authority = SHAPE.exec(text)?.[2]
  // A backslash would end the authority for the URL parser, and not for the eye.
  if (
    authority === undefined ||
    authority.includes('\\') ||
    UNSEEN.test(text) ||
    !text.isWellFormed()
  )
    return { message: MUST, code: 'format' }
  if (authority.includes('@'))
    return {
      message: `must not carry a user name or password; put them into httpInfo.headers, like {"authorization": "Basic …"}, and give ${EXAMPLE}`,
      code: 'format',
      secret: true,
    }
  const url = URL.parse(text)
  if (url === null || url.port === '0' || !canResolve(url.hostname))
    return { message: MUST, code: 'format' }
  return undefined
}

/** An address of a page as typed, its host in lower case and its fragment dropped. */
export const webAddress: z.ZodType<string, string> = z
  .string({ error: MUST })
  .trim()
  .transform((text, ctx) => {
    const problem = problemOf(text)
    if (problem !== undefined) {
      const { message, ...params } = problem
      ctx.addIssue({ code: 'custom', message, params })
      return z.NEVER
    }
    const [, scheme = '', authority = '', rest = ''] = SHAPE.exec(text) ?? []
    return `${scheme.toLowerCase()}://${authority.toLowerCase()}${rest}`
  })
