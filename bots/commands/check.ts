import type { MonitorId } from '../../src/kernel/index.ts'
import { getMonitor, type MonitorView } from '../../src/monitors/index.ts'
import { type Outcome, PROBES } from '../../src/probes/index.ts'
import { accountCommand, type Call } from './command.ts'
import { press, say, signed } from './compose.ts'
import { findMonitor } from './find.ts'
import { monitorOption, monitorRule } from './options.ts'
import { causeWords, formatMs } from './phrases.ts'
import { monitorValue } from './present.ts'
import { address, facts, name, note, type Reply, text, time, verbatim } from './reply.ts'

/** What a look saw, after the monitor's name: `is up · 182 ms`. */
export function looked({ status, code, durationMs, details }: Outcome): string {
  switch (status) {
    case 'up':
      return `is up · ${formatMs(durationMs)}`
    case 'degraded':
      return `is degraded · ${formatMs(durationMs)} · ${causeWords(code)}`
    case 'down':
      return `failed this look — ${causeWords(code, details?.http?.status)}`
    default:
      return `could not be looked at — ${causeWords(code)}`
  }
}

/** The same after a colon: `up · 182 ms`. */
export const lookedShort = (outcome: Outcome): string => looked(outcome).replace(/^is /, '')

const standing = ({ monitor, state }: MonitorView, outcome: Outcome): string | null => {
  if (!monitor.isActive) return 'It is paused and stays so.'
  if (outcome.status === 'down' && state.status !== 'down')
    return `It counts as down after ${monitor.policy.confirmations} failed looks in a row.`
  return null
}

/** Looks now and says what was seen. */
async function checkReply(
  call: Call,
  id: MonitorId,
  audience: Reply['audience'] = 'all',
): Promise<Reply> {
  const { db, deps } = call
  const { finishedAt, outcome } = await deps.looker.check(db, id)
  const view = await getMonitor(db, deps.sealer, id)
  const { monitor } = view
  const stands = standing(view, outcome)
  const failed = outcome.status === 'down' || outcome.status === 'unknown'
  return say([name(monitor.name), text(` ${looked(outcome)}`)], {
    ...signed(outcome.status === 'unknown' ? 'pending' : outcome.status),
    audience,
    body: [
      facts(
        ['Looked', [time(finishedAt, 'relative')]],
        ['Address', [address(monitor.url)]],
        ...(failed
          ? ([
              ['Cause', [verbatim(outcome.message), text(` (${outcome.code})`)]],
              ['Expected', [verbatim(PROBES[monitor.type].expected(monitor.options as never))]],
            ] as const)
          : []),
      ),
      ...(stands === null ? [] : [note(text(stands))]),
    ],
    actions: [
      { label: 'Check again', press: press('check', id), line: `check #${id}` },
      { label: 'Show', press: press('show', id), line: `show #${id}` },
    ],
    exitCode: failed ? 1 : 0,
    value: { monitor: monitorValue(view, call.now), outcome },
  })
}

export const check = accountCommand({
  name: 'check',
  summary: 'Look at one monitor now',
  example: 'check shop',
  group: 'look',
  options: [monitorOption('Which monitor')],
  schema: { monitor: monitorRule },
  role: 'responder',
  doing: 'Checking',
  slow: true,
  run: async (call, { monitor }) => {
    const found = await findMonitor(call, monitor, ({ monitor: { id } }) => press('check', id))
    return 'reply' in found ? found.reply : checkReply(call, found.view.monitor.id)
  },
  presses: {
    // `a`: pressed under an alert, which stays as it is.
    check: (call, { id, extra }) => checkReply(call, id, extra === 'a' ? 'asker' : 'all'),
  },
})
