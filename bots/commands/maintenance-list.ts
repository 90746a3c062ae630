import { isOn, listMaintenances, type Maintenance } from '../../src/maintenance/index.ts'
import { plain } from '../../src/kernel/index.ts'
import { typed } from './answers.ts'
import { accountCommand, type Call } from './command.ts'
import { dotted, pageActions, press, say, signed } from './compose.ts'
import { endAction, planTail, planValue, readCoverage, windowOf } from './maintenance-words.ts'
import { pageOption, pageRule } from './options.ts'
import { pageWords } from './phrases.ts'
import { note, type Reply, text } from './reply.ts'
import { counted, fill, words } from './sentences.ts'

const SAYS = {
  none: 'No maintenance is on or planned.',
  planOne: 'Plan one: {example}',
  on: { one: '{count} maintenance on', other: '{count} maintenances on' },
  planned: '{count} planned',
  end: 'End {name} #{id}',
} as const

const PAGE = 10
const MOST_ENDS = 3
const LONGEST_LABEL = 30

/** Those that are on or come, the next first; one that is switched off comes last. */
async function comingOnes({ db, now }: Call): Promise<Maintenance[]> {
  const startOf = (it: Maintenance): number => windowOf(it, now)?.from ?? Infinity
  return (await listMaintenances(db, now))
    .filter((it) => windowOf(it, now) !== null || (!it.isActive && it.cron !== null))
    .toSorted((a, b) => startOf(a) - startOf(b) || a.id - b.id)
}

export async function maintenanceList(call: Call, wanted: number): Promise<Reply> {
  const { now, place } = call
  const coming = await comingOnes(call)
  const current = coming.filter((it) => isOn(it, now))
  if (coming.length === 0)
    return say(fill(SAYS.none), {
      ...signed('maintenance'),
      body: [
        note(...fill(SAYS.planOne, { example: typed(place, 'maintenance shop tonight 22:00 2h') })),
      ],
      value: { page: 1, pages: 1, maintenances: [] },
    })
  const pages = Math.ceil(coming.length / PAGE)
  const page = Math.min(wanted, pages)
  const shown = coming.slice((page - 1) * PAGE, page * PAGE)
  const coverage = await readCoverage(call)
  const rows = shown.map((it) => ({
    state: isOn(it, now) ? ('maintenance' as const) : ('pending' as const),
    name: it.name,
    tail: planTail(it, coverage, now),
  }))
  const planned = coming.length - current.length
  return say(
    dotted(
      current.length === 0
        ? null
        : words(counted(SAYS.on, current.length), { count: current.length }),
      planned === 0 ? null : words(SAYS.planned, { count: planned }),
    ),
    {
      ...signed('maintenance'),
      body: [{ kind: 'rows', rows }, ...(pages > 1 ? [note(text(pageWords(page, pages)))] : [])],
      actions: [
        ...pageActions(
          page,
          pages,
          (to) => press('mlist', to),
          (to) => `maintenance list page=${to}`,
        ),
        ...current
          .slice(0, MOST_ENDS)
          .map((it) =>
            endAction(it, words(SAYS.end, { name: plain(it.name, LONGEST_LABEL), id: it.id })),
          ),
      ],
      value: { page, pages, maintenances: shown.map((it) => planValue(it, now)) },
    },
  )
}

export const listCommand = accountCommand({
  name: 'maintenance list',
  summary: 'Maintenance that is on or planned',
  example: 'maintenance list',
  group: 'quiet',
  options: [pageOption],
  schema: { page: pageRule },
  role: 'viewer',
  doing: 'Listing maintenance',
  isMeant: () => true,
  run: (call, { page = 1 }) => maintenanceList(call, page),
  presses: { mlist: (call, { id }) => maintenanceList(call, Math.max(1, id)) },
})
