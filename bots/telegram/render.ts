import type { ForceReply, InlineKeyboardButton, InlineKeyboardMarkup } from 'grammy/types'
import { type Instant, plain } from '../../src/kernel/index.ts'
import {
  type Action,
  formatDuration,
  type Node,
  type Reply,
  type Run,
  SIGNS,
  words,
} from '../commands/index.ts'
import {
  cutLine,
  entitiesOf,
  lengthOf,
  type Line,
  type Piece,
  type Style,
  write,
  type Written,
} from './pieces.ts'

const SAYS = {
  future: 'in {length}',
  past: '{length} ago',
  moreLines: '… and {count} more',
} as const

export interface Screen<Markup extends AnyMarkup = InlineKeyboardMarkup> extends Written {
  /** A PNG above the words. */
  readonly photo?: Uint8Array
  readonly reply_markup?: Markup
}

/** Buttons, or a question to be replied to. */
export type AnyMarkup = InlineKeyboardMarkup | ForceReply

export const TEXT_MAX = 4096
/** Of the words below a picture. */
export const CAPTION_MAX = 1024
/** Telegram drops what comes after the hundredth entity; a name must not lose its `code` there. */
const ENTITIES_MAX = 100
const LINE_MAX = 1500
const NAME_MAX = 120
const ADDRESS_MAX = 300
const VERBATIM_MAX = 1000
const LABEL_MAX = 40
const PRESS_MAX_BYTES = 64
const ROW_BUTTONS_MAX = 8
/** What a phone shows in one row without cutting labels. */
const ROW_LABELS_MAX = 40
const BUTTONS_MAX = 100

// Telegram makes @name, /word, #tag, $TAG and x.com clickable by itself; the first one notifies.
const LIVE = /[@/#$.\u3002\uFF0E\uFF61]/

function formatted(at: Instant, zone: string, options: Intl.DateTimeFormatOptions): string {
  try {
    return new Intl.DateTimeFormat('en-GB', { ...options, timeZone: zone }).format(at)
  } catch {
    return new Intl.DateTimeFormat('en-GB', { ...options, timeZone: 'UTC' }).format(at)
  }
}

const DATE = { day: 'numeric', month: 'short' } as const
const CLOCK = {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
  timeZoneName: 'short',
} as const

function timeWords(run: Run & { kind: 'time' }, zone: string, now: Instant): string {
  if (run.style === 'relative') {
    const ms = run.at - now
    const length = formatDuration(Math.abs(ms))
    return words(ms > 0 ? SAYS.future : SAYS.past, { length })
  }
  const year = (at: Instant): string => formatted(at, zone, { year: 'numeric' })
  const day = formatted(run.at, zone, DATE)
  const date = year(run.at) === year(now) ? day : `${day} ${year(run.at)}`
  if (run.style === 'date') return date
  const clock = formatted(run.at, zone, CLOCK)
  const today = year(run.at) === year(now) && day === formatted(now, zone, DATE)
  return today ? clock : `${date} ${clock}`
}

const nameStyle = (clean: string): Style => (LIVE.test(clean) ? 'code' : 'bold')

function pieceOf(run: Run, base: Style, zone: string, now: Instant): Piece {
  switch (run.kind) {
    case 'text':
      return { text: run.text.toWellFormed(), style: base }
    case 'strong':
      return { text: run.text.toWellFormed(), style: 'bold' }
    case 'name': {
      const clean = plain(run.text, NAME_MAX)
      return { text: clean, style: nameStyle(clean) }
    }
    case 'address':
      return { text: plain(run.text, ADDRESS_MAX), style: 'code' }
    case 'verbatim':
      return { text: plain(run.text, VERBATIM_MAX), style: 'code' }
    default:
      return { text: timeWords(run, zone, now), style: base }
  }
}

function piecesOf(runs: readonly Run[], base: Style, zone: string, now: Instant): Piece[] {
  const dated = new Set(
    runs.flatMap((run) => (run.kind === 'time' && run.style === 'date' ? run.at : [])),
  )
  return runs.map((run) => {
    // Beside its date a clock is as one of today.
    const hasDate = run.kind === 'time' && run.style === 'clock' && dated.has(run.at)
    return pieceOf(run, base, zone, hasDate ? run.at : now)
  })
}

/** A block is cut from its end; rows go before anything else does. */
interface Block {
  readonly rows: boolean
  readonly lines: Line[]
  left: number
}

function blockOf(node: Node, zone: string, now: Instant): Block {
  const line = (runs: readonly Run[], base: Style): Line =>
    cutLine(piecesOf(runs, base, zone, now), LINE_MAX)
  const lines = (): Line[] => {
    switch (node.kind) {
      case 'line':
        return [line(node.runs, 'plain')]
      case 'note':
        return [line(node.runs, 'italic')]
      case 'facts':
        return node.facts
          .filter(([, runs]) => runs.length > 0)
          .map(([label, runs]) => line([{ kind: 'text', text: `${label}: ` }, ...runs], 'plain'))
      default:
        return node.rows.map(({ state, name, tail }) => {
          const between: Run[] = tail.length === 0 ? [] : [{ kind: 'text', text: ' · ' }]
          const sign: Run = { kind: 'text', text: `${SIGNS[state]} ` }
          return line([sign, { kind: 'name', text: name }, ...between, ...tail], 'plain')
        })
    }
  }
  return { rows: node.kind === 'rows', lines: lines(), left: 0 }
}

const MORE_ROOM = 24

function fit(headline: Line, blocks: readonly Block[], max: number): Line[] {
  const all = blocks.flatMap(({ lines }) => lines)
  let length = lengthOf(headline) + all.reduce((sum, line) => sum + lengthOf(line) + 1, 0)
  let entities = [headline, ...all].reduce((sum, line) => sum + entitiesOf(line), 0)
  const room = max - MORE_ROOM * blocks.length
  const shorten = (among: readonly Block[]): void => {
    for (const block of among.toReversed())
      while (length > room || entities > ENTITIES_MAX) {
        const line = block.lines.pop()
        if (line === undefined) break
        length -= lengthOf(line) + 1
        entities -= entitiesOf(line)
        block.left += 1
      }
  }
  shorten(blocks.filter(({ rows }) => rows))
  shorten(blocks)
  return [
    headline,
    ...blocks.flatMap(({ lines, left }) =>
      left === 0
        ? lines
        : [...lines, [{ text: words(SAYS.moreLines, { count: left }), style: 'plain' as const }]],
    ),
  ]
}

function buttonOf({ label, press }: Action): InlineKeyboardButton {
  return { text: plain(label, LABEL_MAX), callback_data: press }
}

/** Telegram has no disabled buttons: they are left out. So is one it would refuse the message for. */
function keyboardOf(actions: readonly Action[]): InlineKeyboardMarkup | undefined {
  const usable = actions.filter(
    ({ disabled, press }) =>
      disabled !== true && press !== '' && Buffer.byteLength(press) <= PRESS_MAX_BYTES,
  )
  const rows: InlineKeyboardButton[][] = []
  let width = 0
  for (const button of usable.slice(0, BUTTONS_MAX).map(buttonOf)) {
    const row = rows.at(-1)
    const fits = row !== undefined && row.length < ROW_BUTTONS_MAX
    if (fits && width + button.text.length <= ROW_LABELS_MAX) {
      row.push(button)
      width += button.text.length
    } else {
      rows.push([button])
      width = button.text.length
    }
  }
  return rows.length === 0 ? undefined : { inline_keyboard: rows }
}

const HEADLINE_MAX = 600
const BLOCKS_MAX = 60

/**
 * A Reply as Telegram takes it: text with entities (no parse mode, so nothing can be parsed wrong),
 * within its limits. Clock times are shown in the reply's own zone (UTC when it names none), others from `now`.
 */
export function renderTelegram(reply: Reply, now: Instant): Screen {
  const zone = reply.zone ?? 'UTC'
  const sign: Piece[] =
    reply.sign === undefined ? [] : [{ text: `${SIGNS[reply.sign]} `, style: 'plain' }]
  const said = piecesOf(reply.headline, 'bold', zone, now)
  const headline = cutLine([...sign, ...said], HEADLINE_MAX)
  const blocks = reply.body.slice(0, BLOCKS_MAX).map((node) => blockOf(node, zone, now))
  const keyboard = keyboardOf(reply.actions)
  const max = reply.image === undefined ? TEXT_MAX : CAPTION_MAX
  const written = write(fit(headline, blocks, max))
  // Telegram refuses an empty message; a Reply without words is a bug that must not cost the answer.
  const safe = written.text.trim() === '' ? write([[{ text: '…', style: 'plain' }]]) : written
  return keyboard === undefined ? safe : { ...safe, reply_markup: keyboard }
}

const ANSWER_MAX = 200

const cutText = (text: string, max: number): string =>
  write([cutLine([{ text, style: 'plain' }], max)]).text

/** The Reply in the words of a callback answer: no markup there, nothing is clickable. */
export function answerText(reply: Reply, now: Instant): string {
  return cutText(renderTelegram({ ...reply, actions: [] }, now).text, ANSWER_MAX)
}

/** The same words for when Telegram refused the entities: no markup, nothing clickable. */
export function defused<Markup extends AnyMarkup>(screen: Screen<Markup>): Screen<Markup> {
  const text = screen.text.replaceAll(/[@/#$.]/g, '$&\u2060')
  return { ...screen, text: cutText(text, TEXT_MAX), entities: [] }
}
