export {
  type Account,
  accountById,
  accountNamed,
  editAccount,
  ensureAccount,
  firstAccount,
  type Limits,
  PLANS,
} from './accounts.ts'
export {
  createKey,
  editKey,
  findPrincipal,
  getKey,
  type KeyCard,
  type KeyTools,
  listKeys,
  markExposed,
  type Principal,
  reaches,
  revokeKey,
  revokeKeys,
  rotateKey,
  type Scope,
  SCOPES,
} from './keys.ts'
export { createLinkCode, LINK_CODE_LIFE_MS, spendLinkCode } from './link-codes.ts'
export {
  editLink,
  findLink,
  getLink,
  type LinkRow,
  listLinks,
  markLinkLeft,
  moveLink,
  unlink,
} from './links.ts'
export { mayAct, type Role, roleIn } from './roles.ts'
export { zoneRule } from './zone.ts'
