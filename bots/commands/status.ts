import { DAY, MINUTE } from '../../src/kernel/index.ts'
import { listOutlines, type Outline } from '../../src/monitors/index.ts'
import { formatPercent, responseTimes, uptimePercent } from '../../src/stats/index.ts'
import { addOne } from './add.ts'
import { typed } from './answers.ts'
import { accountCommand, type Call } from './command.ts'
import { dotted, press, say, signed } from './compose.ts'
import { monitorOption, monitorRule } from './options.ts'
import { formatAge } from './phrases.ts'
import {
  countSigns,
  countWords,
  monitorValue,
  openIncidents,
  signOf,
  tailOf,
  worstFirst,
} from './present.ts'
import {
  type Action,
  line,
  note,
  type Reply,
  type Run,
  type StateSign,
  text,
  time,
} from './reply.ts'
import { showNamed } from './show.ts'

const MOST_ROWS = 15

const ACTIONS: readonly Action[] = [
  { label: 'Incidents', press: press('incs', 1), line: 'incidents' },
  { label: 'List', press: press('list', 1), line: 'list' },
  { label: 'Refresh', press: press('status', 0) },
]

type Counts = ReturnType<typeof countSigns>

const ofAll = (count: number, total: number, word: string): string =>
  `${count} of ${total} ${count === 1 ? 'is' : 'are'} ${word}`

function verdict(counts: Counts): [StateSign, string] {
  const { total, up, down, degraded, paused, pending, maintenance } = counts
  if (down > 0) return ['down', ofAll(down, total, 'down')]
  if (degraded > 0) return ['degraded', ofAll(degraded, total, 'degraded')]
  if (up > 0) return ['up', up === 1 ? '1 is up' : `All ${up} are up`]
  if (pending > 0) return ['pending', `${pending} of ${total} wait for their first look`]
  if (maintenance > 0) return ['maintenance', ofAll(maintenance, total, 'in maintenance')]
  return ['paused', paused === 1 ? '1 is paused' : `All ${paused} are paused`]
}

/** One line of verdict, then what is not up, then counts. */
export async function statusReply(call: Call): Promise<Reply> {
  const { db, now, place, lastDay } = call
  const all = await listOutlines(db)
  const counts = countSigns(all, now)
  if (counts.total === 0)
    return say([text(`Nothing is watched yet. ${typed(place, 'add https://example.com')}`)], {
      ...signed('pending'),
      actions: [addOne()],
      value: { ...counts, notUp: [] },
    })
  const bad = all
    .filter((view) => /^(?:down|degraded|maintenance)$/.test(signOf(view, now)))
    .toSorted(worstFirst(now))
  const [sign, words] = verdict(counts)
  const uptime = uptimePercent(await lastDay(db))
  const calm = sign === 'up' ? calmest(all, now) : null
  return say(dotted(words, calm === null ? null : `longest without trouble: ${calm}`), {
    ...signed(sign),
    body: [...(await rowsOf(call, bad)), line(...tally(counts, all, sign, uptime))],
    actions: ACTIONS,
    exitCode: counts.down > 0 ? 1 : 0,
    value: { ...counts, uptime24h: uptime, notUp: bad.map((view) => monitorValue(view, now)) },
  })
}

async function rowsOf({ db, now }: Call, bad: readonly Outline[]): Promise<Reply['body']> {
  if (bad.length === 0) return []
  const open = await openIncidents(db)
  const rows = []
  for (const view of bad.slice(0, MOST_ROWS)) {
    const { id, name } = view.monitor
    const usual =
      view.state.status === 'degraded' ? await responseTimes(db, id, now - DAY) : undefined
    rows.push({
      state: signOf(view, now),
      name,
      tail: tailOf(view, { now, open, usualMs: usual?.avgMs ?? null }),
    })
  }
  const rest = bad.length - rows.length
  return [{ kind: 'rows', rows }, ...(rest > 0 ? [note(text(`… and ${rest} more`))] : [])]
}

/** What the verdict did not say yet: `9 up · 1 paused · last look 4 s ago · 24 h: 99.95 %`. */
function tally(
  counts: Counts,
  all: readonly Outline[],
  sign: StateSign,
  uptime: number | null,
): Run[] {
  const last = all.reduce((latest, { state }) => Math.max(latest, state.lastCheckAt ?? 0), 0)
  const shown = (['up', 'pending', 'maintenance', 'paused'] as const)
    .filter((status) => counts[status] > 0 && status !== sign)
    .map((status) => countWords(counts[status], status))
  return dotted(
    ...shown,
    last === 0 ? 'no look yet' : [text('last look '), time(last, 'relative')],
    `24 h: ${formatPercent(uptime)}`,
  )
}

function calmest(all: readonly Outline[], now: number): string | null {
  const since = all
    .filter(({ monitor, state }) => monitor.isActive && state.status === 'up')
    .map(({ state }) => state.changedAt ?? now)
  const age = now - since.reduce((least, at) => Math.min(least, at), Infinity)
  // Less is the first look just taken, and no praise yet.
  return age >= MINUTE && Number.isFinite(age) ? formatAge(age) : null
}

export const status = accountCommand({
  name: 'status',
  summary: 'How everything is, worst first; or how one monitor is',
  example: 'status',
  group: 'see',
  options: [monitorOption('One monitor instead of all', false)],
  schema: { monitor: monitorRule.optional() },
  role: 'viewer',
  doing: 'Looking at the status',
  run: (call, { monitor }) =>
    monitor === undefined ? statusReply(call) : showNamed(call, monitor),
  presses: { status: statusReply },
})
