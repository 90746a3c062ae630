import { plain } from '../../src/kernel/index.ts'
import { listOutlines, type Outline } from '../../src/monitors/index.ts'
import { fold } from '../../src/storage/index.ts'
import type { Call } from './command.ts'
import type { Choice } from './desk.ts'
import { openIncidents, signOf, stateWords, worstFirst } from './present.ts'
import { SIGNS } from './reply.ts'
import { words } from './sentences.ts'

const SAYS = {
  choice: '{sign} {monitor} · {state}',
} as const

export const MOST_CHOICES = 25
const LONGEST_NAME = 60

/** Monitors as choices, those that begin as typed first, then worst first: `🔴 Shop · down 12 min`. */
export async function completeMonitors(
  { db, now }: Call,
  typed: string,
): Promise<readonly Choice[]> {
  const wanted = fold(typed.trim())
  const number = /^#?(\d{1,15})$/.exec(wanted)?.[1]
  const begins = ({ monitor }: Outline): number => (fold(monitor.name).startsWith(wanted) ? 0 : 1)
  const open = await openIncidents(db)
  return (await listOutlines(db))
    .filter(({ monitor }) => fold(monitor.name).includes(wanted) || String(monitor.id) === number)
    .toSorted((a, b) => begins(a) - begins(b) || worstFirst(now)(a, b))
    .slice(0, MOST_CHOICES)
    .map((view) => ({
      label: words(SAYS.choice, {
        sign: SIGNS[signOf(view, now)],
        monitor: plain(view.monitor.name, LONGEST_NAME),
        state: stateWords(view, open.get(view.monitor.id), now),
      }),
      value: `#${view.monitor.id}`,
    }))
}
