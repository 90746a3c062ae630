import { Fault, type FaultCode, FAULTS, InvalidInput } from '../kernel/index.ts'
import { isPassing, sqliteCode } from '../storage/index.ts'
import { PROBLEMS, type Slug } from './problems.ts'

type Fields = Readonly<Record<string, string>>
type Members = Readonly<Record<string, unknown>>

/** An answer that is a problem document. `message` becomes its `detail`. */
export class Problem extends Error {
  override readonly name = 'Problem'
  readonly slug: Slug
  /** Extension members of the document. */
  readonly members: Members
  readonly headers: Fields

  constructor(slug: Slug, detail: string, members: Members = {}, headers: Fields = {}) {
    super(detail)
    this.slug = slug
    this.members = members
    this.headers = headers
  }
}

const FAULT_MEMBERS: Partial<Record<FaultCode, (words: Fields) => Members>> = {
  reference_taken: () => ({ propertyPath: 'externalRef' }),
  summary_taken: () => ({ propertyPath: 'channel' }),
  slug_taken: () => ({ propertyPath: 'slug' }),
  plan_monitors: ({ limit }) => ({ limit: Number(limit) }),
  keys_full: ({ limit }) => ({ limit: Number(limit) }),
}

/** One text for what is not there and what is another account's, whatever its id. */
const ABSENT = 'Nothing of yours has this id.'

/** Fastify's own words about a request. */
const isFastifyRefusal = (error: unknown): error is Error & { statusCode: number } =>
  error instanceof Error &&
  'code' in error &&
  String(error.code).startsWith('FST_') &&
  'statusCode' in error &&
  Number(error.statusCode) < 500

/** The problem an error means on the wire; undefined for a bug. */
export function toProblem(error: unknown): Problem | undefined {
  if (error instanceof Problem) return error
  if (error instanceof Fault) {
    const { code, message, words }: Fault = error
    const { slug } = FAULTS[code]
    const detail = slug === 'not-found' ? ABSENT : message
    return new Problem(slug, detail, FAULT_MEMBERS[code]?.(words) ?? {})
  }
  if (error instanceof InvalidInput)
    return new Problem(
      'validation',
      error.violations.map(({ path, message }) => `${path}: ${message}`).join('\n'),
      {
        violations: error.violations.map(({ path, message, code }) => ({
          propertyPath: path,
          message,
          code,
        })),
      },
    )
  if (isFastifyRefusal(error))
    return new Problem(
      error.statusCode === 413
        ? 'payload-too-large'
        : error.statusCode === 415
          ? 'unsupported-media-type'
          : 'malformed-request',
      `${error.message}.`,
    )
  if (isPassing(error)) {
    const isBusy = /^SQLITE_(BUSY|LOCKED)/.test(sqliteCode(error) ?? '')
    const detail = isBusy ? 'The database is busy.' : 'The database has no room, or cannot write.'
    return new Problem('unavailable', detail, {}, { 'retry-after': isBusy ? '1' : '60' })
  }
  return undefined
}

export const internalProblem = (): Problem =>
  new Problem('internal', 'Something went wrong on our side; the log has the details.')

/** The document, `base` in front of its paths. */
export function problemBody(
  problem: Problem,
  requestId: string,
  base: string,
  isLinkedData: boolean,
): string {
  const { status, title } = PROBLEMS[problem.slug]
  const detail = problem.message
  return JSON.stringify({
    ...(isLinkedData
      ? {
          '@context': `${base}/api/contexts/Error`,
          '@type': problem.slug === 'validation' ? 'ConstraintViolation' : 'Error',
        }
      : {}),
    type: `${base}/errors/${problem.slug}`,
    title,
    status,
    detail,
    ...(isLinkedData ? { description: detail } : {}),
    ...problem.members,
    requestId,
  })
}
