import { plain } from '../../src/kernel/index.ts'
import { listStandings, outlinesOf, type Standing, signOf } from '../../src/monitors/index.ts'
import { fold } from '../../src/storage/index.ts'
import type { Call } from './command.ts'
import type { Choice } from './desk.ts'
import { openIncidents, stateWords } from './present.ts'
import { SIGNS } from './reply.ts'
import { words } from './sentences.ts'
import { firstOf, worstFirst } from './worst.ts'

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
  const begins = ({ name }: Standing): number => (fold(name).startsWith(wanted) ? 0 : 1)
  const open = await openIncidents(db)
  const found = (await listStandings(db, now)).filter(
    ({ id, name }) => fold(name).includes(wanted) || String(id) === number,
  )
  const order = (a: Standing, b: Standing) => begins(a) - begins(b) || worstFirst(a, b)
  const chosen = await outlinesOf(db, firstOf(found, MOST_CHOICES, order))
  return chosen.map((view) => ({
    label: words(SAYS.choice, {
      sign: SIGNS[signOf(view, now)],
      monitor: plain(view.monitor.name, LONGEST_NAME),
      state: stateWords(view, open.get(view.monitor.id), now),
    }),
    value: `#${view.monitor.id}`,
  }))
}
