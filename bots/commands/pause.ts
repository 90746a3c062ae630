import { z } from 'zod'
import { audit } from '../../src/audit/index.ts'
import { DAY, MINUTE } from '../../src/kernel/index.ts'
import {
  getMonitor,
  listMonitors,
  type MonitorView,
  pauseMonitor,
} from '../../src/monitors/index.ts'
import { accountCommand, type Call } from './command.ts'
import { dotted, press, say, signed } from './compose.ts'
import { DURATION, durationRule, monitorOption, monitorRule } from './options.ts'
import { monitorValue, untilRuns } from './present.ts'
import { line, name, note, type Reply, type Run, verbatim } from './reply.ts'
import { counted, fill } from './sentences.ts'
import { completeWhom, findWhom, ofTags, resumeButtons } from './whom.ts'

const SAYS = {
  paused: '{monitor} is paused {until}',
  untilResumed: 'until somebody resumes it',
  endsOutage: 'It was down; its outage ends here.',
  reason: 'Reason: {reason}',
  pausedAll: { one: '{count} monitor paused', other: '{count} monitors paused' },
  allUntilResumed: 'until somebody resumes them',
  noneRuns: 'Nothing was running; nothing to pause.',
  resume: 'Resume',
  resumeAll: 'Resume all',
  forRule: 'must be 5m to 30d',
  reasonRule: 'must be at most 200 characters',
} as const
const LONGEST_REASON = 200

interface Wanted {
  /** Null: until resumed. */
  readonly forMs: number | null
  readonly reason?: string | undefined
}

const endOf = (call: Call, { forMs }: Wanted): number | null =>
  forMs === null ? null : call.now + forMs

async function pauseOne(call: Call, id: number, wanted: Wanted): Promise<MonitorView> {
  const { db, now, by, tools } = call
  const view = await pauseMonitor(db, tools, id, endOf(call, wanted))
  if (wanted.reason !== undefined)
    await audit(db, now, by, 'monitor.pause_reason', `/api/targets/${id}`, {
      reason: [null, wanted.reason],
    })
  return view
}

const untilWords = (call: Call, until: number | null): Run[] =>
  until === null ? fill(SAYS.untilResumed) : untilRuns(until, call.now)

const reasonNode = (reason: string | undefined) =>
  reason === undefined ? [] : [line(...fill(SAYS.reason, { reason: verbatim(reason) }))]

async function pauseReply(
  call: Call,
  view: MonitorView,
  wanted: Wanted,
  audience: Reply['audience'] = 'all',
): Promise<Reply> {
  const { id } = view.monitor
  const wasDown = view.monitor.isActive && view.state.status === 'down'
  const paused = await pauseOne(call, id, wanted)
  return say(
    fill(SAYS.paused, {
      monitor: name(paused.monitor.name),
      until: untilWords(call, paused.monitor.pausedUntil),
    }),
    {
      ...signed('paused'),
      audience,
      body: [...reasonNode(wanted.reason), ...(wasDown ? [note(...fill(SAYS.endsOutage))] : [])],
      actions: [{ label: SAYS.resume, press: press('resume', id), line: `resume #${id}` }],
      value: { monitor: monitorValue(paused, call.now), reason: wanted.reason ?? null },
    },
  )
}

/** All of them, or those that carry one of `tags`. */
async function pauseAll(call: Call, wanted: Wanted, tags: readonly string[]): Promise<Reply> {
  const { db, deps } = call
  const active = await listMonitors(db, deps.sealer, { isActive: true, ...ofTags(tags) })
  for (const { monitor } of active) await pauseOne(call, monitor.id, wanted)
  const until = endOf(call, wanted)
  const words = until === null ? fill(SAYS.allUntilResumed) : untilRuns(until, call.now)
  return say(
    active.length === 0
      ? fill(SAYS.noneRuns)
      : dotted(fill(counted(SAYS.pausedAll, active.length), { count: active.length }), words),
    {
      ...signed('paused'),
      body: reasonNode(wanted.reason),
      actions: active.length === 0 ? [] : resumeButtons(SAYS.resumeAll, tags),
      value: { paused: active.length, reason: wanted.reason ?? null },
    },
  )
}

const minutesOf = (ms: number | null): string =>
  ms === null ? '0' : Math.round(ms / MINUTE).toString()

export const pause = accountCommand({
  name: 'pause',
  summary: 'Stop looking for a while, or until resumed',
  example: 'pause shop for=2h reason="new database"',
  group: 'quiet',
  options: [
    monitorOption('Which monitor, a tag, or all'),
    {
      name: 'for',
      summary: '5m to 30d; until resumed if left out',
      kind: 'text',
      required: false,
      like: DURATION,
      insists: true,
    },
    { name: 'reason', summary: 'Why, for the others', kind: 'text', required: false, greedy: true },
  ],
  schema: {
    monitor: monitorRule,
    for: durationRule(5 * MINUTE, 30 * DAY, SAYS.forRule).optional(),
    reason: z.string().trim().max(LONGEST_REASON, SAYS.reasonRule).optional(),
  },
  role: 'responder',
  doing: 'Pausing',
  run: async (call, { monitor, for: forMs = null, reason }) => {
    const found = await findWhom(call, monitor, (id) => press('pause', id, minutesOf(forMs)))
    if ('reply' in found) return found.reply
    const { targets, tags } = found.whom
    if (targets === null) return pauseAll(call, { forMs, reason }, tags)
    const view = await getMonitor(call.db, call.deps.sealer, targets[0])
    return pauseReply(call, view, { forMs, reason })
  },
  presses: {
    // `60` minutes, `0` until resumed; `60a` under an alert, whose message tells it by itself.
    pause: async (call, { id, extra }) => {
      const [, minutes = '60', alert] = /^(\d{1,5})(a?)$/.exec(extra) ?? []
      const view = await getMonitor(call.db, call.deps.sealer, id)
      const forMs = Number(minutes) === 0 ? null : Math.min(Number(minutes) * MINUTE, 30 * DAY)
      return pauseReply(call, view, { forMs }, alert === 'a' ? 'asker' : 'all')
    },
  },
  complete: completeWhom,
})
