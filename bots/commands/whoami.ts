import { VERSION } from '../../src/version.ts'
import { type Member, type OpenCall, openCommand } from './command.ts'
import { say } from './compose.ts'
import { findMember, nounOf, unlinked } from './guard.ts'
import { subjectRun } from './refused.ts'
import { facts, line, name, type Reply, type Run, text } from './reply.ts'
import { fill } from './sentences.ts'

const SAYS = {
  youAre: 'You are {name}, {role} here',
  youMayNothing: 'You are {name}, and may do nothing here',
  machine: 'who runs this machine owns the account',
  creator: 'this {noun} is yours',
  linker: 'you linked this {noun}',
  administrator: 'you administer this {noun}',
  givenYou: 'given by {giver}',
  givenRole: 'by the role {role}, given by {giver}',
  everybody: 'everybody here is at least {role}',
  nobody: 'nobody has a role here but those it is given to',
  why: 'Why',
  id: 'Your number',
  account: 'Account',
  zone: 'Time zone',
  uptalk: 'Uptalk',
  version: 'Uptalk {version}',
} as const

function why({ place }: OpenCall, { role, reason }: Member): Run[] {
  const noun = nounOf(place)
  if (place.platform === 'terminal') return fill(SAYS.machine)
  if (typeof reason === 'object') {
    const giver = name(reason.givenBy)
    return reason.subject.kind === 'person'
      ? fill(SAYS.givenYou, { giver })
      : fill(SAYS.givenRole, { role: subjectRun(reason.subject), giver })
  }
  if (reason !== 'default') return fill(SAYS[reason], { noun })
  return role === 'none' ? fill(SAYS.nobody) : fill(SAYS.everybody, { role })
}

async function whoamiReply(call: OpenCall): Promise<Reply> {
  const { actor, place } = call
  const member = await findMember(call)
  if (member === undefined) {
    const reply = unlinked(place)
    return { ...reply, body: [line(...fill(SAYS.version, { version: VERSION }))] }
  }
  const { account, role } = member
  const isNobody = role === 'none'
  const who = name(actor.displayName)
  const id = place.platform === 'telegram' && actor.userId !== '' ? actor.userId : null
  return say(
    isNobody ? fill(SAYS.youMayNothing, { name: who }) : fill(SAYS.youAre, { name: who, role }),
    {
      audience: 'asker',
      body: [
        facts(
          [SAYS.why, why(call, member)],
          ...(id === null ? [] : [[SAYS.id, [text(id)]] as const]),
          ...(isNobody
            ? []
            : ([
                [SAYS.account, [name(account.name)]],
                [SAYS.zone, [text(account.timezone)]],
              ] as const)),
          [SAYS.uptalk, [text(VERSION)]],
        ),
      ],
      value: {
        name: actor.displayName,
        role,
        ...(isNobody ? {} : { account: account.name, timezone: account.timezone }),
        version: VERSION,
      },
    },
  )
}

export const whoami = openCommand({
  name: 'whoami',
  summary: 'Your role here and why, the account, the version',
  example: 'whoami',
  group: 'here',
  options: [],
  schema: {},
  audience: 'asker',
  run: whoamiReply,
})
