import type { IncidentId, Instant } from '../kernel/index.ts'
import type { AccountTx } from '../storage/index.ts'
import { isTold, queue, queueChange, read } from './queue.ts'
import {
  activeChannels,
  eventNameOf,
  hears,
  mannerOf,
  type Recipient,
  recipientsOf,
} from './recipients.ts'
import { MAIL_SPACING_MS, STORM_SPACING_MS } from './spacing.ts'

const isMail = ({ kind }: Recipient): boolean => mannerOf(kind) === 'mail'

/** Whoever hears of that outage is shown it in the storm's message: at once, or with what comes next. */
export async function queueStorm(
  tx: AccountTx,
  now: Instant,
  stormId: IncidentId,
  memberId: IncidentId,
): Promise<void> {
  const member = await read(tx, memberId)
  const hearing = (await recipientsOf(tx, member))(eventNameOf('alert', member.severity))
  const wanted = hearing.filter(isTold)
  if (memberId !== stormId)
    // Nobody has its own message yet: it is needed no more.
    await tx
      .updateTable('notifications')
      .set({ state: 'superseded', error: 'told with others' })
      .where('incident_id', '=', memberId)
      .where('event', '=', 'alert')
      .where('state', '=', 'pending')
      .where('claimed_until', 'is', null)
      .where((eb) =>
        eb.not(
          eb.exists(
            eb
              .selectFrom('messages')
              .select('message_id')
              .where('messages.incident_id', '=', memberId)
              .whereRef('messages.channel_id', '=', 'notifications.channel_id'),
          ),
        ),
      )
      .execute()
  const shown = await tx
    .selectFrom('messages')
    .select('channel_id')
    .where('incident_id', '=', stormId)
    .execute()
  const ids = new Set(shown.map(({ channel_id }) => channel_id))
  const storm = await read(tx, stormId)
  const isNew = ({ id }: Recipient) => !ids.has(id)
  await queue(tx, now, wanted.filter(isNew), storm, 'alert')
  const later = wanted.filter((it) => !isNew(it))
  await queue(tx, now, later.filter(isMail), storm, 'alert', MAIL_SPACING_MS)
  await queue(
    tx,
    now,
    later.filter((it) => !isMail(it)),
    storm,
    'alert',
    STORM_SPACING_MS,
  )
}

/** The storm is over: its messages say so at once, and of outages one reply does. */
export async function queueStormEnd(
  tx: AccountTx,
  now: Instant,
  stormId: IncidentId,
): Promise<void> {
  const storm = await read(tx, stormId)
  await queueChange(tx, now, stormId)
  await tx
    .updateTable('notifications')
    .set({ due_at: now })
    .where('incident_id', '=', stormId)
    .where('state', '=', 'pending')
    .where('is_held', '=', 0)
    .execute()
  const shown = await tx
    .selectFrom('messages')
    .select('channel_id')
    .where('incident_id', '=', stormId)
    .execute()
  const ids = new Set(shown.map(({ channel_id }) => channel_id))
  const event = eventNameOf('recovery', storm.severity)
  const hearing = (await activeChannels(tx)).filter(
    (it) =>
      // What becomes of a budget a message shows by itself.
      ids.has(it.id) && hears(it, event) && (storm.severity === 'down' || isMail(it)),
  )
  await queue(tx, now, hearing, storm, 'recovery')
}
