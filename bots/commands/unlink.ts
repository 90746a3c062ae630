import { listLinks, unlink as unlinkPlace } from '../../src/accounts/index.ts'
import { accountCommand, type Call, type Pressed } from './command.ts'
import { no, press, refusal, say } from './compose.ts'
import { askConfirmation, refusedConfirmation } from './confirm.ts'
import { nounOf } from './guard.ts'
import { name, note, type Reply } from './reply.ts'
import { fill } from './sentences.ts'

const SAYS = {
  terminal: 'The terminal is not linked: it is the machine itself.',
  ask: 'Untie this {noun} from {account}?',
  silence: 'Its channels hear nothing any more. Only the asker may confirm, within 2 min.',
  unlinkIt: 'Unlink it',
  keepIt: 'Keep it',
  unlinked: 'This {noun} is not linked any more.',
  stays: 'It stays linked.',
} as const

const subjectOf = (id: number): string => `link.delete:${id}`

async function askReply(call: Call): Promise<Reply> {
  const { platform, serverId } = call.place
  const links = await listLinks(call.db)
  const link = links.find((it) => it.platform === platform && it.server_id === serverId)
  if (link === undefined)
    return no(fill(SAYS.terminal), { value: refusal('not_linked', SAYS.terminal) })
  const word = await askConfirmation(call, subjectOf(link.id))
  const asked = { noun: nounOf(call.place), account: name(call.account.name) }
  return say(fill(SAYS.ask, asked), {
    tone: 'warn',
    body: [note(...fill(SAYS.silence))],
    actions: [
      { label: SAYS.unlinkIt, press: press('unlink', link.id, word), danger: true },
      { label: SAYS.keepIt, press: press('linked', link.id, word) },
    ],
    exitCode: 1,
    value: { confirm: { account: call.account.name } },
  })
}

const confirmed = (call: Call, { id, extra }: Pressed): Promise<Reply | undefined> =>
  refusedConfirmation(call, extra, subjectOf(id), 'unlink')

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
      return say(fill(SAYS.unlinked, { noun: nounOf(call.place) }), {
        tone: 'ok',
        value: { account: null },
      })
    },
    linked: async (call, pressed) =>
      (await confirmed(call, pressed)) ??
      say(fill(SAYS.stays), { value: { account: call.account.name } }),
  },
})
