import type { MonitorId } from '../../src/kernel/index.ts'
import { getMonitor, type MonitorView } from '../../src/monitors/index.ts'
import { type Outcome, PROBES } from '../../src/probes/index.ts'
import { showButton } from './buttons.ts'
import { accountCommand, type Call } from './command.ts'
import { press, say, signed } from './compose.ts'
import { findMonitor } from './find.ts'
import { monitorOption, monitorRule } from './options.ts'
import { causeRuns, causeWords, formatMs } from './phrases.ts'
import { monitorValue } from './present.ts'
import { address, facts, name, note, type Reply, text, time, verbatim } from './reply.ts'
import { fill, words } from './sentences.ts'

const SAYS = {
  up: '{monitor} is up · {length}',
  degraded: '{monitor} is degraded · {length} · {cause}',
  down: '{monitor} failed this look — {cause}',
  unknown: '{monitor} could not be looked at — {cause}',
  short: {
    up: 'up · {length}',
    degraded: 'degraded · {length} · {cause}',
    down: 'failed this look — {cause}',
    unknown: 'could not be looked at — {cause}',
    underWay: 'its first look is under way',
  },
  staysPaused: 'It is paused and stays so.',
  countsAfter: 'It counts as down after {count} failed looks in a row.',
  looked: 'Looked',
  address: 'Address',
  cause: 'Cause',
  expected: 'Expected',
  again: 'Check again',
} as const

/** What a look saw, in the words that its sentence has slots for. */
const saw = ({ code, durationMs, details }: Outcome) => ({
  length: formatMs(durationMs),
  cause: causeWords(code, details?.http?.status),
})

/** What a first look saw, after a colon: `up · 182 ms`. */
export const lookedShort = (outcome: Outcome | undefined): string =>
  outcome === undefined ? SAYS.short.underWay : words(SAYS.short[outcome.status], saw(outcome))

const standing = ({ monitor, state }: MonitorView, outcome: Outcome): string | null => {
  if (!monitor.isActive) return SAYS.staysPaused
  if (outcome.status === 'down' && state.status !== 'down')
    return words(SAYS.countsAfter, { count: monitor.policy.confirmations })
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
  return say(fill(SAYS[outcome.status], { monitor: name(monitor.name), ...saw(outcome) }), {
    ...signed(outcome.status === 'unknown' ? 'pending' : outcome.status),
    audience,
    body: [
      facts(
        [SAYS.looked, [time(finishedAt, 'relative')]],
        [SAYS.address, [address(monitor.url)]],
        ...(failed
          ? ([
              [SAYS.cause, causeRuns(outcome.message, outcome.code)],
              [SAYS.expected, [verbatim(PROBES[monitor.type].expected(monitor.options as never))]],
            ] as const)
          : []),
      ),
      ...(stands === null ? [] : [note(text(stands))]),
    ],
    actions: [
      { label: SAYS.again, press: press('check', id), line: `check #${id}` },
      showButton(id),
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
