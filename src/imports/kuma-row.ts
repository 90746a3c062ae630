import { z } from 'zod'

const flag = z
  .union([z.boolean(), z.number().transform((it) => it !== 0)])
  .nullish()
  .transform((it) => it ?? false)
// SQLite keeps in a column whatever somebody put there.
const words = z
  .union([z.string(), z.number().transform(String)])
  .nullish()
  .transform((it) => it ?? '')
  .catch('')
const count = z
  .number()
  .nullish()
  .transform((it) => it ?? null)
  .catch(null)

const row = z.object({
  id: z.int().min(1),
  name: words,
  type: words,
  // Where it is not said, it is watched.
  active: flag.catch(true),
  parent: count,
  interval: count,
  retry_interval: count,
  resend_interval: count,
  maxretries: count,
  timeout: count,
  description: words,
  url: words,
  hostname: words,
  port: count,
  method: words,
  body: words,
  http_body_encoding: words,
  headers: words,
  auth_method: words,
  basic_auth_user: words,
  basic_auth_pass: words,
  accepted_statuscodes_json: words,
  maxredirects: count,
  ignore_tls: flag.catch(false),
  upside_down: flag.catch(false),
  expiry_notification: z.union([z.boolean(), z.number().transform((it) => it !== 0)]).catch(true),
  keyword: words,
  invert_keyword: flag.catch(false),
  json_path: words,
  json_path_operator: words,
  expected_value: words,
  ip_family: words,
  ping_count: count,
  proxy_id: count,
})

/** A monitor as Uptime Kuma has it in its table; a column of later versions is empty in earlier ones. */
export type KumaRow = z.output<typeof row>

/** In columns' names: backups spell them in camel case, and hold the statuses as a list. */
function inColumns(given: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(given).map(([name, value]) => {
      const column = name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
      return Array.isArray(value) && column === 'accepted_statuscodes'
        ? [`${column}_json`, JSON.stringify(value)]
        : [column, value]
    }),
  )
}

/** Undefined for what is no monitor at all. */
export function readRow(given: unknown): KumaRow | undefined {
  if (typeof given !== 'object' || given === null) return undefined
  return row.safeParse(inColumns(given as Readonly<Record<string, unknown>>)).data
}
