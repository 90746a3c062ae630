import { z } from 'zod'
import { HOUR, type Instant, MINUTE } from '../../src/kernel/index.ts'
import { isOn, type Maintenance, planMaintenance } from '../../src/maintenance/index.ts'
import { getMonitor } from '../../src/monitors/index.ts'
import { accountCommand, type AccountCommand, type Call } from './command.ts'
import { press, say, signed } from './compose.ts'
import { endCommand } from './maintenance-end.ts'
import { listCommand } from './maintenance-list.ts'
import {
  inOurNames,
  lengthRule,
  LONGEST_MS,
  momentRule,
  readWhen,
  timesOf,
  type When,
} from './maintenance-when.ts'
import { completeWhom, findWhom, forMonitor, type Whom } from './whom.ts'
import {
  coveredRuns,
  endAction,
  listAction,
  planFacts,
  planValue,
  readCoverage,
  windowOf,
} from './maintenance-words.ts'
import { minutesOf, MOMENT_PAIR, MOMENT_WORD } from './moments.ts'
import { DURATION, monitorOption, monitorRule } from './options.ts'
import { untilRuns } from './present.ts'
import { note, type Reply } from './reply.ts'
import { fill } from './sentences.ts'

const SAYS = {
  isOn: 'Maintenance is on for {monitors} {until}',
  isPlanned: 'Maintenance is planned for {monitors}',
  looksGoOn: 'Looks go on; nobody is told, and the time is not charged to the uptime.',
  repeatRule: 'must be daily, weekly, or five cron fields such as 0 2 * * 6',
  endNow: 'End now',
  callOff: 'Call off',
} as const

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
  const monitors = coveredRuns(planned, coverage)
  const isNow = isOn(planned, now)
  return say(
    isNow
      ? fill(SAYS.isOn, { monitors, until: untilRuns(window!.to, now) })
      : fill(SAYS.isPlanned, { monitors }),
    {
      ...signed('maintenance'),
      body: [planFacts(planned, coverage, now), note(...fill(SAYS.looksGoOn))],
      actions: [endAction(planned, isNow ? SAYS.endNow : SAYS.callOff), listAction],
      value: planValue(planned, now),
    },
  )
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
    repeat: z.string().trim().max(100, SAYS.repeatRule).optional(),
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
