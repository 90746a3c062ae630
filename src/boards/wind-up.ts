import type { Delivery } from '../notifications/index.ts'
import { nonceOf, note, say, type Step, type Then } from './step.ts'
import { trouble } from './trouble.ts'

/** The message that another one has taken the place of. */
export async function removeFormer(it: Step, formerId: string): Promise<Then> {
  const delivery = await it.pins.remove(it.address, formerId, it.signal)
  if (delivery.kind === 'again' || delivery.kind === 'stop') return trouble(it, delivery)
  // Two boards never stay pinned.
  if (delivery.kind !== 'done' && delivery.kind !== 'missing')
    await it.pins.unpin(it.address, formerId, it.signal)
  return note(it, { former_id: null })
}

/** Says in its place that it is over, then forgets it. */
export async function windUp(it: Step): Promise<Then> {
  const { board, account, messenger, pins, address, now, timezone, signal } = it
  if (board.former_id !== null) return removeFormer(it, board.former_id)
  const why = board.end_why ?? 'asked'
  const news = { kind: 'boardOver', why, at: now, timezone } as const
  const attempts: (() => Promise<Delivery>)[] = []
  const { message_id: messageId } = board
  if (messageId !== null) {
    if (board.is_pinned === 1) attempts.push(() => pins.unpin(address, messageId, signal))
    attempts.push(async () => {
      const edited = await messenger.edit(address, messageId, news, signal)
      return edited.kind === 'frozen' ? pins.remove(address, messageId, signal) : edited
    })
  } else if (why === 'deleted') attempts.push(() => say(it, news, nonceOf(board, ' over')))
  for (const attempt of attempts) {
    const delivery = await attempt()
    if (delivery.kind === 'again' || delivery.kind === 'stop') return trouble(it, delivery)
  }
  await account.deleteFrom('boards').where('id', '=', board.id).execute()
  return 'rest'
}
