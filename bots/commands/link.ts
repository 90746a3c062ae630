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

/** Linking gives the account's alerts to a place: that is for who runs the place to decide. */
const maySpend = ({ actor, place }: Ask): boolean => place.isPrivate || actor.standing !== 'member'

async function linkReply(call: OpenCall, code: string): Promise<Reply> {
  const { deps, now, actor, place } = call
  const noun = nounOf(place)
  if (place.platform === 'terminal')
    return no(
      [text('The terminal needs no link. Type the code in the chat that is to be linked.')],
      {
        value: refusal('terminal', 'The terminal needs no link.'),
      },
    )
  if (!maySpend(call)) {
    const sentence = `Linking this ${noun} needs somebody who administers it.`
    return no([text(sentence)], { value: refusal('forbidden', sentence) })
  }
  const { platform, channelId, threadId, title } = place
  const here = hereOf(place)
  const member = await findMember(call)
  if (member !== undefined && mayAct(member.role, 'manager')) {
    const { db, by } = bindCall(call, member)
    if (await reopenChannel(db, now, by, platform, place))
      return say([text(`Alerts come to ${here} again.`)], {
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
  return say(
    [text(`This ${noun} belongs to the account `), name(link.accountName), text(' now.')],
    {
      tone: 'ok',
      audience: 'asker',
      body: [
        ...lackLines(place),
        line(
          text(
            `Alerts come to ${here} from now on, and every morning at 9 how the day before was.`,
          ),
        ),
        line(text(`Next: ${typed(place, 'add https://example.com')}`)),
      ],
      value: { account: link.accountName },
    },
  )
}

const CODE_RULE = 'must be a code such as ABCD-2345'

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
  schema: { code: z.string().trim().max(40, CODE_RULE) },
  audience: 'asker',
  run: (call, { code }) => linkReply(call, code),
})
