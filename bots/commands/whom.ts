import { listOutlines } from '../../src/monitors/index.ts'
import { fold } from '../../src/storage/index.ts'
import type { Call } from './command.ts'
import { completeMonitors } from './complete.ts'
import type { Choice } from './desk.ts'
import { press } from './compose.ts'
import { findMonitor } from './find.ts'
import type { Action, Reply } from './reply.ts'
import { words } from './sentences.ts'

const SAYS = {
  nameOfAll: 'All monitors',
  all: 'all monitors',
  tag: 'tag {tag}',
} as const

/** Whom a command is about: one monitor, or all or those with a tag (`targets` null). */
export interface Whom {
  readonly name: string
  readonly targets: readonly [number] | null
  readonly tags: readonly string[]
}

export const forMonitor = ({ id, name }: { readonly id: number; readonly name: string }): Whom => ({
  name,
  targets: [id],
  tags: [],
})

/** `all`, a tag somebody carries, or a monitor; a monitor of exactly that name goes before a tag. */
export async function findWhom(
  call: Call,
  typed: string,
  pressOf: (id: number) => string,
): Promise<{ readonly whom: Whom } | { readonly reply: Reply }> {
  const wanted = fold(typed)
  const all = await listOutlines(call.db)
  const isNamed = all.some(({ monitor }) => fold(monitor.name) === wanted)
  if (!isNamed && wanted === 'all')
    return { whom: { name: SAYS.nameOfAll, targets: null, tags: [] } }
  if (!isNamed && all.some(({ monitor }) => monitor.tags.includes(wanted)))
    return { whom: { name: wanted, targets: null, tags: [wanted] } }
  const found = await findMonitor(call, typed, ({ monitor }) => pressOf(monitor.id))
  return 'reply' in found ? found : { whom: forMonitor(found.view.monitor) }
}

/** A filter for monitors: those with one of `tags`; without any, all. */
export const ofTags = (tags: readonly string[]) => (tags.length === 0 ? {} : { tags })

const IN_A_PRESS = /^[0-9a-z.-]{1,32}$/

/** Resumes what was paused together; a tag that fits into no button is resumed by its line. */
export function resumeButtons(label: string, [tag]: readonly string[]): Action[] {
  if (tag === undefined) return [{ label, press: press('resume', 0, 'all'), line: 'resume all' }]
  if (!IN_A_PRESS.test(tag)) return []
  return [{ label, press: press('resume', 0, `tag.${tag}`), line: `resume ${tag}` }]
}

/** The tags of such a button, none for all; undefined for one of a single monitor. */
export function tagsPressed(extra: string): readonly string[] | undefined {
  if (extra === 'all') return []
  return extra.startsWith('tag.') ? [extra.slice('tag.'.length)] : undefined
}

/** `all` and tags before monitors. */
export async function completeWhom(call: Call, typed: string): Promise<readonly Choice[]> {
  const wanted = fold(typed.trim())
  const all = await listOutlines(call.db)
  const tags = [...new Set(all.flatMap(({ monitor }) => monitor.tags))].toSorted()
  const begins = (word: string): boolean => word.startsWith(wanted)
  return [
    ...(begins('all') ? [{ label: SAYS.all, value: 'all' }] : []),
    ...tags
      .filter(begins)
      .slice(0, 10)
      .map((tag) => ({ label: words(SAYS.tag, { tag }), value: tag })),
    ...(await completeMonitors(call, typed)),
  ]
}
