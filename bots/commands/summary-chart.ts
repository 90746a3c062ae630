import type { SummaryNews } from '../../src/notifications/index.ts'
import { formatPercent } from '../../src/stats/index.ts'
import { dotted } from './compose.ts'
import { type Image, name } from './reply.ts'
import { fill } from './sentences.ts'

const SAYS = {
  alt: 'Uptime, {span}: {monitors}.',
  monitor: '{monitor} {uptime}',
} as const

/** How those in trouble were; nothing when nobody was. `span` is the summary's in words. */
export function summaryChart(it: SummaryNews, span: string): { readonly image?: Image } {
  const { from, to, timezone: zone, strips = [] } = it
  if (strips.length === 0) return {}
  const shown = strips.map(({ monitorName, uptime, marks }) => ({
    name: monitorName,
    figure: formatPercent(uptime),
    marks,
  }))
  const monitors = shown.map((strip) =>
    fill(SAYS.monitor, { monitor: name(strip.name), uptime: strip.figure }),
  )
  return {
    image: {
      chart: { from, to, zone, period: span, strips: shown },
      alt: fill(SAYS.alt, { span, monitors: dotted(...monitors) }),
    },
  }
}
