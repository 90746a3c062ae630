import { createCipheriv, createDecipheriv, hkdfSync } from 'node:crypto'
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import type { Chance } from '../kernel/index.ts'
import { DatabaseTrouble, type Db } from './open.ts'

/** Keeps secrets unreadable at rest: AES-256-GCM, a fresh nonce each time, bound to the version. */
export interface Sealer {
  seal(text: string): string
  /** @throws when the key is another one or the text was tampered with */
  open(sealed: string): string
}

const VERSION = 'v1'
const NONCE_BYTES = 12
const TAG_BYTES = 16

/** `secret`: 32 characters or more of the operator's, or the content of the key file. */
export function buildSealer(secret: string, chance: Chance): Sealer {
  const key = Buffer.from(hkdfSync('sha256', secret, '', 'uptalk secrets at rest', 32))
  return {
    seal(text) {
      const nonce = chance.bytes(NONCE_BYTES)
      const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(VERSION))
      const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
      return `${VERSION}.${Buffer.concat([nonce, cipher.getAuthTag(), body]).toString('base64url')}`
    },
    open(sealed) {
      if (!sealed.startsWith(`${VERSION}.`)) throw new Error('sealed in a way we do not know')
      const bytes = Buffer.from(sealed.slice(VERSION.length + 1), 'base64url')
      const cipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, NONCE_BYTES))
        .setAAD(Buffer.from(VERSION))
        .setAuthTag(bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES))
      return Buffer.concat([
        cipher.update(bytes.subarray(NONCE_BYTES + TAG_BYTES)),
        cipher.final(),
      ]).toString('utf8')
    },
  }
}

/** The secret kept beside the database in a file only its owner can read; made when missing. */
function readKeyFile(databaseFile: string, chance: Chance): string {
  const file = `${databaseFile}.key`
  if (!existsSync(file)) {
    writeFileSync(file, Buffer.from(chance.bytes(32)).toString('hex'), { mode: 0o600, flag: 'wx' })
    chmodSync(file, 0o600)
  }
  return readFileSync(file, 'utf8').trim()
}

const PROOF = 'seal'

/**
 * The sealer of this database: by the operator's `secret`, else by the key file beside it.
 * @throws DatabaseTrouble when its secrets were sealed with another key
 */
export async function openSealer(
  db: Db,
  databaseFile: string,
  secret: string | undefined,
  chance: Chance,
): Promise<Sealer> {
  const sealer = buildSealer(secret ?? readKeyFile(databaseFile, chance), chance)
  const readProof = () =>
    db.selectFrom('meta').select('value').where('key', '=', PROOF).executeTakeFirst()
  // Also an insert that changes nothing waits for other processes' writes: it is for the first time.
  if ((await readProof()) === undefined)
    await db
      .insertInto('meta')
      .values({ key: PROOF, value: sealer.seal(PROOF) })
      .onConflict((oc) => oc.doNothing())
      .execute()
  const { value } = (await readProof())!
  try {
    sealer.open(value)
    return sealer
  } catch (cause) {
    throw new DatabaseTrouble(
      secret === undefined
        ? `The key file ${databaseFile}.key is not the one this database was made with. Put the right one back, or set SECRET_KEY.`
        : 'SECRET_KEY is not the one this database was made with. Set the right one, or leave it out if a key file was used.',
      78,
      { cause },
    )
  }
}
