import { cut, plain } from '../../src/kernel/index.ts'
import type { Run } from '../commands/index.ts'

const LONGEST = { name: 100, address: 300, verbatim: 300, ours: 1500 } as const

/** Joins words without a sign of it: what it sits in is no link any more. */
const WORD_JOINER = '\u2060'

/** What Markdown could begin with anywhere, then with what a line could: heading, list, emoji code. */
function escapeMarkup(words: string): string {
  return words
    .replace(/[\\`*_~|[\]<>@]/g, '\\$&')
    .replace(/^(#{1,6}|-#|[+-])(?=\s|$)/, '\\$&')
    .replace(/^(\d+)\.(?=\s|$)/, '$1\\.')
    .replace(/:(?=[\w+\\-]+:)/g, '\\:')
}

const breakLinks = (words: string): string =>
  words
    .replaceAll('://', `:${WORD_JOINER}//`)
    .replace(/www\./gi, (found) => `${found.slice(0, 3)}${WORD_JOINER}.`)
    // Invitations unfold without a scheme too.
    .replace(/discord(app)?\.(?=gg|com|gift|new)/gi, (found) =>
      found.replace('.', `${WORD_JOINER}.`),
    )

const stranger = (words: string, max: number): string => breakLinks(escapeMarkup(plain(words, max)))

const code = (words: string, max: number): string => `\`${plain(words, max).replaceAll('`', 'ˋ')}\``

/** Our own words: markup means nothing in them either, but an address of ours stays one. */
const ours = (words: string): string =>
  cut(words, LONGEST.ours)
    .split(/(https?:\/\/\S+)/)
    .map((part, at) => (at % 2 === 1 ? part : escapeMarkup(part)))
    .join('')

const TIME_STYLES = { relative: 'R', clock: 'T', date: 'D', standing: 'R' } as const

function writeRun(run: Run): string {
  switch (run.kind) {
    case 'text':
      return ours(run.text)
    case 'strong':
      return run.text === '' ? '' : `**${ours(run.text)}**`
    case 'name':
      return stranger(run.text, LONGEST.name)
    case 'address':
      return code(run.text, LONGEST.address)
    case 'verbatim':
      return code(run.text, LONGEST.verbatim)
    default:
      return `<t:${Math.floor(run.at / 1000)}:${TIME_STYLES[run.style]}>`
  }
}

/** Runs as Discord's Markdown, whole runs only, at most `max` characters. */
export function writeRuns(runs: readonly Run[], max: number): string {
  let written = ''
  for (const run of runs) {
    const next = writeRun(run)
    if (written.length + next.length > max - 1) return `${written}…`
    written += next
  }
  return written
}

/** A name in bold, as it stands in rows. */
export const boldName = (words: string): string => `**${stranger(words, LONGEST.name)}**`

/** Whether runs can stand where there is no Markdown; times cannot. */
export const isPlain = (runs: readonly Run[]): boolean => runs.every(({ kind }) => kind !== 'time')

/** Runs for a place that knows no Markdown and makes no links: a footer. */
export const writePlain = (runs: readonly Run[]): string =>
  runs
    .map((run) => {
      if (run.kind === 'time') return ''
      const own = run.kind === 'text' || run.kind === 'strong'
      return own ? run.text : plain(run.text, LONGEST.verbatim)
    })
    .join('')
