import { z } from 'zod'
import { mayAct, spendLinkCode } from '../../src/accounts/index.ts'
import { addChannel, reopenChannel } from '../../src/notifications/index.ts'
import { addSummary } from '../../src/summaries/index.ts'
import { typed } from './answers.ts'
import { type OpenCall, openCommand } from './command.ts'
import { no, refusal, say } from './compose.ts'
import type { Ask } from './desk.ts'
import { bindCall, byOf, findMember, nounOf } from './guard.ts'
import { hereOf } from './here.ts'
import { line, name, type Reply, text } from './reply.ts'
import { lackLines } from './rights.ts'
import { fill, words } from './sentences.ts'

const SAYS = {
  inTerminal: 'The terminal needs no link. Type the code in the chat that is to be linked.',
  inTerminalShort: 'The terminal needs no link.',
  forAdministrators: 'Linking this {noun} needs somebody who administers it.',
  comeAgain: 'Alerts come to {here} again.',
  linked: 'This {noun} belongs to the account {account} now.',
  comeNow: 'Alerts come to {here} from now on, and every morning at 9 how the day before was.',
  next: 'Next: {example}',
  codeRule: 'must be a code such as ABCD-2345',
} as const

/** Linking gives the account's alerts to a place: that is for who runs the place to decide. */
const maySpend = ({ actor, place }: Ask): boolean => place.isPrivate || actor.standing !== 'member'

async function linkReply(call: OpenCall, code: string): Promise<Reply> {
  const { deps, now, actor, place } = call
  const noun = nounOf(place)
  if (place.platform === 'terminal')
    return no(fill(SAYS.inTerminal), { value: refusal('terminal', SAYS.inTerminalShort) })
  if (!maySpend(call)) {
    const message = words(SAYS.forAdministrators, { noun })
    return no([text(message)], { value: refusal('forbidden', message) })
  }
  const { platform, channelId, threadId, title } = place
  const here = hereOf(place)
  const member = await findMember(call)
  if (member !== undefined && mayAct(member.role, 'manager')) {
    const { db, by } = bindCall(call, member)
    if (await reopenChannel(db, now, by, platform, place))
      return say(fill(SAYS.comeAgain, { here }), {
        tone: 'ok',
        audience: 'asker',
        body: lackLines(place),
        value: { account: member.account.name },
      })
  }
  const link = await spendLinkCode(
    deps.db,
    now,
    code,
    place,
    { userId: actor.userId, displayName: actor.displayName, by: byOf(call) },
    async (tx, linkId) => {
      const channel = await addChannel(tx, now, {
        kind: platform,
        name: title,
        linkId,
        channelId,
        threadId,
      })
      await addSummary(tx, { now, by: byOf(call) }, { channel })
    },
  )
  return say(fill(SAYS.linked, { noun, account: name(link.accountName) }), {
    tone: 'ok',
    audience: 'asker',
    body: [
      ...lackLines(place),
      line(...fill(SAYS.comeNow, { here })),
      line(...fill(SAYS.next, { example: typed(place, 'add https://example.com') })),
    ],
    value: { account: link.accountName },
  })
}

export const link = openCommand({
  name: 'link',
  summary: 'Tie this place to an account with a code from its terminal',
  example: 'link ABCD-2345',
  group: 'here',
  options: [
    {
      name: 'code',
      summary: 'The code, such as ABCD-2345',
      kind: 'text',
      required: true,
      greedy: true,
    },
  ],
  schema: { code: z.string().trim().max(40, SAYS.codeRule) },
  audience: 'asker',
  run: (call, { code }) => linkReply(call, code),
})
