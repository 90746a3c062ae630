import {
  type ChatLink,
  listGrants,
  listLinks,
  type Role,
  type RoleGrant,
  ROLES,
} from '../../src/accounts/index.ts'
import { toIso } from '../../src/kernel/index.ts'
import { typed } from './answers.ts'
import { accountCommand, type Call } from './command.ts'
import { say } from './compose.ts'
import { nounOf } from './guard.ts'
import { subjectRun } from './refused.ts'
import { facts, line, name, type Node, note, type Reply, type Run, text } from './reply.ts'
import { fill, words } from './sentences.ts'

const SAYS = {
  title: 'Who may do what in this {noun}',
  everywhere: 'Who may do what where',
  nowhere: 'No chat is linked yet.',
  linker: '{name} (linked it)',
  creator: 'whoever made the {noun}',
  administrators: 'the administrators',
  given: '{who} (given by {giver})',
  more: '{count} more',
  place: 'place',
  everybody: 'Everybody else',
  nothing: 'nothing, not even a look',
  owner: 'Owner',
  manager: 'Manager',
  responder: 'Responder',
  viewer: 'Viewer',
  change: 'Change it: {give} or {byDefault}',
  there: 'Roles are given in the chat they are for: /uptime access give',
} as const
const MOST_NAMES = 20

/** A linked place, as far as it says who may what. */
type Linked = Pick<ChatLink, 'linkedBy' | 'linkedByName' | 'defaultRole'>

function holdersOf(
  { linkedBy, linkedByName }: Linked,
  grants: readonly RoleGrant[],
  role: Role,
  noun: string,
): readonly (readonly Run[])[] {
  const given = grants
    .filter((it) => it.role === role)
    .map(({ subject, givenBy }) =>
      fill(SAYS.given, { who: subjectRun(subject), giver: name(givenBy) }),
    )
  const more = given.length - MOST_NAMES
  return [
    ...(role === 'owner' && linkedBy !== ''
      ? [fill(SAYS.linker, { name: name(linkedByName) })]
      : []),
    ...(role === 'owner' ? [fill(SAYS.creator, { noun })] : []),
    ...(role === 'manager' ? [fill(SAYS.administrators)] : []),
    ...given.slice(0, MOST_NAMES),
    ...(more > 0 ? [fill(SAYS.more, { count: more })] : []),
  ]
}

function accessFacts(link: Linked, grants: readonly RoleGrant[], noun: string): Node {
  const everybody = link.defaultRole === 'none' ? SAYS.nothing : link.defaultRole
  const held = ROLES.toReversed().map(
    (role) => [role, holdersOf(link, grants, role, noun)] as const,
  )
  return facts(
    ...held
      .filter(([, holders]) => holders.length > 0)
      .map(([role, holders]) => [SAYS[role], commaed(holders)] as const),
    [SAYS.everybody, [text(everybody)]],
  )
}

const commaed = (parts: readonly (readonly Run[])[]): Run[] =>
  parts.flatMap((part, at) => (at === 0 ? part : [text(', '), ...part]))

const accessValue = (link: Linked, grants: readonly RoleGrant[]) => ({
  linkedBy: link.linkedByName,
  default: link.defaultRole,
  roles: grants.map(({ subject, role, givenBy, givenAt }) => ({
    ...subject,
    role,
    givenBy,
    givenAt: toIso(givenAt),
  })),
})

async function everywhereReply({ db }: Call): Promise<Reply> {
  const links = await Promise.all(
    (await listLinks(db)).map(async (row) => ({
      row,
      link: {
        linkedBy: row.linked_by,
        linkedByName: row.linked_by_name,
        defaultRole: row.default_role,
      },
      grants: await listGrants(db, row.id),
    })),
  )
  return say(fill(links.length === 0 ? SAYS.nowhere : SAYS.everywhere), {
    body: [
      ...links.flatMap(({ row, link, grants }) => [
        line(name(row.title)),
        accessFacts(link, grants, SAYS.place),
      ]),
      ...(links.length === 0 ? [] : [note(text(SAYS.there))]),
    ],
    value: links.map(({ row, link, grants }) => ({
      place: row.title,
      platform: row.platform,
      access: accessValue(link, grants),
    })),
  })
}

async function accessReply(call: Call): Promise<Reply> {
  const { link, grants, place } = call
  if (link === null) return everywhereReply(call)
  const noun = nounOf(place)
  return say(fill(SAYS.title, { noun }), {
    audience: 'asker',
    body: [
      accessFacts(link, grants, noun),
      note(
        text(
          words(SAYS.change, {
            give: typed(place, 'access give @Bob responder'),
            byDefault: typed(place, 'access default responder'),
          }),
        ),
      ),
    ],
    value: accessValue(link, grants),
  })
}

export const showAccess = accountCommand({
  name: 'access show',
  summary: 'Who may do what here, and why',
  example: 'access show',
  group: 'here',
  options: [],
  schema: {},
  audience: 'asker',
  role: 'owner',
  doing: 'Looking at who may do what',
  isMeant: () => true,
  run: accessReply,
})
