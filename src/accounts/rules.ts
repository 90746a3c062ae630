import { z } from 'zod'
import { cleanName, NAME_RULE } from '../kernel/index.ts'

/** A name as every named thing has it. */
export const nameRule = z.string(NAME_RULE).transform((text, ctx) => {
  const name = cleanName(text)
  if (name !== undefined) return name
  ctx.issues.push({ code: 'custom', message: NAME_RULE, input: text, params: { code: 'length' } })
  return z.NEVER
})
