export {
  type Account,
  accountById,
  accountNamed,
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
  type LinkPlace,
  markLinkLeft,
  moveLink,
  spendLinkCode,
} from './links.ts'
export { mayAct, type Role, roleIn, ROLES } from './roles.ts'
