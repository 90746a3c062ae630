export {
  type Account,
  accountById,
  accountNamed,
  editAccount,
  ensureAccount,
  firstAccount,
  type Limits,
  type Plan,
  PLANS,
} from './accounts.ts'
export {
  createKey,
  findPrincipal,
  markExposed,
  type Principal,
  reaches,
  type Scope,
  SCOPES,
} from './keys.ts'
export {
  type ChatLink,
  createLinkCode,
  findLink,
  LINK_CODE_LIFE_MS,
  type LinkPlace,
  markLinkLeft,
  moveLink,
  spendLinkCode,
} from './links.ts'
export { mayAct, type Role, roleIn, ROLES } from './roles.ts'
export { nameRule, zoneRule } from './rules.ts'
