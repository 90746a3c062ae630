import type { MonitorType } from '../../src/probes/index.ts'

const HOST =
  /^[\p{L}\p{N}_-]+(?:\.[\p{L}\p{N}_-]+)+(?::\d{1,5})?(?:[/?].*)?$|^localhost(?::\d{1,5})?(?:[/?].*)?$/iu
const BARE_HOST = /^(?:[\da-f]*:[\da-f:.]+|[^\s/?#@:[\]]+)$/iu
const HOST_PORT = /^(?:\[[\da-f:.]+\]|[^\s/?#@:[\]]+):\d+$/iu

/** An address as people paste it: in angle brackets, with a full stop behind. */
const tidyAddress = (typed: string): string =>
  typed
    .trim()
    .replace(/[.,;]+$/, '')
    .replace(/^<(.*)>$/, '$1')
    .replace(/[.,;]+$/, '')

/** What an address looks like where nobody says. */
function guessType(typed: string): MonitorType {
  if (HOST_PORT.test(typed)) return 'PORT'
  return BARE_HOST.test(typed) ? 'PING' : 'HTTP'
}

/** Pages are given without their scheme, too. */
const withScheme = (type: MonitorType, typed: string): string =>
  type === 'HTTP' && HOST.test(typed) ? `https://${typed}` : typed

/** The type and address meant by what was typed; `type` wins where it is said. */
export function guessTarget(
  typed: string,
  said?: MonitorType,
): { readonly type: MonitorType; readonly url: string } {
  const tidy = tidyAddress(typed)
  const type = said ?? guessType(tidy)
  return { type, url: withScheme(type, tidy) }
}
