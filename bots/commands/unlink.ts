import { listLinks, unlink as unlinkPlace } from '../../src/accounts/index.ts'
import { accountCommand, type Call, type Pressed } from './command.ts'
import { typed } from './answers.ts'
import { no, press, refusal, say } from './compose.ts'
import { askConfirmation, takeConfirmation } from './confirm.ts'
import { nounOf } from './guard.ts'
import { name, note, type Reply, text } from './reply.ts'

const subjectOf = (id: number): string => `link.delete:${id}`

const nowhere = (sentence: string): Reply =>
  no([text(sentence)], { value: refusal('not_linked', sentence) })

async function askReply(call: Call): Promise<Reply> {
  const { platform, serverId } = call.place
  const links = await listLinks(call.db)
  const link = links.find((it) => it.platform === platform && it.server_id === serverId)
  if (link === undefined) return nowhere('The terminal is not linked: it is the machine itself.')
  const word = await askConfirmation(call, subjectOf(link.id))
  const noun = nounOf(call.place)
  return say([text(`Untie this ${noun} from `), name(call.account.name), text('?')], {
    tone: 'warn',
    body: [
      note(text('Its channels hear nothing any more. Only the asker may confirm, within 2 min.')),
    ],
    actions: [
      { label: 'Unlink it', press: press('unlink', link.id, word), danger: true },
      { label: 'Keep it', press: press('linked', link.id, word) },
    ],
    exitCode: 1,
    value: { confirm: { account: call.account.name } },
  })
}

/** The reply where it is not confirmed, and whose place it is where it is. */
async function confirmed(call: Call, { id, extra }: Pressed): Promise<Reply | undefined> {
  switch (await takeConfirmation(call, extra, subjectOf(id))) {
    case 'yes':
      return undefined
    case 'other':
      return no([text('Only the one who asked may confirm this.')], {
        value: refusal('not_asker', 'Only the one who asked may confirm this.'),
      })
    default:
      return no(
        [text(`That question is answered or over. Ask again: ${typed(call.place, 'unlink')}`)],
        { value: refusal('confirmation_over', 'That question is answered or over.') },
      )
  }
}

/** Asks first; `unlink` and `linked` answer the question. */
export const unlink = accountCommand({
  name: 'unlink',
  summary: 'Untie this place from its account; asks first',
  example: 'unlink',
  group: 'here',
  options: [],
  schema: {},
  role: 'owner',
  doing: 'Unlinking',
  run: (call) => askReply(call),
  presses: {
    unlink: async (call, pressed) => {
      const refusedReply = await confirmed(call, pressed)
      if (refusedReply !== undefined) return refusedReply
      await unlinkPlace(call.db, call.now, call.by, pressed.id)
      return say([text(`This ${nounOf(call.place)} is not linked any more.`)], {
        tone: 'ok',
        value: { account: null },
      })
    },
    linked: async (call, pressed) =>
      (await confirmed(call, pressed)) ??
      say([text('It stays linked.')], { value: { account: call.account.name } }),
  },
})
