import { hash } from 'node:crypto'
import { Problem } from './problem.ts'

const HASH_LENGTH = 12

/** `"<revision>-<hash of the bytes>"`. */
export const etagOf = (revision: number, bytes: string): string =>
  `"${revision}-${hash('sha256', bytes).slice(0, HASH_LENGTH)}"`

const tags = (header: string): readonly string[] =>
  header.split(',').map((it) => it.trim().replace(/^W\//, ''))

export const isNoneMatch = (header: string | undefined, etag: string): boolean =>
  header !== undefined && tags(header).some((it) => it === '*' || it === etag)

/**
 * Compares the revision alone, so that looks in between do not break an edit.
 * @throws Problem `precondition-failed`
 */
export function refuseStale(header: string | undefined, revision: number): void {
  if (header === undefined) return
  const isCurrent = tags(header).some(
    (it) => it === '*' || /^"(\d+)-[^"]*"$/.exec(it)?.[1] === String(revision),
  )
  if (!isCurrent)
    throw new Problem(
      'precondition-failed',
      'If-Match names another revision than the current one; read it again and repeat the change.',
    )
}
