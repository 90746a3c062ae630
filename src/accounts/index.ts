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
  findPrincipal,
  listKeys,
  markExposed,
  type Principal,
  reaches,
  revokeKeys,
  type Scope,
  SCOPES,
} from './keys.ts'
export {
  createLinkCode,
  findLink,
  LINK_CODE_LIFE_MS,
  markLinkLeft,
  moveLink,
  spendLinkCode,
} from './links.ts'
export { mayAct, type Role, roleIn } from './roles.ts'
export { nameRule, zoneRule } from './rules.ts'
