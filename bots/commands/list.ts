import { z } from 'zod'
import { DAY } from '../../src/kernel/index.ts'
import {
  listOutlines,
  listStandings,
  outlinesOf,
  type Standing,
  signOf,
} from '../../src/monitors/index.ts'
import { observedTime, uptimePercent } from '../../src/stats/index.ts'
import { fold } from '../../src/storage/index.ts'
import { nothingWatched } from './answers.ts'
import { addButton } from './buttons.ts'
import { accountCommand, type Call } from './command.ts'
import { dotted, pageActions, press, say } from './compose.ts'
import { quoteWord } from './line.ts'
import { pageOption, pageRule } from './options.ts'
import { pageWords } from './phrases.ts'
import {
  type Counts,
  countSigns,
  countWords,
  monitorValue,
  openIncidents,
  tailOf,
} from './present.ts'
import { type Action, line, note, type Reply, type Run, text, verbatim } from './reply.ts'
import { counted, fill } from './sentences.ts'
import { firstOf } from './worst.ts'

const SAYS = {
  total: { one: '{count} monitor', other: '{count} monitors' },
  filtered: {
    one: '{found} of {count} monitor · {filter}',
    other: '{found} of {count} monitors · {filter}',
  },
  none: 'None.',
  goOn: '{page}, go on with page={next}',
  all: 'All',
  downOnly: 'Down only',
  filterRule:
    'must be up, degraded, down, paused, maintenance, a tag or a part of the name, at most 100 characters',
} as const

const PAGE = 10
const STATES = ['up', 'degraded', 'down', 'paused', 'pending', 'maintenance'] as const
type Shown = (typeof STATES)[number]

const isShown = (word: string): word is Shown => STATES.some((state) => state === word)

/** Those of a state, with a tag, or with text in name or address. */
async function chosen(
  { db }: Call,
  all: readonly Standing[],
  filter: string | undefined,
): Promise<readonly Standing[]> {
  if (filter === undefined) return all
  if (isShown(filter)) return all.filter(({ sign }) => sign === filter)
  const meant = (await listOutlines(db)).filter(
    ({ monitor: { name, url, tags } }) =>
      tags.includes(filter) || [name, url].some((it) => fold(it).includes(filter)),
  )
  const ids = new Set(meant.map(({ monitor }) => monitor.id))
  return all.filter(({ id }) => ids.has(id))
}

async function listReply(call: Call, filter: string | undefined, wanted: number): Promise<Reply> {
  const { db, now, place } = call
  const all = await listStandings(db, now)
  const counts = countSigns(all.map(({ sign }) => [sign, 1]))
  if (counts.total === 0) return nothingWatched(place, { counts, monitors: [] })
  const folded = filter === undefined ? undefined : fold(filter)
  const found = await chosen(call, all, folded)
  const pages = Math.max(1, Math.ceil(found.length / PAGE))
  const page = Math.min(wanted, pages)
  const shown = await outlinesOf(db, firstOf(found, page * PAGE).slice((page - 1) * PAGE))
  const times = await observedTime(
    db,
    shown.map(({ monitor }) => monitor.id),
    now - DAY,
    now,
  )
  const open = await openIncidents(db)
  const rows = shown.map((view) => ({
    state: signOf(view, now),
    name: view.monitor.name,
    tail: tailOf(view, { now, open, uptime: uptimePercent(times.get(view.monitor.id)!) }),
  }))
  return say(headline(counts, filter, found.length), {
    tone: counts.down > 0 ? 'bad' : counts.degraded > 0 ? 'warn' : 'ok',
    body: [
      rows.length > 0 ? { kind: 'rows', rows } : line(...fill(SAYS.none)),
      ...(pages > 1
        ? [
            note(
              ...(turnsByTyping(folded) && page < pages
                ? fill(SAYS.goOn, { page: pageWords(page, pages), next: page + 1 })
                : [text(pageWords(page, pages))]),
            ),
          ]
        : []),
    ],
    actions: actionsOf(folded, page, pages, counts.down),
    exitCode: counts.down > 0 ? 1 : 0,
    value: { counts, page, pages, monitors: shown.map((view) => monitorValue(view, now)) },
  })
}

function headline(counts: Counts, filter: string | undefined, found: number): Run[] {
  const parts = (['down', 'degraded', 'pending', 'maintenance', 'up', 'paused'] as const)
    .filter((state) => counts[state] > 0)
    .map((state) => countWords(counts[state], state))
    .join(', ')
  const count = counts.total
  return filter === undefined
    ? dotted(fill(counted(SAYS.total, count), { count }), parts)
    : fill(counted(SAYS.filtered, count), { found, count, filter: verbatim(filter) })
}

const turnsByTyping = (filter: string | undefined): boolean =>
  filter !== undefined && !isShown(filter)

/** A button carries a state to filter by, never words: other filters are turned by typing. */
function actionsOf(
  filter: string | undefined,
  page: number,
  pages: number,
  down: number,
): Action[] {
  const filtered = filter === undefined ? 'list' : `list ${quoteWord(filter)}`
  const lineOf = (to: number) => `${filtered} page=${to}`
  return [
    ...(turnsByTyping(filter)
      ? []
      : pageActions(page, pages, (to) => press('list', to, filter), lineOf)),
    ...(filter === 'down'
      ? [{ label: SAYS.all, press: press('list', 1), line: 'list' }]
      : down > 0
        ? [{ label: SAYS.downOnly, press: press('list', 1, 'down'), line: 'list down' }]
        : []),
    ...(filter === undefined ? [addButton('add https://example.com')] : []),
  ]
}

export const list = accountCommand({
  name: 'list',
  summary: 'All monitors, 10 a page, worst first',
  example: 'list down',
  group: 'see',
  options: [
    {
      name: 'filter',
      summary: 'up, degraded, down, paused, maintenance, a tag, or a part of the name',
      kind: 'text',
      required: false,
    },
    pageOption,
  ],
  schema: { filter: z.string().trim().max(100, SAYS.filterRule).optional(), page: pageRule },
  role: 'viewer',
  doing: 'Listing monitors',
  run: (call, { filter, page }) => listReply(call, filter, page ?? 1),
  presses: {
    list: (call, { id, extra }) =>
      listReply(call, isShown(extra) ? extra : undefined, Math.max(1, id)),
  },
})
