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
export { listGrants, setGrant } from './grants.ts'
export {
  type ChatLink,
  editLink,
  findLink,
  getLink,
  type LinkRow,
  listLinks,
  markLinkLeft,
  moveLink,
  unlink,
} from './links.ts'
export {
  DEFAULT_ROLES,
  type HeldRole,
  isLinker,
  mayAct,
  type Reason,
  type Role,
  type RoleGrant,
  roleIn,
  ROLES,
  type Subject,
} from './roles.ts'
export { zoneRule } from './zone.ts'
