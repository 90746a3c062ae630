import { nearest, Fault, plain } from '../../src/kernel/index.ts'
import {
  getMonitor,
  listStandings,
  type MonitorView,
  type Outline,
  outlinesOf,
  type Standing,
  signOf,
} from '../../src/monitors/index.ts'
import { fold } from '../../src/storage/index.ts'
import type { Call } from './command.ts'
import { no, refusal } from './compose.ts'
import { tailOf, withCommas } from './present.ts'
import { line, name, note, type Reply, verbatim } from './reply.ts'
import { fill, words } from './sentences.ts'
import { firstOf } from './worst.ts'

const SAYS = {
  which: '{typed} could be {count} monitors. Which one?',
  whichShort: '{count} monitors fit that name.',
  numbered: '#{id} · {tail}',
  choice: '{monitor} #{id}',
  andMore: '… and {count} more: type more of the name',
  unknown: 'There is no monitor {typed}.',
  unknownShort: 'There is no monitor of that name.',
  nearest: 'Nearest: {names}',
} as const

export type Found = { readonly view: MonitorView } | { readonly reply: Reply }

const MOST_CHOICES = 10
const LONGEST_LABEL = 40

/**
 * The monitor somebody means: exact name, unique beginning, unique part, `#id`; upper and lower case
 * alike. Several: an answer whose buttons (`pressOf`) do the same to the one chosen.
 */
export async function findMonitor(
  call: Call,
  typed: string,
  pressOf: (view: Outline) => string,
): Promise<Found> {
  const { db, now, deps } = call
  const hash = /^#(\d{1,15})$/.exec(typed)
  if (hash !== null) return { view: await getMonitor(db, deps.sealer, Number(hash[1])) }
  const wanted = fold(typed)
  const similar = (await listStandings(db, now, typed)).filter((it) =>
    fold(it.name).includes(wanted),
  )
  const exact = similar.filter((it) => fold(it.name) === wanted)
  const begin = similar.filter((it) => fold(it.name).startsWith(wanted))
  const [only, ...others] = [exact, begin, similar].find((found) => found.length > 0) ?? []
  if (only !== undefined && others.length === 0)
    return { view: await getMonitor(db, deps.sealer, only.id) }
  if (only !== undefined) return { reply: await which(call, typed, [only, ...others], pressOf) }
  return byNumber(call, typed)
}

/** A bare number is an id where no name fits: a shell takes `#3` for a comment. */
async function byNumber(call: Call, typed: string): Promise<Found> {
  if (/^\d{1,15}$/.test(typed))
    try {
      return { view: await getMonitor(call.db, call.deps.sealer, Number(typed)) }
    } catch (error) {
      if (!(error instanceof Fault)) throw error
    }
  return { reply: await unknown(call, typed) }
}

async function which(
  { db, now }: Call,
  typed: string,
  views: readonly Standing[],
  pressOf: (view: Outline) => string,
): Promise<Reply> {
  const shown = await outlinesOf(db, firstOf(views, MOST_CHOICES))
  const rest = views.length - shown.length
  return no(fill(SAYS.which, { typed: verbatim(typed), count: views.length }), {
    tone: 'quiet',
    audience: 'all',
    body: [
      {
        kind: 'rows',
        rows: shown.map((view) => ({
          state: signOf(view, now),
          name: view.monitor.name,
          tail: fill(SAYS.numbered, { id: view.monitor.id, tail: tailOf(view, { now }) }),
        })),
      },
      ...(rest > 0 ? [note(...fill(SAYS.andMore, { count: rest }))] : []),
    ],
    actions: shown.map((view) => ({
      label: words(SAYS.choice, {
        monitor: plain(view.monitor.name, LONGEST_LABEL),
        id: view.monitor.id,
      }),
      press: pressOf(view),
    })),
    value: refusal('monitor_unclear', words(SAYS.whichShort, { count: views.length })),
  })
}

async function unknown({ db, now }: Call, typed: string): Promise<Reply> {
  const near = nearest(typed, await listStandings(db, now), (it) => it.name, 3)
  const names = withCommas(near.map((it) => name(it.name)))
  return no(fill(SAYS.unknown, { typed: verbatim(typed) }), {
    body: near.length === 0 ? [] : [line(...fill(SAYS.nearest, { names }))],
    value: refusal('monitor_unknown', SAYS.unknownShort),
  })
}
