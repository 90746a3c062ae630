import { audit, type By } from '../audit/index.ts'
import { type Chance, Fault, type Id, type Instant, MINUTE } from '../kernel/index.ts'
import { type AccountDb, type AccountTx, bindAccount, type Db } from '../storage/index.ts'
import { hashSecret } from './keys.ts'
import { type ChatLink, findLink, type LinkPlace } from './links.ts'

export const LINK_CODE_LIFE_MS = 10 * MINUTE
const LIVE_CODES = 5
const TRIES = 5
const PAUSE_MS = 15 * MINUTE
// No look-alikes: a code is read from one screen and typed on another.
const ALPHABET = '23456789ABCDEFGHJKMNPQRSTUVWXYZ'
const CODE_LENGTH = 8

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
