import type { Clock, Log, MonitorId } from '../kernel/index.ts'
import { answerRequest, type Check, claimRequests } from '../monitors/index.ts'
import { type AccountDb, bindAccount, type Db } from '../storage/index.ts'

export interface RequestTools {
  readonly clock: Clock
  readonly log: Log
  readonly check: (bound: AccountDb, id: MonitorId) => Promise<Check>
}

/** Looks that other processes ask for. */
export class Requests {
  readonly #db: Db
  readonly #tools: RequestTools
  readonly #running = new Set<Promise<unknown>>()

  constructor(db: Db, tools: RequestTools) {
    this.#db = db
    this.#tools = tools
  }

  get running(): Iterable<Promise<unknown>> {
    return this.#running
  }

  /** Takes up what is asked for now; nobody waits for its end. */
  async takeUp(): Promise<void> {
    const { clock, log, check } = this.#tools
    for (const { id, accountId, monitorId } of await claimRequests(this.#db, clock.now())) {
      const asked = check(bindAccount(this.#db, accountId), monitorId)
        .then((made) => answerRequest(this.#db, id, made))
        .catch((error: unknown) => log.error({ err: error }, 'request not answered'))
        .finally(() => this.#running.delete(asked))
      this.#running.add(asked)
    }
  }
}
