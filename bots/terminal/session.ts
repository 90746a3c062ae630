import { userInfo } from 'node:os'
import path from 'node:path'
import { type Account, accountNamed, ensureAccount, PLANS } from '../../src/accounts/index.ts'
import type { By } from '../../src/audit/index.ts'
import { readSettings } from '../../src/config.ts'
import { systemChance, systemClock } from '../../src/kernel/index.ts'
import { openLog } from '../../src/log.ts'
import type { ChangeTools } from '../../src/monitors/index.ts'
import { openOutlook } from '../../src/outlook.ts'
import {
  type AccountDb,
  bindAccount,
  isHeld,
  openDatabase,
  openSealer,
} from '../../src/storage/index.ts'
import { type Ask, buildDesk, type Desk } from '../commands/index.ts'
import type { TerminalIo } from './io.ts'
import { terminalLooker } from './looker.ts'

/** The database opened beside whoever else uses it, and who is asking. */
export interface Session extends AsyncDisposable {
  readonly desk: Desk
  readonly ask: Ask
  readonly account: Account
  readonly db: AccountDb
  readonly by: By
  /** What monitors are changed with, but for the time. */
  readonly tools: Omit<ChangeTools, 'now'>
  readonly retainChecksDays: number
  /** Whether a process watches on this database now. */
  isWatched(): boolean
}

// A container's user may have no name.
function userName(): string {
  try {
    return userInfo().username
  } catch {
    return 'terminal'
  }
}

/** An account by name must exist, unless `makes`: then it is made where it does not. */
async function chooseAccount(
  db: Parameters<typeof ensureAccount>[0],
  plan: Parameters<typeof ensureAccount>[2],
  name: string | undefined,
  makes: boolean,
): Promise<Account> {
  if (name !== undefined && !makes) return accountNamed(db, name)
  return ensureAccount(db, systemClock.now(), plan, name)
}

/** @throws SettingsTrouble, DatabaseTrouble, Fault `account_unknown` */
export async function openSession(
  io: TerminalIo,
  accountName: string | undefined,
  makes = false,
): Promise<Session> {
  const settings = readSettings(io.env, io.folder)
  const file = path.resolve(io.folder, settings.DATABASE_PATH)
  await using opened = new AsyncDisposableStack()
  const db = opened.adopt(await openDatabase(file), (it) => it.destroy())
  const account = await chooseAccount(db, settings.DEFAULT_PLAN, accountName, makes)
  const sealer = await openSealer(db, file, settings.SECRET_KEY, systemChance)
  const log = openLog({ ...settings, LOG_LEVEL: 'error' }, io.err)
  const outlook = openOutlook(db, settings, log)
  const refusal = (host: string) => outlook.network.refusal(host)
  const desk = buildDesk({
    db,
    clock: systemClock,
    chance: systemChance,
    log,
    sealer,
    looker: terminalLooker(file, sealer, outlook),
    refusal,
  })
  const name = userName()
  const by: By = { type: 'cli', name }
  const { plan } = account
  const { monitors, minIntervalSeconds } = PLANS[plan]
  const kept = opened.move()
  return {
    desk,
    account,
    db: bindAccount(db, account.id),
    by,
    tools: { by, sealer, limits: { plan, monitors, minIntervalSeconds, refusal } },
    retainChecksDays: settings.RETAIN_CHECKS,
    isWatched: () => isHeld(file),
    ask: {
      actor: { userId: name, displayName: name, standing: 'creator' },
      place: {
        platform: 'terminal',
        serverId: account.name,
        channelId: 'terminal',
        threadId: null,
        isPrivate: true,
        title: 'terminal',
      },
    },
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  }
}
