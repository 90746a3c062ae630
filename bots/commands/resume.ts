import {
  getMonitor,
  listMonitors,
  type MonitorView,
  resumeMonitor,
} from '../../src/monitors/index.ts'
import { showButton } from './buttons.ts'
import { lookedShort } from './check.ts'
import { accountCommand, type Call } from './command.ts'
import { press, say, signed } from './compose.ts'
import { firstLook } from './looking.ts'
import { monitorOption, monitorRule } from './options.ts'
import { monitorValue } from './present.ts'
import { name, type Reply } from './reply.ts'
import { counted, fill } from './sentences.ts'
import { completeWhom, findWhom, ofTags, tagsPressed } from './whom.ts'

const SAYS = {
  notPaused: '{monitor} is not paused.',
  resumed: '{monitor} is watched again: {saw}',
  nonePaused: 'Nothing is paused.',
  resumedAll: { one: '{count} monitor watched again', other: '{count} monitors watched again' },
  status: 'Status',
} as const

async function resumeReply(call: Call, { monitor }: MonitorView): Promise<Reply> {
  const called = name(monitor.name)
  const actions = [showButton(monitor.id)]
  if (monitor.isActive)
    return say(fill(SAYS.notPaused, { monitor: called }), { actions, value: { resumed: 0 } })
  await resumeMonitor(call.db, call.tools, monitor.id)
  const check = await firstLook(call, monitor.id)
  const view = await getMonitor(call.db, call.deps.sealer, monitor.id)
  const outcome = check?.outcome
  return say(fill(SAYS.resumed, { monitor: called, saw: lookedShort(outcome) }), {
    ...signed(outcome === undefined || outcome.status === 'unknown' ? 'pending' : outcome.status),
    actions,
    value: { resumed: 1, monitor: monitorValue(view, call.now), firstCheck: outcome ?? null },
  })
}

/** All of them, or those that carry one of `tags`. */
async function resumeAll(call: Call, tags: readonly string[]): Promise<Reply> {
  const { db, deps, tools } = call
  const paused = await listMonitors(db, deps.sealer, { isActive: false, ...ofTags(tags) })
  for (const { monitor } of paused) await resumeMonitor(db, tools, monitor.id)
  deps.looker.nudge()
  if (paused.length === 0) return say(fill(SAYS.nonePaused), { tone: 'ok', value: { resumed: 0 } })
  return say(fill(counted(SAYS.resumedAll, paused.length), { count: paused.length }), {
    tone: 'ok',
    actions: [{ label: SAYS.status, press: press('status', 0), line: 'status' }],
    value: { resumed: paused.length },
  })
}

export const resume = accountCommand({
  name: 'resume',
  summary: 'Look again at what was paused; says what the first look saw',
  example: 'resume shop',
  group: 'quiet',
  options: [monitorOption('Which monitor, a tag, or all')],
  schema: { monitor: monitorRule },
  role: 'responder',
  doing: 'Resuming',
  slow: true,
  run: async (call, { monitor }) => {
    const found = await findWhom(call, monitor, (id) => press('resume', id))
    if ('reply' in found) return found.reply
    const { targets, tags } = found.whom
    if (targets === null) return resumeAll(call, tags)
    return resumeReply(call, await getMonitor(call.db, call.deps.sealer, targets[0]))
  },
  presses: {
    resume: async (call, { id, extra }) => {
      const tags = tagsPressed(extra)
      return tags === undefined
        ? resumeReply(call, await getMonitor(call.db, call.deps.sealer, id))
        : resumeAll(call, tags)
    },
  },
  complete: completeWhom,
})
