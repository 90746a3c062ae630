import { z } from 'zod'
import { bytesOf, type Encoding, ENCODINGS } from './port-bytes.ts'

const LONGEST_BYTES = 1024

const flag = z.boolean({ error: 'must be true or false' })

// An empty one asks for nothing, as none at all does.
const words = z
  .string({ error: 'must be text or null' })
  .nullable()
  .default(null)
  .transform((text) => (text === '' ? null : text))

const fields = z.strictObject(
  {
    isAllowIp4: flag.default(true),
    isAllowIp6: flag.default(true),
    portProtocol: z.enum(['TCP', 'UDP'], { error: 'must be TCP or UDP' }).default('TCP'),
    send: words,
    expect: words,
    encoding: z.enum(ENCODINGS, { error: 'must be text or hex' }).default('text'),
  },
  { error: 'must be an object like {"portProtocol": "UDP"}' },
)

export type PortOptions = Readonly<z.output<typeof fields>>

const FORM: Readonly<Record<Encoding, string>> = {
  text: 'must be text in which a backslash begins \\r, \\n, \\t, \\\\ or \\xNN',
  hex: 'must be pairs of hex digits, like "ff 0a"',
}

export const portOptions: z.ZodType<PortOptions> = fields.superRefine((options, ctx) => {
  const refuse = (field: keyof PortOptions, message: string, code: string) =>
    ctx.addIssue({ code: 'custom', path: [field], message, params: { code } })
  if (!options.isAllowIp4 && !options.isAllowIp6)
    refuse('isAllowIp6', 'must be true where isAllowIp4 is false', 'conflict')
  for (const field of ['send', 'expect'] as const) {
    const text = options[field]
    if (text === null) continue
    const bytes = bytesOf(text, options.encoding)
    if (bytes === undefined) refuse(field, FORM[options.encoding], 'format')
    else if (bytes.length > LONGEST_BYTES)
      refuse(field, `must be at most ${LONGEST_BYTES} bytes`, 'length')
  }
})
