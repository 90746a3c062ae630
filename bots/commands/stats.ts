import { z } from 'zod'
import { getMonitor } from '../../src/monitors/index.ts'
import { accountCommand } from './command.ts'
import { press } from './compose.ts'
import { findMonitor } from './find.ts'
import { monitorOption, monitorRule } from './options.ts'
import { statsAll } from './stats-all.ts'
import { statsOne } from './stats-one.ts'
import { type Period, periodOf, PERIODS } from './stats-period.ts'

const NAMES = Object.keys(PERIODS) as [Period, ...Period[]]

const SAYS = {
  periodRule: 'must be 24h, 7d, 30d, 90d or 1y',
} as const

export const stats = accountCommand({
  name: 'stats',
  summary: 'Uptime and response times over a period, with a chart',
  example: 'stats shop 7d',
  group: 'see',
  options: [
    monitorOption('One monitor instead of all', false),
    {
      name: 'period',
      summary: 'How far back: 24h if left out, 7d, 30d, 90d or 1y',
      kind: 'choice',
      choices: NAMES,
      required: false,
      // Any length, so that one there are no statistics of is not taken for a name.
      like: /^\d{1,4}(?:min|[mhdwy])$/i,
    },
  ],
  schema: {
    monitor: monitorRule.optional(),
    period: z.string().trim().toLowerCase().pipe(z.enum(NAMES, SAYS.periodRule)).default('24h'),
  },
  role: 'viewer',
  doing: 'Looking at statistics',
  slow: true,
  run: async (call, { monitor, period }) => {
    if (monitor === undefined) return statsAll(call, period)
    const found = await findMonitor(call, monitor, (view) =>
      press('stats', view.monitor.id, period),
    )
    return 'reply' in found ? found.reply : statsOne(call, found.view, period)
  },
  presses: {
    stats: async (call, { id, extra }) =>
      id === 0
        ? statsAll(call, periodOf(extra))
        : statsOne(call, await getMonitor(call.db, call.deps.sealer, id), periodOf(extra)),
  },
})
