import { existsSync, readFileSync } from 'node:fs'
import { isIP } from 'node:net'
import path from 'node:path'
import { parseEnv } from 'node:util'
import { z } from 'zod'
import { probablyMeant, quote } from './kernel/index.ts'

/** Settings that are wrong, all of them, one a line. */
export class SettingsTrouble extends Error {
  override readonly name = 'SettingsTrouble'
  readonly exitCode = 78
}

const isPort = (text: string): boolean => /^\d{1,5}$/.test(text) && Number(text) <= 65_535

function isHostPort(text: string): boolean {
  const [, host, port = ''] = /^(\[[0-9a-f:.]+\]|[^\s:,]+):(\d+)$/i.exec(text) ?? []
  return host !== undefined && isPort(port) && Number(port) > 0
}

/** `9.9.9.9`, `9.9.9.9:53`, `2620:fe::fe`, `[2620:fe::fe]:53`. */
function isNameServer(text: string): boolean {
  if (isIP(text) !== 0) return true
  const [, six, four, port = '53'] = /^(?:\[(.+)\]|([\d.]+))(?::(\d+))?$/.exec(text) ?? []
  return (isIP(six ?? '') === 6 || isIP(four ?? '') === 4) && isPort(port)
}

function isRange(text: string): boolean {
  if (text === 'loopback') return true
  const [, address = '', bits = '0'] = /^([^/]+)(?:\/(\d{1,3}))?$/.exec(text) ?? []
  return isIP(address) !== 0 && Number(bits) <= (isIP(address) === 4 ? 32 : 128)
}

/** Exactly as browsers send it. */
const isOrigin = (text: string): boolean =>
  /^https?:/.test(text) && URL.parse(text)?.origin === text

const webBase = (rule: string) =>
  z.string().refine((text) => {
    const url = URL.parse(text)
    return url !== null && /^https?:$/.test(url.protocol) && url.search === '' && url.hash === ''
  }, rule)

const withoutSlash = (text: string): string => text.replace(/\/+$/, '')

const list = (isItem: (text: string) => boolean, rule: string) =>
  z
    .string()
    .transform((text) =>
      text
        .split(',')
        .map((part) => part.trim())
        .filter((part) => part !== ''),
    )
    .refine((items) => items.every(isItem), rule)

const flag = z.enum(['0', '1'], 'must be 0 or 1').transform((text) => text === '1')

const secret = (rule: string, pattern: RegExp) => z.string().regex(pattern, rule)

/** Every setting: its rule, its default as it would be typed, and what it means. */
export const SETTINGS = {
  HOST: z
    .string()
    .regex(/^[^\s/]+$/, 'must be an address or host name to listen on, such as 127.0.0.1')
    .default('127.0.0.1')
    .describe(
      'Address the API listens on. Behind a proxy keep the default; `0.0.0.0` in a container',
    ),
  PORT: z
    .string()
    .regex(/^\d{1,5}$/, 'must be a port from 0 to 65535')
    .transform(Number)
    .refine((port) => port <= 65_535, 'must be a port from 0 to 65535')
    .prefault('3000')
    .describe('Port the API listens on; 0 picks a free one'),
  DATABASE_PATH: z
    .string()
    .min(1, 'must be the path of a file')
    .default('data/uptalk.db')
    .describe('The SQLite file. Its key file and lock lie beside it'),
  PUBLIC_URL: webBase('must be a web address such as https://status.example.com, without ? and #')
    .transform(withoutSlash)
    .optional()
    .describe('Where people and programs reach the API from outside; links are built from it'),
  LOG_LEVEL: z
    .enum(
      ['debug', 'info', 'warn', 'error', 'silent'],
      'must be debug, info, warn, error or silent',
    )
    .default('info')
    .describe('The least level that is logged: debug, info, warn, error, silent'),
  DISCORD_TOKEN: secret('must be a bot token as Discord shows it, without blanks', /^\S+$/)
    .optional()
    .describe("The Discord bot's token; without it Discord is off"),
  DISCORD_API_URL: webBase('must be a web address such as https://discord.com/api')
    // Discord's own documents give it with the version.
    .transform((text) => withoutSlash(text).replace(/\/v\d+$/, ''))
    .prefault('https://discord.com/api')
    .describe('Base of Discord’s REST API, without the version'),
  TELEGRAM_TOKEN: secret(
    'must be a bot token as BotFather shows it, such as 123456:ABC…',
    /^\d+:[\w-]+$/,
  )
    .optional()
    .describe("The Telegram bot's token; without it Telegram is off"),
  TELEGRAM_API_URL: webBase('must be a web address such as https://api.telegram.org')
    .transform(withoutSlash)
    .prefault('https://api.telegram.org')
    .describe('Base of Telegram’s Bot API'),
  SMTP_URL: secret(
    'must be smtp://user:password@host:port, or smtps:// for TLS from the start',
    /^smtps?:\/\/(?:\S+@)?[^\s@/]+\/?(?:\?\S*)?$/,
  )
    .optional()
    .describe('The mail server that e-mail channels are told by; without it e-mail is off'),
  SMTP_FROM: z
    .string()
    .regex(
      /^(?:[^<>\r\n]*<)?[^\s<>@]+@[^\s<>@]+>?$/,
      'must be a mail address such as Uptalk <uptalk@example.com>',
    )
    .optional()
    .describe('Whom mails are from; needed with SMTP_URL'),
  DEFAULT_PLAN: z
    .enum(['free', 'team', 'business'], 'must be free, team or business')
    .default('business')
    .describe(
      'Plan of new accounts: free, team, business. It sets requests a minute, monitors, shortest interval',
    ),
  CANARY_HOSTS: list(isHostPort, 'must be a list of host:port, such as 1.1.1.1:443,8.8.8.8:443')
    .prefault('1.1.1.1:443,8.8.8.8:443,9.9.9.9:443')
    .describe(
      'What is asked whether we see the internet when many monitors fail at once; empty: never asked',
    ),
  PROBE_PRIVATE_TARGETS: z
    .enum(['allow', 'deny'], 'must be allow or deny')
    .default('allow')
    .describe(
      'Whether private and loopback addresses may be watched; `deny` when strangers have accounts',
    ),
  DNS_SERVERS: list(isNameServer, 'must be a list of ip[:port], such as 9.9.9.9,1.1.1.1:53')
    .optional()
    .describe('Name servers the probes ask, instead of those of /etc/resolv.conf'),
  RDAP_BOOTSTRAP_URL: webBase('must be a web address such as https://data.iana.org/rdap/dns.json')
    .prefault('https://data.iana.org/rdap/dns.json')
    .describe('Where the list of registries that speak RDAP is fetched, weekly'),
  WHOIS_HOST: z
    .string()
    .refine(
      (text) => isHostPort(text.includes(':') ? text : `${text}:43`),
      'must be a host or host:port such as whois.iana.org:43',
    )
    .default('whois.iana.org:43')
    .describe('The WHOIS server that knows where a domain’s registry is, where there is no RDAP'),
  ALLOW_INSECURE_HTTP: flag
    .prefault('0')
    .describe(
      '1 answers plain HTTP from other machines too. Keys then travel unencrypted: only where the network is yours',
    ),
  ALLOW_INSECURE_WEBHOOKS: flag
    .prefault('0')
    .describe('1 lets webhooks be plain http beyond this machine too'),
  TRUSTED_PROXIES: list(isRange, 'must be a list of addresses, CIDR ranges or loopback')
    .prefault('loopback')
    .describe(
      'Proxies whose `X-Forwarded-For`, `-Proto` and `-Host` are believed: addresses, CIDR ranges, `loopback`',
    ),
  CORS_ORIGINS: list(isOrigin, 'must be a list of origins, such as https://admin.example.com')
    .prefault('')
    .describe('Origins whose pages may call the API from a browser; none: browsers keep them out'),
  API_UNKNOWN: z
    .enum(['reject', 'ignore'], 'must be reject or ignore')
    .default('reject')
    .describe('What the API does with parameters and fields it does not know: reject, ignore'),
  RETAIN_CHECKS: z
    .string()
    .regex(/^[1-9]\d{0,2}$/, 'must be 1 to 999 days')
    .transform(Number)
    .prefault('7')
    .describe('How many days single checks are kept'),
  SECRET_KEY: secret('must be at least 32 characters', /^.{32,}$/s)
    .optional()
    .describe(
      'Seals monitors’ secret headers and bodies in the database; without it a key file beside the database does',
    ),
} as const

export type SettingName = keyof typeof SETTINGS
const schema = z.object(SETTINGS)
export type Settings = z.output<typeof schema>

const NAMES = Object.keys(SETTINGS) as SettingName[]
const SECRETS = new Set<SettingName>(['DISCORD_TOKEN', 'TELEGRAM_TOKEN', 'SMTP_URL', 'SECRET_KEY'])
const isSecret = (name: SettingName): boolean => SECRETS.has(name)

function readEnvFile(file: string): Record<string, string> {
  if (!existsSync(file)) return {}
  let text: string
  try {
    text = readFileSync(file, 'utf8').replace(/^\uFEFF/, '')
  } catch (error) {
    throw new SettingsTrouble(`${file} cannot be read (${(error as NodeJS.ErrnoException).code}).`)
  }
  // parseEnv passes over what it does not understand, and a token would silently be missing.
  const odd = text
    .replaceAll(/=\s*(["'`])[\s\S]*?\1/g, '=')
    .split('\n')
    .findIndex((line) => !/^\s*(?:#.*|(?:export\s+)?[A-Za-z_]\w*\s*=.*)?\r?$/.test(line))
  if (odd >= 0)
    throw new SettingsTrouble(`${file} line ${odd + 1} must be NAME=value or a # comment.`)
  return parseEnv(text) as Record<string, string>
}

function readSecretFile(name: string, file: string, problems: string[]): string | undefined {
  try {
    const text = readFileSync(file, 'utf8').trim()
    if (text === '')
      problems.push(`${name}_FILE must name a file that holds it, not ${quote(file)} (empty).`)
    return text
  } catch (error) {
    const why = (error as NodeJS.ErrnoException).code
    problems.push(`${name}_FILE must name a readable file, not ${quote(file)} (${why}).`)
    return undefined
  }
}

/** The file may hold other programs' names as well: only a near miss is a slip. */
const MOST_SLIPS = 2

/** Names in the file that nobody reads, but that are nearly a setting's: a token would be missing silently. */
function slipsIn(written: Readonly<Record<string, string>>, file: string): string[] {
  const known: string[] = NAMES.flatMap((name) =>
    isSecret(name) ? [name, `${name}_FILE`] : [name],
  )
  return Object.keys(written).flatMap((name) => {
    if (known.includes(name)) return []
    const meant = probablyMeant(name, known, MOST_SLIPS)
    return meant === undefined
      ? []
      : [`${name} in ${file} is no setting; ${meant} was probably meant.`]
  })
}

/**
 * Settings from `env`, and from `.env` in `folder` for what is not in it. Empty is as if absent; a
 * secret may also come from the file that `NAME_FILE` names.
 * @throws SettingsTrouble with every mistake: the variable, the rule, the value (secrets masked)
 */
export function readSettings(
  env: Readonly<Record<string, string | undefined>> = process.env,
  folder: string = process.cwd(),
): Settings {
  const envFile = path.join(folder, '.env')
  const written = readEnvFile(envFile)
  const problems = slipsIn(written, envFile)
  const all = { ...written, ...env }
  const given: Record<string, string> = {}
  for (const name of NAMES) {
    const file = all[`${name}_FILE`]
    const value =
      isSecret(name) && file !== undefined && file !== ''
        ? readSecretFile(name, file, problems)
        : all[name]?.trim()
    // An empty canary list means never; everywhere else empty is how compose files say "not set".
    if (value !== undefined && (value !== '' || name === 'CANARY_HOSTS')) given[name] = value
  }
  const parsed = schema.safeParse(given)
  for (const { path: at, message } of parsed.error?.issues ?? []) {
    const name = String(at[0])
    const shown = isSecret(name as SettingName) ? '(hidden)' : quote(given[name])
    problems.push(`${name} ${message}, not ${shown}.`)
  }
  if (parsed.data?.SMTP_URL !== undefined && parsed.data.SMTP_FROM === undefined)
    problems.push('SMTP_FROM must say whom mails are from, since SMTP_URL is set.')
  if (!parsed.success || problems.length > 0) throw new SettingsTrouble(problems.join('\n'))
  return parsed.data
}
