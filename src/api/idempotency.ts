import { createHash } from 'node:crypto'
import { DAY, type Instant, MINUTE, type MonitorId } from '../kernel/index.ts'
import type { AccountDb } from '../storage/index.ts'
import { CONTENT_TYPE } from './negotiate.ts'
import { Problem } from './problem.ts'
import type { Rendered } from './render.ts'

const KEPT_MS = DAY
/** A claim older than this was left behind by a process that died. */
const ABANDONED_MS = 5 * MINUTE
const PROBLEM_TYPE = 'application/problem+json; charset=utf-8'

/** @throws Problem `invalid-idempotency-key` */
export function readIdempotencyKey(header: string | string[] | undefined): string | undefined {
  if (header === undefined) return undefined
  const given = [header].flat().join(', ').trim()
  const key = /^"(.*)"$/.exec(given)?.[1] ?? given
  if (!/^[\x20-\x7E]{1,255}$/.test(key))
    throw new Problem(
      'invalid-idempotency-key',
      'An Idempotency-Key is 1 to 255 printable ASCII characters.',
    )
  return key
}

interface Once {
  readonly key: string
  readonly method: string
  readonly path: string
  /** What the key that asks is for: an answer to one who sees more is none for one who sees less. */
  readonly targets: readonly MonitorId[] | null
}

const fingerprintOf = ({ method, path, targets }: Once, bytes: Buffer): string =>
  createHash('sha256')
    .update(`${method} ${path}${targets === null ? '' : ` ${targets.join()}`}\n`)
    .update(bytes)
    .digest('hex')

const typeOf = (status: number, body: string): string => {
  if (status >= 400) return PROBLEM_TYPE
  return body.startsWith('{"@context"') ? CONTENT_TYPE.ld : CONTENT_TYPE.json
}

/**
 * Takes the key for this request, or gives the answer the first one got.
 * @throws Problem `idempotency-key-reused`, `idempotency-in-progress`
 */
async function claim(
  db: AccountDb,
  now: Instant,
  key: string,
  fingerprint: string,
): Promise<Rendered | undefined> {
  return db.transaction().execute(async (tx) => {
    await tx
      .deleteFrom('idempotency_keys')
      .where((eb) =>
        eb.or([
          eb('created_at', '<=', now - KEPT_MS),
          eb.and([eb('status', 'is', null), eb('created_at', '<=', now - ABANDONED_MS)]),
        ]),
      )
      .execute()
    const known = await tx
      .selectFrom('idempotency_keys')
      .selectAll()
      .where('key', '=', key)
      .executeTakeFirst()
    if (known === undefined) {
      await tx
        .insertInto('idempotency_keys')
        .values({ key, fingerprint, created_at: now })
        .execute()
      return undefined
    }
    if (known.fingerprint !== fingerprint)
      throw new Problem(
        'idempotency-key-reused',
        'This Idempotency-Key came with another method, path or body before; use a new one.',
      )
    const { status, body, location } = known
    if (status === null)
      throw new Problem(
        'idempotency-in-progress',
        'The first request with this Idempotency-Key has no answer yet.',
        {},
        { 'retry-after': '1' },
      )
    return {
      status,
      body,
      headers: {
        'idempotency-replayed': 'true',
        ...(body === null ? {} : { 'content-type': typeOf(status, body) }),
        ...(location === null ? {} : { location }),
      },
    }
  })
}

const isKept = (status: number): boolean =>
  (status >= 200 && status < 300) || status === 409 || status === 422

/**
 * Does `work` once for each key: a repeated request gets the first one's answer again. `kept` is
 * what is stored of an answer; other trouble frees the key.
 */
export async function onlyOnce<T>(
  db: AccountDb,
  now: Instant,
  request: Once,
  bytes: Buffer,
  work: () => Promise<T>,
  kept: (outcome: { answer: T } | { error: unknown }) => Rendered | undefined,
): Promise<T | Rendered> {
  const { key } = request
  const earlier = await claim(db, now, key, fingerprintOf(request, bytes))
  if (earlier !== undefined) return earlier
  const settle = async (rendered: Rendered | undefined) => {
    if (rendered === undefined || !isKept(rendered.status))
      await db.deleteFrom('idempotency_keys').where('key', '=', key).execute()
    else
      await db
        .updateTable('idempotency_keys')
        .set({
          status: rendered.status,
          body: rendered.body,
          location: rendered.headers['location'] ?? null,
        })
        .where('key', '=', key)
        .execute()
  }
  try {
    const answer = await work()
    await settle(kept({ answer }))
    return answer
  } catch (error) {
    await settle(kept({ error }))
    throw error
  }
}
