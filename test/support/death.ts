import type { KyselyPlugin } from 'kysely'

/** Ends whoever asks the database: of that statement the answer never comes, and no other is made. */
export class Death implements KyselyPlugin {
  #left: number
  hasCome = false

  constructor(statements: number) {
    this.#left = statements
  }

  transformQuery({ node }: Parameters<KyselyPlugin['transformQuery']>[0]) {
    if (this.hasCome) throw new Error('it is dead')
    return node
  }

  async transformResult({ result }: Parameters<KyselyPlugin['transformResult']>[0]) {
    if (this.#left === 0) this.hasCome = true
    this.#left -= 1
    return this.hasCome ? new Promise<never>(() => {}) : result
  }
}
