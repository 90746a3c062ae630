import { type Logger, pino } from 'pino'
import type { Settings } from './config.ts'

/** Whatever they hold. Deeper down their names are looked for in the finished line: paths are slow. */
const PATHS = ['key', 'token', 'authorization', 'cookie', '["x-api-key"]', 'password', 'secret']

const KEY = /upty_[0-9a-zA-Z]{8,}/g
// A Telegram token is part of each of its URLs.
const TELEGRAM = /\d{5,}:[\w-]{30,}/g
const DISCORD = /[\w-]{23,28}\.[\w-]{6,7}\.[\w-]{27,}/g
// Whatever depth it lies at: a text, a list, an object without others in it, a number.
const NAMED =
  /("(?:key|authorization|proxy-authorization|cookie|set-cookie|x-api-key|password|secret|token)":)(?:"(?:[^"\\]|\\.)*"|\[[^\]]*\]|\{[^{}]*\}|-?\d[\d.e+-]*)/gi

/** Cuts secrets out of a finished line by what they look like, whatever field they hid in. */
export function scrubber(secrets: readonly (string | undefined)[]): (line: string) => string {
  const known = secrets
    .filter((it): it is string => it !== undefined && it !== '')
    // As it looks inside a JSON string.
    .map((secret) => JSON.stringify(secret).slice(1, -1))
  return (line) =>
    known
      .reduce((text, secret) => text.replaceAll(secret, '[redacted]'), line)
      .replaceAll(NAMED, '$1"[redacted]"')
      .replaceAll(KEY, 'upty_[redacted]')
      .replaceAll(TELEGRAM, '[redacted]')
      .replaceAll(DISCORD, '[redacted]')
}

const COLOURS: Readonly<Record<number, string>> = {
  20: '90',
  30: '32',
  40: '33',
  50: '31',
  60: '31',
}

/** A line for people: time, event, then what varies. */
function forPeople(line: string): string {
  const { level, time, msg, ...fields } = JSON.parse(line) as Record<string, unknown> & {
    level: number
  }
  const { err } = fields as { err?: { stack?: string } }
  if (err?.stack !== undefined) delete fields['err']
  const clock = new Date(Number(time)).toTimeString().slice(0, 8)
  const rest = Object.entries(fields)
    .map(([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join(' ')
  const stack = err?.stack === undefined ? '' : `\n${err.stack}`
  return `\u001B[90m${clock}\u001B[0m \u001B[${COLOURS[level] ?? '0'}m${String(msg)}\u001B[0m ${rest}${stack}\n`
}

/** The process's log: JSON lines on standard output, for people where that is a terminal. */
export function openLog(
  settings: Pick<Settings, 'LOG_LEVEL' | 'DISCORD_TOKEN' | 'TELEGRAM_TOKEN' | 'SECRET_KEY'>,
  out: { write(text: string): unknown; readonly isTTY?: boolean },
): Logger {
  const { DISCORD_TOKEN, TELEGRAM_TOKEN, SECRET_KEY } = settings
  const scrub = scrubber([DISCORD_TOKEN, TELEGRAM_TOKEN, SECRET_KEY])
  return pino(
    {
      level: settings.LOG_LEVEL,
      base: null,
      redact: { paths: PATHS, censor: '[redacted]' },
    },
    {
      write: (line: string) => {
        const clean = scrub(line)
        out.write(out.isTTY === true ? forPeople(clean) : clean)
      },
    },
  )
}
