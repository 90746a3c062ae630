import type { Readable } from 'node:stream'

/** What the process has; tests bring their own. */
export interface TerminalIo {
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string | undefined>>
  /** Where `.env` and relative paths are. */
  readonly folder: string
  readonly in: Readable & { readonly isTTY?: boolean }
  readonly out: Written
  readonly err: Written
}

interface Written {
  write(text: string): unknown
  readonly isTTY?: boolean
  readonly columns?: number
}

const DEFAULT_COLUMNS = 100

/** Colour only where somebody sees it and has not asked to be spared (no-color.org). */
export const usesColor = ({ env, out }: TerminalIo): boolean =>
  out.isTTY === true && (env['NO_COLOR'] ?? '') === '' && env['TERM'] !== 'dumb'

/** A terminal that does not know its width calls it 0. */
export const columnsOf = ({ out: { columns = 0 } }: Pick<TerminalIo, 'out'>): number =>
  columns > 0 ? columns : DEFAULT_COLUMNS
