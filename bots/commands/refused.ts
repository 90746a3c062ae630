import { mayAct, type Role } from '../../src/accounts/index.ts'
import type { AccountCommand, Member } from './command.ts'
import { no, refusal } from './compose.ts'
import type { Place } from './desk.ts'
import { nounOf } from './guard.ts'
import { name, type Reply, type Run, text } from './reply.ts'
import { counted, fill, words } from './sentences.ts'

const SAYS = {
  needs: '{doing} needs the {role} role.',
  held: { one: '{needs} {holders} has it.', other: '{needs} {holders} have it.' },
  madeIt: 'Whoever made this {noun}',
  administrators: 'the administrators here',
  more: '{count} more',
  listed: '{some} and {last}',
} as const
const MOST_HOLDERS = 4

/** As it is shown, and never called: a name is text on every platform. */
export const subjectRun = ({
  kind,
  displayName,
}: {
  readonly kind: 'person' | 'role'
  readonly displayName: string
}): Run => name(kind === 'role' ? `@${displayName.replace(/^@/, '')}` : displayName)

/** `Ann, Bob and @Ops` */
function listed(parts: readonly Run[]): readonly Run[] {
  const last = parts.at(-1)!
  if (parts.length === 1) return [last]
  const some = parts.slice(0, -1).flatMap((part, at) => (at === 0 ? [part] : [text(', '), part]))
  return fill(SAYS.listed, { some, last })
}

function holdersOf({ link, grants }: Member, needed: Role, place: Place): Run[] {
  const people = [
    ...(link === null || link.linkedBy === '' ? [] : [name(link.linkedByName)]),
    ...grants.filter(({ role }) => mayAct(role, needed)).map(({ subject }) => subjectRun(subject)),
  ]
  const more = people.length - MOST_HOLDERS
  const holders = [
    ...people.slice(0, MOST_HOLDERS),
    ...(more > 0 ? [text(words(SAYS.more, { count: more }))] : []),
    ...(mayAct('manager', needed) ? [text(SAYS.administrators)] : []),
  ]
  return holders.length > 0 ? holders : [text(words(SAYS.madeIt, { noun: nounOf(place) }))]
}

/** What is needed, and who has it. */
export function refused({ doing, role }: AccountCommand, member: Member, place: Place): Reply {
  const needs = words(SAYS.needs, { doing, role })
  const holders = holdersOf(member, role, place)
  return no(fill(counted(SAYS.held, holders.length), { needs, holders: listed(holders) }), {
    value: refusal('forbidden', needs),
  })
}
