import { type Instant, plain } from '../../src/kernel/index.ts'
import { type Node, type Reply, type Run, SIGNS, timeWords } from '../commands/index.ts'

/** A mail's words: a subject of one line, and the same as text and as HTML. */
export interface Letter {
  readonly subject: string
  readonly text: string
  readonly html: string
}

const NAME_MAX = 60
const WORDS_MAX = 1000
const SUBJECT_MAX = 200

interface Place {
  readonly zone: string
  readonly now: Instant
}

function wordsOf(run: Run, { zone, now }: Place): string {
  switch (run.kind) {
    case 'name':
      return plain(run.text, NAME_MAX)
    case 'address':
    case 'verbatim':
      return run.text === '' ? '–' : plain(run.text, WORDS_MAX)
    case 'time':
      return timeWords(run.at, run.style, zone, now)
    default:
      return run.text
  }
}

const join = (runs: readonly Run[], place: Place): string =>
  runs.map((run) => wordsOf(run, place)).join('')

function linesOf(node: Node, place: Place): string[] {
  switch (node.kind) {
    case 'facts':
      return node.facts.map(([label, runs]) => `${label}: ${join(runs, place)}`)
    case 'rows':
      return node.rows.map(({ state, name, tail }) =>
        `${SIGNS[state]} ${plain(name, NAME_MAX)}  ${join(tail, place)}`.trimEnd(),
      )
    default:
      return [join(node.runs, place)]
  }
}

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}
const escape = (text: string): string => text.replaceAll(/[&<>"']/g, (it) => ESCAPES[it]!)

/** A Reply as a mail. Buttons have no place there; what was named by strangers stays text. */
export function renderMail(reply: Reply, now: Instant): Letter {
  const place = { zone: reply.zone ?? 'UTC', now }
  const sign = reply.sign === undefined ? '' : `${SIGNS[reply.sign]} `
  const headline = join(reply.headline, place)
  const lines = reply.body.flatMap((node) => linesOf(node, place))
  const paragraphs = lines.map((line) => `<p style="margin:0 0 6px">${escape(line)}</p>`).join('')
  return {
    subject: plain(`${sign}${headline}`, SUBJECT_MAX),
    text: [`${sign}${headline}`, '', ...lines, ''].join('\n'),
    html:
      '<!doctype html><meta charset="utf-8"><body style="font:15px/1.45 sans-serif">' +
      `<h1 style="font-size:18px;margin:0 0 12px">${escape(`${sign}${headline}`)}</h1>${paragraphs}</body>`,
  }
}
