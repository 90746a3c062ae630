import { VERSION } from '../../src/version.ts'
import { type Member, type OpenCall, openCommand } from './command.ts'
import { say } from './compose.ts'
import { findMember, nounOf, unlinked } from './guard.ts'
import { facts, line, name, type Reply, text } from './reply.ts'

function why({ actor, place }: OpenCall, { role }: Member): string {
  if (place.platform === 'terminal') return 'who runs this machine owns the account'
  if (role === 'owner')
    return actor.standing === 'creator'
      ? `this ${nounOf(place)} is yours`
      : `you linked this ${nounOf(place)}`
  if (role === 'manager' && actor.standing === 'administrator')
    return `you administer this ${nounOf(place)}`
  return `everybody here is at least ${role}`
}

async function whoamiReply(call: OpenCall): Promise<Reply> {
  const { actor, place } = call
  const member = await findMember(call)
  if (member === undefined) {
    const reply = unlinked(place)
    return { ...reply, body: [line(text(`Uptalk ${VERSION}`))] }
  }
  const { account, role } = member
  return say([text('You are '), name(actor.displayName), text(`, ${role} here`)], {
    audience: 'asker',
    body: [
      facts(
        ['Why', [text(why(call, member))]],
        ['Account', [name(account.name)]],
        ['Time zone', [text(account.timezone)]],
        ['Uptalk', [text(VERSION)]],
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
