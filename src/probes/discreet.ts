import { isPrivate } from '../network/index.ts'
import type { Code } from './outcome.ts'

/** Codes whose sentences quote what an answer held, and the same without the quote. */
const WITHOUT_QUOTE: Readonly<Partial<Record<Code, string>>> = {
  body_missing: 'what must be in the page is missing',
  body_forbidden: 'what must not be in the page is there',
  json_assertion: 'the document is not as expected',
  json_invalid: 'body is not JSON',
  port_expect: 'answered, but not as expected',
}

/** Names that only a network of one's own knows. */
const INNER = /^[^.]*$|\.(?:internal|intranet|lan|local|home|corp|private|home\.arpa)$/i

/**
 * What a look said, for somebody who may only read: of what answers on a private address nothing is
 * quoted, else a key that cannot change anything would read the pages of an inner network.
 */
export function discreetly(
  code: string | null,
  message: string,
  where: { readonly url: string; readonly address?: string | undefined },
): string {
  const general = WITHOUT_QUOTE[code as Code]
  if (general === undefined) return message
  const host = URL.parse(where.url)?.hostname || where.url.replace(/:\d+$/, '')
  const isInner =
    isPrivate(where.address ?? host) || (where.address === undefined && INNER.test(host))
  return isInner ? general : message
}
