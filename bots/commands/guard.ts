import {
  accountById,
  accountNamed,
  findLink,
  listGrants,
  mayAct,
  PLANS,
  roleIn,
} from '../../src/accounts/index.ts'
import type { By } from '../../src/audit/index.ts'
import { bindAccount } from '../../src/storage/index.ts'
import { typed } from './answers.ts'
import type { AccountCommand, Call, Member, OpenCall } from './command.ts'
import { no, refusal } from './compose.ts'
import type { Ask, Place } from './desk.ts'
import type { Reply } from './reply.ts'
import { fill, words } from './sentences.ts'

const SAYS = {
  server: 'server',
  chat: 'chat',
  notLinked: "This {noun} isn't linked yet.",
  linkIt: '{trouble} On the machine: npm run uptalk -- link-code, then here: {example}',
} as const

/**
 * Whose place this is and what the asker is in it; nothing where no account is linked. Asked of the
 * database each time: no button and no cache carries a right.
 */
export async function findMember(call: OpenCall): Promise<Member | undefined> {
  const { deps, actor, place } = call
  if (place.platform === 'terminal')
    return {
      account: await accountNamed(deps.db, place.serverId),
      role: 'owner',
      reason: 'creator',
      link: null,
      grants: [],
    }
  const link = await findLink(deps.db, place)
  if (link === undefined) return undefined
  const account = await accountById(deps.db, link.accountId)
  if (account === undefined) return undefined
  const grants = await listGrants(bindAccount(deps.db, account.id), link.id)
  return { account, ...roleIn(link, grants, actor), link, grants }
}

/** The call with the account's own handle. */
export function bindCall(call: OpenCall, member: Member): Call {
  const { deps, now } = call
  const { account } = member
  const by = byOf(call)
  const { monitors, minIntervalSeconds } = PLANS[account.plan]
  return {
    ...call,
    ...member,
    db: bindAccount(deps.db, account.id),
    by,
    tools: {
      now,
      by,
      sealer: deps.sealer,
      limits: { plan: account.plan, monitors, minIntervalSeconds, refusal: deps.refusal },
    },
  }
}

/** Who changes something, as the audit keeps it. */
export function byOf({ actor, place }: Ask): By {
  if (place.platform === 'terminal') return { type: 'cli', name: actor.displayName }
  return { type: 'chat', name: actor.displayName, place: place.title }
}

export const mayRun = (command: AccountCommand, member: Member): boolean =>
  mayAct(member.role, command.role)

export const nounOf = ({ platform, isPrivate }: Pick<Place, 'platform' | 'isPrivate'>): string =>
  platform === 'discord' && !isPrivate ? SAYS.server : SAYS.chat

export function unlinked(place: Place): Reply {
  const trouble = words(SAYS.notLinked, { noun: nounOf(place) })
  return no(fill(SAYS.linkIt, { trouble, example: typed(place, 'link CODE') }), {
    value: refusal('not_linked', trouble),
  })
}
