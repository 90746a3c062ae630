import { z } from 'zod'
import {
  DEFAULT_ROLES,
  editLink,
  type HeldRole,
  isLinker,
  ROLES,
  setGrant,
} from '../../src/accounts/index.ts'
import { InvalidInput } from '../../src/kernel/index.ts'
import { showAccess } from './access-show.ts'
import { findSubject } from './access-who.ts'
import { typed } from './answers.ts'
import { accountCommand, type AccountCommand, type Call } from './command.ts'
import { no, refusal, say } from './compose.ts'
import { nounOf } from './guard.ts'
import type { LineOption } from './line.ts'
import { subjectRun } from './refused.ts'
import { type Reply, text } from './reply.ts'
import { fill, words } from './sentences.ts'

const SAYS = {
  given: '{who} is {role} here now.',
  changed: '{who} is {role} here now, and was {before}.',
  same: '{who} is {role} here already.',
  taken: '{who} is no longer {before} here.',
  none: '{who} has been given no role here.',
  everybody: 'Everybody here is at least {role} now.',
  nobody: 'Only those with a role of their own may do anything here now.',
  linker: '{who} linked this {noun}, and stays its owner.',
  somebody: 'That person',
  everyone: 'What everybody may do is the default: {command}',
  terminal: 'Roles are given in the chat they are for. Type this there.',
  roleRule: 'must be viewer, responder, manager, owner or none',
  defaultRule: 'must be viewer, responder, manager or none',
  whoRule: 'must be a person or a role of this server, at most 100 characters',
  required: 'is required',
} as const

const GIVEN = [...ROLES, 'none'] as const
const ROLE_WORD = /^(?:viewer|responder|manager|owner|none)$/i

const inTerminal = (): Reply =>
  no([text(SAYS.terminal)], { value: refusal('terminal', SAYS.terminal) })

async function giveReply(call: Call, who: string | undefined, role: HeldRole): Promise<Reply> {
  const { db, now, by, place, link } = call
  if (link === null) return inTerminal()
  const found = findSubject(call, who, role === 'none' ? 'responder' : role)
  if ('reply' in found) return found.reply
  const { subject } = found
  const shown = subjectRun(subject)
  const noun = nounOf(place)
  if (subject.kind === 'person' && isLinker(link, subject.id))
    return no(fill(SAYS.linker, { who: shown, noun }), {
      value: refusal('linker', words(SAYS.linker, { who: SAYS.somebody, noun })),
    })
  // Discord's own @everyone has the server's number.
  if (subject.kind === 'role' && subject.id === place.serverId) {
    const sentence = words(SAYS.everyone, { command: typed(place, 'access default responder') })
    return no([text(sentence)], { value: refusal('everyone', sentence) })
  }
  const before = await setGrant(db, now, by, link.id, subject, role)
  return say(given(), { value: { who: subject.displayName, before, role } })

  function given() {
    if (role === before)
      return role === 'none'
        ? fill(SAYS.none, { who: shown })
        : fill(SAYS.same, { who: shown, role })
    if (role === 'none') return fill(SAYS.taken, { who: shown, before })
    return before === 'none'
      ? fill(SAYS.given, { who: shown, role })
      : fill(SAYS.changed, { who: shown, role, before })
  }
}

const whoOption: LineOption = {
  name: 'who',
  summary: 'A person, or a role of the server',
  kind: 'mentionable',
  required: true,
}

const whoRule = z.string().trim().max(100, SAYS.whoRule).optional()

const roleOf = <const Roles extends readonly [string, ...string[]]>(roles: Roles, rule: string) =>
  z.string().trim().toLowerCase().pipe(z.enum(roles, rule))

const missing = (path: string): InvalidInput =>
  new InvalidInput([{ path, code: 'required', message: SAYS.required }])

const changing = { group: 'here', role: 'owner' } as const

const give = accountCommand({
  ...changing,
  name: 'access give',
  summary: 'Give a person or a role of the server a role here',
  example: 'access give @Bob responder',
  doing: 'Giving roles',
  options: [
    whoOption,
    {
      name: 'role',
      summary: 'What they may do; none takes it away',
      kind: 'choice',
      choices: GIVEN,
      required: true,
      like: ROLE_WORD,
      insists: true,
    },
  ],
  schema: { who: whoRule, role: roleOf(GIVEN, SAYS.roleRule).optional() },
  isMeant: ({ who }) => who !== undefined,
  run: async (call, { who, role }) => {
    if (role !== undefined) return giveReply(call, who, role)
    // The answer to somebody's message names nobody: its one word is the role.
    const only = GIVEN.find((it) => it === who?.toLowerCase())
    if (only === undefined) throw missing('role')
    return giveReply(call, undefined, only)
  },
})

const take = accountCommand({
  ...changing,
  name: 'access take',
  summary: 'Take a given role away',
  example: 'access take @Bob',
  doing: 'Taking roles',
  options: [whoOption],
  schema: { who: whoRule },
  run: (call, { who }) => giveReply(call, who, 'none'),
})

const byDefault = accountCommand({
  ...changing,
  name: 'access default',
  summary: 'What everybody here may do',
  example: 'access default responder',
  doing: 'Giving roles',
  options: [
    {
      name: 'role',
      summary: 'none: nothing, not even a look',
      kind: 'choice',
      choices: DEFAULT_ROLES,
      required: true,
    },
  ],
  schema: { role: roleOf(DEFAULT_ROLES, SAYS.defaultRule) },
  run: async ({ db, now, by, link }, { role }) => {
    if (link === null) return inTerminal()
    await editLink(db, now, by, link.id, (it) => ({ ...it, defaultRole: role }))
    return say(role === 'none' ? fill(SAYS.nobody) : fill(SAYS.everybody, { role }), {
      value: { default: role },
    })
  },
})

/** Who may do what in a place. */
export const access: readonly AccountCommand[] = [showAccess, give, take, byDefault]
