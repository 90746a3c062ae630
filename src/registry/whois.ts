import { plain } from '../kernel/index.ts'
import { readDate } from './dates.ts'
import { type Out, readText } from './fetch.ts'
import { type Heard, statusesOf } from './heard.ts'

const LARGEST_BYTES = 256 * 1024
const WHOIS_PORT = 43
const MOST_STATUSES = 30

const EXPIRY =
  /^(?:registry |registrar registration |domain |record |renewal |\d+\. )?(?:expir(?:y|ation|es?|e)(?:[ -]?(?:date|time|on|at))?|expires? on|paid-till|paid till|renewal(?: date)?|valid until|validity|domain_dateexpires|data de expiração)$/i
const REGISTRAR = /^(?:sponsoring )?registrar(?: name)?$/i
const STATUS = /^(?:domain )?(?:e?status|state)$/i
const ABSENT =
  /^\s*(?:%+\s*|>+\s*)?(?:no match(?:ing)?\b|not found|no (?:data|entries|object|information)(?: was)? found|no such domain|domain (?:name )?not (?:found|registered)|the queried object does not exist|nothing found|status:\s*(?:free|available)\b|this domain is (?:available|not registered))/im
const BUSY =
  /limit exceeded|quota|too many (?:requests|queries|connections)|try again later|rate limit|access denied|blacklisted/i
/** `[Expires on]  2027/04/02` and `[State]  Connected (2027/04/30)`, as Japan writes. */
const BRACKETED = /^\[(.+?)\]\s+(.+)$/

interface Field {
  readonly name: string
  readonly value: string
}

/** `name: value` lines, values on the line below their name included. */
function fieldsOf(text: string): Field[] {
  const lines = text.split(/\r?\n/)
  return lines.flatMap((line, at): Field[] => {
    const bracketed = BRACKETED.exec(line.trim())
    if (bracketed !== null) return [{ name: bracketed[1]!, value: bracketed[2]! }]
    const [, name, value] = /^\s*([^:%#>]{2,40}?)[\s.]*:\s*(.*)$/.exec(line) ?? []
    if (name === undefined) return []
    return [{ name: name.trim(), value: (value || lines[at + 1] || '').trim() }]
  })
}

/** What a WHOIS server said; `isFinal` where it is the registry itself, whose "no match" counts. */
export function readWhois(text: string, isFinal: boolean, host: string): Heard {
  const fields = fieldsOf(text)
  const dates = fields.flatMap(({ name, value }) => {
    if (EXPIRY.test(name)) return readDate(value) ?? []
    const connected = /^state$/i.test(name) ? /\((\d{4}\/\d{2}\/\d{2})\)$/.exec(value) : null
    return connected === null ? [] : (readDate(connected[1]!) ?? [])
  })
  const registrar = fields.find(({ name, value }) => REGISTRAR.test(name) && value !== '')
  const statuses = fields.filter(({ name }) => STATUS.test(name)).map(({ value }) => value)
  const isKnown =
    dates.length > 0 || registrar !== undefined || /^\s*domain(?: name)?\s*:/im.test(text)
  if (isFinal && ABSENT.test(text) && dates.length === 0) return { kind: 'absent' }
  if (!isKnown || (dates.length === 0 && BUSY.test(text) && registrar === undefined))
    return {
      kind: 'failed',
      why: BUSY.test(text)
        ? `the WHOIS server ${host} has enough of questions for now`
        : `the WHOIS server ${host} said nothing we understand`,
    }
  return {
    kind: 'known',
    // The registry's own comes first; a registrar's may follow.
    expiresAt: dates[0] ?? null,
    registrar: registrar === undefined ? null : plain(registrar.value, 120),
    statuses: statusesOf(statuses.slice(0, MOST_STATUSES)),
    source: 'whois',
  }
}

/** The server that IANA (or another) says knows more. */
export const referralOf = (text: string): string | undefined =>
  /^(?:refer|whois|whois server|registrar whois server):[ \t]*(?:r?whois:\/\/)?([a-z0-9.-]+(?::\d+)?)/im.exec(
    text,
  )?.[1]

/** One question, one answer, over a connection of its own. */
export async function askWhois(
  { network }: Out,
  server: string,
  question: string,
  signal: AbortSignal,
): Promise<{ readonly text: string } | { readonly why: string }> {
  const [, host = server, port] = /^(.+?)(?::(\d+))?$/.exec(server) ?? []
  using open = new DisposableStack()
  const found = await network.resolve(host, { ip4: true, ip6: true }, signal)
  if (!found.ok) return { why: found.failure.message }
  const met = await network.connect(found.value, Number(port ?? WHOIS_PORT), signal)
  if (!met.ok) return { why: met.failure.message }
  const { socket } = met.value
  open.defer(() => void socket.destroy())
  socket.on('error', () => {})
  socket.write(`${question}\r\n`)
  const text = await readText(socket, LARGEST_BYTES, signal)
  return text === undefined || text.trim() === ''
    ? { why: `the WHOIS server ${host} did not answer in time` }
    : { text }
}
