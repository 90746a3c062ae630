import { VERSION } from '../../src/version.ts'
import { type Member, type OpenCall, openCommand } from './command.ts'
import { say } from './compose.ts'
import { findMember, nounOf, unlinked } from './guard.ts'
import { facts, line, name, type Reply, text } from './reply.ts'
import { fill, words } from './sentences.ts'

const SAYS = {
  youAre: 'You are {person}, {role} here',
  machine: 'who runs this machine owns the account',
  yours: 'this {noun} is yours',
  linked: 'you linked this {noun}',
  administer: 'you administer this {noun}',
  everybody: 'everybody here is at least {role}',
  version: 'Uptalk {version}',
  labels: { why: 'Why', account: 'Account', timezone: 'Time zone', uptalk: 'Uptalk' },
} as const

function why({ actor, place }: OpenCall, { role }: Member): string {
  if (place.platform === 'terminal') return SAYS.machine
  const noun = nounOf(place)
  if (role === 'owner')
    return words(actor.standing === 'creator' ? SAYS.yours : SAYS.linked, { noun })
  if (role === 'manager' && actor.standing === 'administrator')
    return words(SAYS.administer, { noun })
  return words(SAYS.everybody, { role })
}

async function whoamiReply(call: OpenCall): Promise<Reply> {
  const { actor, place } = call
  const member = await findMember(call)
  if (member === undefined) {
    const reply = unlinked(place)
    return { ...reply, body: [line(...fill(SAYS.version, { version: VERSION }))] }
  }
  const { account, role } = member
  return say(fill(SAYS.youAre, { person: name(actor.displayName), role }), {
    audience: 'asker',
    body: [
      facts(
        [SAYS.labels.why, [text(why(call, member))]],
        [SAYS.labels.account, [name(account.name)]],
        [SAYS.labels.timezone, [text(account.timezone)]],
        [SAYS.labels.uptalk, [text(VERSION)]],
      ),
    ],
    value: {
      name: actor.displayName,
      role,
      account: account.name,
      timezone: account.timezone,
      version: VERSION,
    },
  })
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
