import type { MessageEntity } from 'grammy/types'

export type Style = 'plain' | 'bold' | 'italic' | 'code'

/** A stretch of text in one style. Styles never nest, so entities never overlap. */
export interface Piece {
  readonly text: string
  readonly style: Style
}

export type Line = readonly Piece[]

export interface Written {
  readonly text: string
  readonly entities: MessageEntity[]
}

const graphemes = new Intl.Segmenter('und', { granularity: 'grapheme' })

export const lengthOf = (line: Line): number => line.reduce((sum, { text }) => sum + text.length, 0)

export const entitiesOf = (line: Line): number =>
  line.filter(({ text, style }) => style !== 'plain' && text !== '').length

/** The line cut to `max` UTF-16 units at a grapheme, `…` where something fell away. */
export function cutLine(line: Line, max: number): Line {
  if (lengthOf(line) <= max) return line
  const kept: Piece[] = []
  let room = max - 1
  for (const { text, style } of line) {
    if (text.length <= room) {
      kept.push({ text, style })
      room -= text.length
      continue
    }
    let part = ''
    for (const { segment } of graphemes.segment(text.slice(0, room + 64))) {
      if (part.length + segment.length > room) break
      part += segment
    }
    kept.push({ text: part, style }, { text: '…', style: 'plain' })
    break
  }
  return kept
}

/** Lines as Telegram takes them: one text, and entities that point into it. */
export function write(lines: readonly Line[]): Written {
  let text = ''
  const entities: MessageEntity[] = []
  for (const [at, line] of lines.entries()) {
    if (at > 0) text += '\n'
    for (const piece of line) {
      if (piece.text === '') continue
      if (piece.style !== 'plain')
        entities.push({ type: piece.style, offset: text.length, length: piece.text.length })
      text += piece.text
    }
  }
  return { text, entities }
}
