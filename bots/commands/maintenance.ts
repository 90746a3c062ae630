import { z } from 'zod'
import {
  DAY,
  HOUR,
  InvalidInput,
  type Instant,
  MINUTE,
  type Violation,
} from '../../src/kernel/index.ts'
import { isOn, type Maintenance, planMaintenance } from '../../src/maintenance/index.ts'
import { getMonitor } from '../../src/monitors/index.ts'
import { accountCommand, type AccountCommand, type Call } from './command.ts'
import { press, say, signed } from './compose.ts'
import { endCommand } from './maintenance-end.ts'
import { listCommand } from './maintenance-list.ts'
import { completeWhom, findWhom, forMonitor, type Whom } from './maintenance-whom.ts'
import {
  coveredRuns,
  endAction,
  listAction,
  planFacts,
  planValue,
  readCoverage,
  windowOf,
} from './maintenance-words.ts'
import {
  cronOf,
  LONGEST_REPEATED_MS,
  minutesOf,
  MOMENT_PAIR,
  MOMENT_WORD,
  parseMoment,
} from './moments.ts'
import { DURATION, durationRule, monitorOption, monitorRule } from './options.ts'
import { untilRuns } from './present.ts'
import { note, type Reply, text } from './reply.ts'

const LONGEST_MS = 90 * DAY
const lengthRule = durationRule(MINUTE, LONGEST_MS, 'must be 1m to 90d')
const MOMENT_RULE =
  'must be a time such as "tonight 22:00", "tomorrow 02:00", "sat 02:00" or "2027-04-02 22:00"'
const momentRule = z.string().trim().max(40, MOMENT_RULE)
const QUIET = 'Looks go on; nobody is told, and the time is not charged to the uptime.'

const wrong = (path: string, code: Violation['code'], message: string): InvalidInput =>
  new InvalidInput([{ path, code, message }])

interface When {
  readonly from?: Instant | undefined
  readonly lengthMs?: number | undefined
  /** `daily`, `weekly` or cron fields. */
  readonly repeat?: string | undefined
}

function timesOf({ account, now }: Call, { from = now, lengthMs, repeat }: When) {
  if (lengthMs === undefined)
    throw wrong('for', 'required', 'is required, or "to": how long it lasts')
  if (repeat === undefined) return { startsAt: from, endsAt: from + lengthMs }
  if (lengthMs > LONGEST_REPEATED_MS)
    throw wrong('for', 'range', 'must be at most 24h where it repeats')
  return {
    cron: cronOf(repeat, from, account.timezone),
    durationMinutes: minutesOf(lengthMs),
    timezone: account.timezone,
  }
}

/** What the room finds wrong, by the names of the options. */
function inOurNames(error: unknown): unknown {
  if (!(error instanceof InvalidInput)) return error
  const names: Readonly<Record<string, string>> = {
    cron: 'repeat',
    durationMinutes: 'for',
    endsAt: 'for',
    startsAt: 'from',
  }
  return new InvalidInput(
    error.violations.map((it) => {
      const path = names[it.path] ?? it.path
      const message =
        path === 'repeat'
          ? `must be daily, weekly, or five cron fields such as "0 2 * * 6"`
          : it.message
      return { ...it, path, message }
    }),
  )
}

async function planReply(call: Call, whom: Whom, when: When): Promise<Reply> {
  const { db, now, deps } = call
  const input = { ...whom, ...timesOf(call, when) }
  const planned = await planMaintenance(db, call, input).catch((error: unknown) => {
    throw inOurNames(error)
  })
  deps.looker.nudge()
  return plannedReply(planned, await readCoverage(call), now)
}

function plannedReply(
  planned: Maintenance,
  coverage: Awaited<ReturnType<typeof readCoverage>>,
  now: Instant,
): Reply {
  const window = windowOf(planned, now)
  const whom = coveredRuns(planned, coverage)
  const isNow = isOn(planned, now)
  return say(
    isNow
      ? [text('Maintenance is on for '), ...whom, text(' '), ...untilRuns(window!.to, now)]
      : [text('Maintenance is planned for '), ...whom],
    {
      ...signed('maintenance'),
      body: [planFacts(planned, coverage, now), note(text(QUIET))],
      actions: [endAction(planned, isNow ? 'End now' : 'Call off'), listAction],
      value: planValue(planned, now),
    },
  )
}

/** The moments somebody typed. @throws InvalidInput */
function readWhen(
  { account, now }: Call,
  given: { from?: string | undefined; to?: string | undefined; for?: number | undefined },
): { from: Instant | undefined; lengthMs: number | undefined } {
  const read = (field: 'from' | 'to', after?: Instant): Instant | undefined => {
    const typed = given[field]
    if (typed === undefined) return undefined
    const at = parseMoment(typed, account.timezone, now, after)
    if (at === undefined)
      throw wrong(field, 'format', `${MOMENT_RULE}, not ${JSON.stringify(typed)}`)
    return at
  }
  const from = read('from')
  if (from !== undefined && from < now)
    throw wrong('from', 'range', `must be yet to come, not ${JSON.stringify(given.from)}`)
  const to = read('to', from)
  if (to === undefined) return { from, lengthMs: given.for }
  if (given.for !== undefined)
    throw wrong('to', 'conflict', 'and "for" say the same; give one of them')
  if (to <= (from ?? now))
    throw wrong('to', 'range', `must be after the beginning, not ${JSON.stringify(given.to)}`)
  return { from, lengthMs: to - (from ?? now) }
}

const whomOption = monitorOption('A monitor, a tag, or all')

const plan = accountCommand({
  name: 'maintenance plan',
  summary: 'Plan a maintenance, once or again and again',
  example: 'maintenance plan shop from="sat 02:00" for=2h repeat=weekly',
  group: 'quiet',
  options: [
    whomOption,
    {
      name: 'from',
      summary: 'tonight 22:00, tomorrow 02:00, sat 02:00, 2027-04-02 22:00; now if left out',
      kind: 'text',
      required: false,
      like: MOMENT_WORD,
      pair: MOMENT_PAIR,
    },
    {
      name: 'to',
      summary: 'When it ends, in the same words; or give for',
      kind: 'text',
      required: false,
      like: MOMENT_WORD,
      pair: MOMENT_PAIR,
    },
    {
      name: 'for',
      summary: 'How long it lasts: 90m, 2h',
      kind: 'text',
      required: false,
      like: DURATION,
    },
    {
      name: 'repeat',
      summary: 'daily, weekly, or five cron fields: 0 2 * * 6',
      kind: 'text',
      required: false,
      like: /^(?:daily|weekly)$/i,
    },
  ],
  schema: {
    monitor: monitorRule,
    from: momentRule.optional(),
    to: momentRule.optional(),
    for: lengthRule.optional(),
    repeat: z.string().trim().max(100).optional(),
  },
  role: 'manager',
  doing: 'Planning maintenance',
  complete: completeWhom,
  isMeant: (given) => ['from', 'to', 'repeat'].some((name) => given[name] !== undefined),
  run: async (call, { monitor, repeat, ...given }) => {
    const when = { ...readWhen(call, given), repeat }
    const found = await findWhom(call, monitor, () => '')
    // A button has no room for a plan.
    if ('reply' in found) return { ...found.reply, actions: [] }
    return planReply(call, found.whom, when)
  },
})

const USUAL_MS = HOUR

const start = accountCommand({
  name: 'maintenance start',
  summary: 'Begin a maintenance now',
  example: 'maintenance start shop for=1h',
  group: 'quiet',
  options: [
    whomOption,
    {
      name: 'for',
      summary: 'How long: 90m, 2h; 1h if left out',
      kind: 'text',
      required: false,
      like: DURATION,
      insists: true,
    },
  ],
  schema: { monitor: monitorRule, for: lengthRule.optional() },
  role: 'manager',
  doing: 'Maintenance',
  complete: completeWhom,
  isMeant: (given) => given['monitor'] !== undefined,
  run: async (call, { monitor, for: lengthMs = USUAL_MS }) => {
    const minutes = String(minutesOf(lengthMs))
    const found = await findWhom(call, monitor, (id) => press('mstart', id, minutes))
    return 'reply' in found ? found.reply : planReply(call, found.whom, { lengthMs })
  },
  presses: {
    mstart: async (call, { id, extra }) => {
      const { monitor } = await getMonitor(call.db, call.deps.sealer, id)
      const minutes = /^\d{1,6}$/.test(extra) ? Number(extra) : 60
      const lengthMs = Math.min(Math.max(minutes, 1) * MINUTE, LONGEST_MS)
      return planReply(call, forMonitor(monitor), { lengthMs })
    },
  },
})

/** Planned windows; a line that names none of them by its sub-word means the first it fits. */
export const maintenance: readonly AccountCommand[] = [listCommand, plan, start, endCommand]
