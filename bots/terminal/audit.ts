import { Command, InvalidArgumentError, Option } from 'commander'
import { type AuditEntry, type AuditFilter, listAudit } from '../../src/audit/index.ts'
import { type Instant, plain, systemClock, toIso } from '../../src/kernel/index.ts'
import { words } from '../commands/index.ts'
import { readBounds } from './bounds.ts'
import type { TerminalIo } from './io.ts'
import { padTo, widthOf } from './layout.ts'
import { openSession } from './session.ts'

const SAYS = {
  about: 'Who changed what, from where, and when; newest first',
  account: 'the account; the first one if left out',
  actor: 'who: an API key, a chat member, this shell, Uptalk itself',
  action: 'what was done: monitor.pause, role.give',
  subject: 'to what: /api/targets/3',
  since: 'not before: 2d ago, 2027-04-02, "2027-04-02 22:00"',
  until: 'not after, likewise; a date is the whole day',
  limit: 'how many, 1 to 1000',
  json: 'the value as JSON',
  limitRule: 'must be 1 to 1000.',
  nothing: 'Nothing was changed, or nothing that fits.',
  more: '… and {left} more; --limit shows more, --until what came before.',
  moreFields: 'and {left} more (--json)',
} as const
const LONGEST_VALUE = 60
const MOST_FIELDS = 6
const MOST = 1000

interface Asked {
  readonly account?: string
  readonly json?: boolean
  readonly actor?: AuditEntry['actor_type']
  readonly action?: string
  readonly subject?: string
  readonly since?: string
  readonly until?: string
  readonly limit: number
}

function filterOf(asked: Asked, zone: string, now: Instant): AuditFilter {
  const { actor, action, subject } = asked
  return {
    changed: readBounds(asked, zone, now),
    ...(actor === undefined ? {} : { actorTypes: [actor] }),
    ...(action === undefined ? {} : { action }),
    ...(subject === undefined ? {} : { subject }),
  }
}

type Changes = Readonly<Record<string, readonly [old: unknown, now: unknown]>>

const changesOf = ({ changes }: AuditEntry): Changes => JSON.parse(changes) as Changes

const valueWords = (value: unknown): string =>
  value == null
    ? '–'
    : plain(typeof value === 'string' ? value : JSON.stringify(value), LONGEST_VALUE)

function changeWords(entry: AuditEntry): string {
  const changed = Object.entries(changesOf(entry)).filter(([, [old, now]]) => (old ?? now) !== null)
  const shown = changed.slice(0, MOST_FIELDS).map(([field, [old, now]]) =>
    // Named to say what is meant, and not changed itself.
    old === now
      ? `${field} ${valueWords(now)}`
      : `${field} ${valueWords(old)} → ${valueWords(now)}`,
  )
  const left = changed.length - MOST_FIELDS
  return [...shown, ...(left > 0 ? [words(SAYS.moreFields, { left })] : [])].join(', ')
}

function whoWords({ actor_type: type, actor, place }: AuditEntry): string {
  const who = plain(actor, LONGEST_VALUE)
  switch (type) {
    case 'chat':
      return place === null ? who : `${who} in ${plain(place, LONGEST_VALUE)}`
    case 'key':
      return `key ${who}`
    case 'cli':
      return `${who} in a shell`
    default:
      return 'Uptalk itself'
  }
}

/** A line each, in columns as wide as what stands in them. */
function linesOf(entries: readonly AuditEntry[], zone: string): string[] {
  const stamp = new Intl.DateTimeFormat('sv-SE', {
    timeZone: zone,
    dateStyle: 'short',
    timeStyle: 'medium',
  })
  const rows = entries.map((it) => [
    stamp.format(it.changed_at),
    whoWords(it),
    it.action,
    it.subject,
    changeWords(it),
  ])
  const widths = [0, 1, 2, 3].map((at) => Math.max(...rows.map((row) => widthOf(row[at]!))))
  return rows.map((row) =>
    row
      .map((cell, at) => padTo(cell, widths[at] ?? 0))
      .join('  ')
      .trimEnd(),
  )
}

const valueOf = (it: AuditEntry) => ({
  id: it.id,
  actorType: it.actor_type,
  actor: it.actor,
  place: it.place,
  action: it.action,
  subject: it.subject,
  changes: changesOf(it),
  changedAt: toIso(it.changed_at),
})

function readLimit(typed: string): number {
  const limit = Number(typed)
  if (Number.isInteger(limit) && limit >= 1 && limit <= MOST) return limit
  throw new InvalidArgumentError(SAYS.limitRule)
}

/** What the audit holds, for who runs the machine. */
export const auditCommand = (io: TerminalIo): Command =>
  new Command('audit')
    .description(SAYS.about)
    .addOption(new Option('--account <name>', SAYS.account))
    .addOption(new Option('--actor <type>', SAYS.actor).choices(['key', 'chat', 'cli', 'engine']))
    .option('--action <action>', SAYS.action)
    .option('--subject <path>', SAYS.subject)
    .option('--since <time>', SAYS.since)
    .option('--until <time>', SAYS.until)
    .addOption(new Option('--limit <count>', SAYS.limit).default(30).argParser(readLimit))
    .option('--json', SAYS.json)
    .action(async (asked: Asked) => {
      await using session = await openSession(io, asked.account)
      const { db, account } = session
      const filter = filterOf(asked, account.timezone, systemClock.now())
      const page = { limit: asked.limit, offset: 0 }
      const { total, entries } = await listAudit(db, filter, page)
      if (asked.json === true) {
        io.out.write(`${JSON.stringify(entries.map(valueOf), null, 2)}\n`)
        return
      }
      if (entries.length === 0) io.err.write(`${SAYS.nothing}\n`)
      for (const line of entries.length === 0 ? [] : linesOf(entries, account.timezone))
        io.out.write(`${line}\n`)
      const left = total - entries.length
      if (left > 0) io.err.write(`${words(SAYS.more, { left })}\n`)
    })
