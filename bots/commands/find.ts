import { nearest, Fault, plain } from '../../src/kernel/index.ts'
import {
  getMonitor,
  listOutlines,
  type MonitorView,
  type Outline,
} from '../../src/monitors/index.ts'
import { fold } from '../../src/storage/index.ts'
import type { Call } from './command.ts'
import { no, refusal } from './compose.ts'
import { signOf, tailOf, worstFirst } from './present.ts'
import { line, name, note, type Reply, type Run, text, verbatim } from './reply.ts'

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
  const { db, deps } = call
  const hash = /^#(\d{1,15})$/.exec(typed)
  if (hash !== null) return { view: await getMonitor(db, deps.sealer, Number(hash[1])) }
  const wanted = fold(typed)
  const similar = (await listOutlines(db, { search: typed })).filter(({ monitor }) =>
    fold(monitor.name).includes(wanted),
  )
  const exact = similar.filter(({ monitor }) => fold(monitor.name) === wanted)
  const begin = similar.filter(({ monitor }) => fold(monitor.name).startsWith(wanted))
  const [only, ...others] = [exact, begin, similar].find((found) => found.length > 0) ?? []
  if (only !== undefined && others.length === 0)
    return { view: await getMonitor(db, deps.sealer, only.monitor.id) }
  if (only !== undefined) return { reply: which(call, typed, [only, ...others], pressOf) }
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

function which(
  { now }: Call,
  typed: string,
  views: readonly Outline[],
  pressOf: (view: Outline) => string,
): Reply {
  const shown = views.toSorted(worstFirst(now)).slice(0, MOST_CHOICES)
  const rest = views.length - shown.length
  return no([verbatim(typed), text(` could be ${views.length} monitors. Which one?`)], {
    tone: 'quiet',
    audience: 'all',
    body: [
      {
        kind: 'rows',
        rows: shown.map((view) => ({
          state: signOf(view, now),
          name: view.monitor.name,
          tail: [text(`#${view.monitor.id} · `), ...tailOf(view, { now })],
        })),
      },
      ...(rest > 0 ? [note(text(`… and ${rest} more: type more of the name`))] : []),
    ],
    actions: shown.map((view) => ({
      label: `${plain(view.monitor.name, LONGEST_LABEL)} #${view.monitor.id}`,
      press: pressOf(view),
    })),
    value: refusal('monitor_unclear', `${views.length} monitors fit that name.`),
  })
}

async function unknown({ db }: Call, typed: string): Promise<Reply> {
  const all = await listOutlines(db)
  const near = nearest(typed, all, ({ monitor }) => monitor.name, 3)
  const names = near.flatMap(({ monitor }, at): Run[] => [
    ...(at === 0 ? [] : [text(', ')]),
    name(monitor.name),
  ])
  return no([text('There is no monitor '), verbatim(typed), text('.')], {
    body: near.length === 0 ? [] : [line(text('Nearest: '), ...names)],
    value: refusal('monitor_unknown', 'There is no monitor of that name.'),
  })
}
