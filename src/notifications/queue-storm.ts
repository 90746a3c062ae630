import type { IncidentId, Instant } from '../kernel/index.ts'
import { type AccountTx, prepared } from '../storage/index.ts'
import { people, queue, queueChange, read, readAll } from './queue.ts'
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

const supersede = prepared((tx: AccountTx, { id }: { readonly id: IncidentId }) =>
  tx
    .updateTable('notifications')
    .set({ state: 'superseded', error: 'told with others' })
    .where('incident_id', '=', id)
    .where('event', '=', 'alert')
    .where('state', '=', 'pending')
    .where('claimed_until', 'is', null)
    .where((eb) =>
      eb.not(
        eb.exists(
          eb
            .selectFrom('messages')
            .select('message_id')
            .whereRef('messages.incident_id', '=', 'notifications.incident_id')
            .whereRef('messages.channel_id', '=', 'notifications.channel_id'),
        ),
      ),
    ),
)

const shown = prepared((tx: AccountTx, { id }: { readonly id: IncidentId }) =>
  tx.selectFrom('messages').select('channel_id').where('incident_id', '=', id),
)

/** Which channels have that storm's message. */
const shownIn = async (tx: AccountTx, id: IncidentId): Promise<ReadonlySet<number>> =>
  new Set((await shown(tx, { id })).map(({ channel_id }) => channel_id))

/**
 * Whoever hears of any of those outages is shown it in the storm's message: at once, or with what comes
 * next. `earlier`: also of those, which were told by themselves.
 */
export async function queueStorm(
  tx: AccountTx,
  now: Instant,
  stormId: IncidentId,
  memberIds: readonly IncidentId[],
  earlier: readonly IncidentId[],
): Promise<void> {
  const storm = await read(tx, stormId)
  const members = await readAll(tx, [...memberIds, ...earlier])
  const channels = await people(tx)
  const recipients = await recipientsOf(tx, channels, members)
  const hearing = new Set(
    members.flatMap((it) => recipients(it, eventNameOf('alert', it.severity))),
  )
  const wanted = channels.filter((it) => hearing.has(it))
  // Where nobody has its own message yet that is needed no more.
  for (const id of earlier) await supersede(tx, { id })
  const ids = await shownIn(tx, stormId)
  const isNew = ({ id }: Recipient) => !ids.has(id)
  await queue(tx, now, wanted.filter(isNew), storm, 'alert')
  const later = wanted.filter((it) => !isNew(it))
  await queue(tx, now, later.filter(isMail), storm, 'alert', MAIL_SPACING_MS)
  const edited = later.filter((it) => !isMail(it))
  await queue(tx, now, edited, storm, 'alert', STORM_SPACING_MS)
}

/** The storm is over: its messages say so at once, and of outages one reply does. */
export async function queueStormEnd(
  tx: AccountTx,
  now: Instant,
  stormId: IncidentId,
): Promise<void> {
  const storm = await read(tx, stormId)
  await queueChange(tx, now, storm)
  await tx
    .updateTable('notifications')
    .set({ due_at: now })
    .where('incident_id', '=', stormId)
    .where('state', '=', 'pending')
    .where('is_held', '=', 0)
    .execute()
  const ids = await shownIn(tx, stormId)
  const event = eventNameOf('recovery', storm.severity)
  const hearing = (await activeChannels(tx)).filter(
    (it) =>
      // What becomes of a budget a message shows by itself.
      ids.has(it.id) && hears(it, event) && (storm.severity === 'down' || isMail(it)),
  )
  await queue(tx, now, hearing, storm, 'recovery')
}
