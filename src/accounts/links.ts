import { audit, type By } from '../audit/index.ts'
import {
  type AccountId,
  type Chance,
  Fault,
  type Id,
  type Instant,
  MINUTE,
} from '../kernel/index.ts'
import { type AccountDb, type AccountTx, bindAccount, type Db } from '../storage/index.ts'
import { hashSecret } from './keys.ts'
import type { Role } from './roles.ts'

export const LINK_CODE_LIFE_MS = 10 * MINUTE
const LIVE_CODES = 5
const TRIES = 5
const PAUSE_MS = 15 * MINUTE
// No look-alikes: a code is read from one screen and typed on another.
const ALPHABET = '23456789ABCDEFGHJKMNPQRSTUVWXYZ'
const CODE_LENGTH = 8

/** A chat server or chat tied to an account. */
export interface ChatLink {
  readonly id: Id<'link'>
  readonly accountId: AccountId
  readonly accountName: string
  readonly timezone: string
  readonly linkedBy: string
  readonly linkedByName: string
  readonly defaultRole: Role
}

/** Where a link belongs: platform and server (or chat) id. */
export interface LinkPlace {
  readonly platform: string
  readonly serverId: string
}

function drawCode(chance: Chance): string {
  let code = ''
  // A byte past the last whole alphabet is thrown away: each letter stays as likely as the next.
  const fair = 256 - (256 % ALPHABET.length)
  while (code.length < CODE_LENGTH)
    for (const byte of chance.bytes(CODE_LENGTH))
      if (byte < fair && code.length < CODE_LENGTH) code += ALPHABET[byte % ALPHABET.length]!
  return code
}

const normalised = (code: string): string => code.toUpperCase().replaceAll(/[\s-]/g, '')

/** A code `ABCD-2345`, good once for ten minutes; older ones beyond the newest five end. */
export async function createLinkCode(
  db: AccountDb,
  now: Instant,
  chance: Chance,
  by: By,
): Promise<string> {
  const code = drawCode(chance)
  await db.transaction().execute(async (tx) => {
    const live = await tx
      .selectFrom('link_codes')
      .select('id')
      .where('spent_at', 'is', null)
      .where('expires_at', '>', now)
      .orderBy('id', 'desc')
      .execute()
    const surplus = live.slice(LIVE_CODES - 1).map(({ id }) => id)
    if (surplus.length > 0)
      await tx.updateTable('link_codes').set({ spent_at: now }).where('id', 'in', surplus).execute()
    const { id } = await tx
      .insertInto('link_codes')
      .values({ hash: hashSecret(code), created_at: now, expires_at: now + LINK_CODE_LIFE_MS })
      .returning('id')
      .executeTakeFirstOrThrow()
    await audit(tx, now, by, 'link_code.create', `/api/link_codes/${id}`)
  })
  return `${code.slice(0, 4)}-${code.slice(4)}`
}

export async function findLink(db: Db, place: LinkPlace): Promise<ChatLink | undefined> {
  return db
    .selectFrom('chat_links')
    .innerJoin('accounts', 'accounts.id', 'chat_links.account_id')
    .select([
      'chat_links.id',
      'chat_links.account_id as accountId',
      'accounts.name as accountName',
      'accounts.timezone',
      'chat_links.linked_by as linkedBy',
      'chat_links.linked_by_name as linkedByName',
      'chat_links.default_role as defaultRole',
    ])
    .where('chat_links.platform', '=', place.platform)
    .where('chat_links.server_id', '=', place.serverId)
    .executeTakeFirst()
}

async function countWrongCode(db: Db, now: Instant, who: readonly string[]): Promise<void> {
  for (const it of who)
    await db.transaction().execute(async (tx) => {
      const before = await tx
        .selectFrom('link_attempts')
        .selectAll()
        .where('who', '=', it)
        .executeTakeFirst()
      const stale = before === undefined || now - before.first_at > PAUSE_MS
      const failures = stale ? 1 : before.failures + 1
      const values = {
        failures,
        first_at: stale ? now : before.first_at,
        paused_until: failures >= TRIES ? now + PAUSE_MS : null,
      }
      await tx
        .insertInto('link_attempts')
        .values({ who: it, ...values })
        .onConflict((oc) => oc.column('who').doUpdateSet(values))
        .execute()
    })
}

async function refusePaused(db: Db, now: Instant, who: readonly string[]): Promise<void> {
  const paused = await db
    .selectFrom('link_attempts')
    .select('paused_until')
    .where('who', 'in', who)
    .where('paused_until', '>', now)
    .orderBy('paused_until', 'desc')
    .executeTakeFirst()
  if (paused?.paused_until == null) return
  const minutes = Math.ceil((paused.paused_until - now) / MINUTE)
  throw new Fault('codes_paused', { wait: `${minutes} min` })
}

/**
 * Spends `code` to tie `place` to the code's account. `within` runs in the same transaction, bound
 * to that account. Wrong, spent and expired codes look the same, and five of them from one server
 * or person pause both for a quarter of an hour.
 * @throws Fault `code_unknown`, `codes_paused`, `place_linked`
 */
export async function spendLinkCode(
  db: Db,
  now: Instant,
  code: string,
  place: LinkPlace & { readonly title: string },
  who: { readonly userId: string; readonly displayName: string; readonly by: By },
  within: (tx: AccountTx, link: Id<'link'>) => Promise<void>,
): Promise<ChatLink> {
  const tried = [
    `${place.platform}:${place.serverId}`,
    ...(who.userId === '' ? [] : [`${place.platform}:user:${who.userId}`]),
  ]
  await refusePaused(db, now, tried)
  const known = await findLink(db, place)
  if (known !== undefined) throw new Fault('place_linked', { account: known.accountName })
  const spent = await db.transaction().execute(async (tx) => {
    const owner = await tx
      .updateTable('link_codes')
      .set({ spent_at: now })
      .where('hash', '=', hashSecret(normalised(code)))
      .where('spent_at', 'is', null)
      .where('expires_at', '>', now)
      .returning('account_id')
      .executeTakeFirst()
    if (owner === undefined) return false
    // Asked again inside: another code may have been spent here meanwhile.
    const rival = await findLink(tx, place)
    if (rival !== undefined) throw new Fault('place_linked', { account: rival.accountName })
    const bound = bindAccount(tx, owner.account_id)
    const { id } = await bound
      .insertInto('chat_links')
      .values({
        platform: place.platform,
        server_id: place.serverId,
        title: place.title,
        linked_by: who.userId,
        linked_by_name: who.displayName,
        linked_at: now,
      })
      .returning('id')
      .executeTakeFirstOrThrow()
    await within(bound, id)
    await audit(bound, now, who.by, 'chat_link.create', `/api/chat_links/${id}`)
    return true
  })
  if (!spent) {
    await countWrongCode(db, now, tried)
    throw new Fault('code_unknown')
  }
  return (await findLink(db, place))!
}

/**
 * The bot was put out of a place (or came back): its settings wait there for its return. False when
 * that was known.
 */
export async function markLinkLeft(
  db: Db,
  place: LinkPlace,
  leftAt: Instant | null,
): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('chat_links')
    .set({ left_at: leftAt })
    .where('platform', '=', place.platform)
    .where('server_id', '=', place.serverId)
    .where('left_at', leftAt === null ? 'is not' : 'is', null)
    .executeTakeFirstOrThrow()
  return numUpdatedRows > 0n
}

/** A place got a new id (a Telegram group became a supergroup); a link there already stays. */
export async function moveLink(db: Db, place: LinkPlace, serverId: string): Promise<void> {
  // A place linked under its new id already is no longer this one's to be.
  if ((await findLink(db, { ...place, serverId })) !== undefined) return
  await db
    .updateTable('chat_links')
    .set({ server_id: serverId })
    .where('platform', '=', place.platform)
    .where('server_id', '=', place.serverId)
    .where((eb) =>
      eb.not(
        eb.exists(
          eb
            .selectFrom('chat_links as there')
            .select('there.id')
            .where('there.platform', '=', place.platform)
            .where('there.server_id', '=', serverId),
        ),
      ),
    )
    .execute()
}
