/** A stretch of a line with how it looks where colour is there. */
export interface Segment {
  readonly text: string
  readonly style?: Style
}

export type Style = 'bold' | 'dim' | 'red' | 'green' | 'yellow'

const CODES: Readonly<Record<Style, string>> = {
  bold: '1',
  dim: '2',
  red: '1;31',
  green: '1;32',
  yellow: '1;33',
}

const graphemes = new Intl.Segmenter('und', { granularity: 'grapheme' })
const WIDE =
  /\p{Emoji_Presentation}|\uFE0F|[\u1100-\u115F\u2E80-\uA4CF\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF00-\uFF60]/u
const INVISIBLE = /^[\u2066-\u2069\u200B-\u200F\p{M}]+$/u

/** Columns a text takes in a terminal. */
export function widthOf(text: string): number {
  let width = 0
  for (const { segment } of graphemes.segment(text))
    width += INVISIBLE.test(segment) ? 0 : WIDE.test(segment) ? 2 : 1
  return width
}

export const padTo = (text: string, width: number): string =>
  text + ' '.repeat(Math.max(0, width - widthOf(text)))

const painted = ({ text, style }: Segment, color: boolean): string =>
  !color || style === undefined || text === '' ? text : `\u001B[${CODES[style]}m${text}\u001B[0m`

/** One line, broken at blanks to fit `columns`; what follows the first is indented by `hang`. */
export function layOut(
  segments: readonly Segment[],
  hang: number,
  { color, columns }: { readonly color: boolean; readonly columns: number },
): string[] {
  const room = Math.max(columns, hang + 20)
  const lines: string[] = []
  let [line, width] = ['', 0]
  for (const { text, ...look } of segments) {
    // What of this segment stands on the line; painted as one.
    let stretch = ''
    for (const word of text.split(/(?<= )/)) {
      const wide = widthOf(word.trimEnd())
      if (width > hang && width + wide > room) {
        lines.push((line + painted({ ...look, text: stretch.trimEnd() }, color)).trimEnd())
        ;[line, stretch, width] = [' '.repeat(hang), '', hang]
      }
      stretch += word
      width += widthOf(word)
    }
    line += painted({ ...look, text: stretch }, color)
  }
  return [...lines, line.trimEnd()]
}
