// C0, C1, bidi controls, zero-width (ZWJ is judged below), tags, and what breaks lines.
const BIDI = '\\u061C\\u200E\\u200F\\u202A-\\u202E\\u2066-\\u2069'
const BREAKS = /[\r\n\t\u2028\u2029\u0085]+/gu
const DROPPED = new RegExp(
  `[\\u0000-\\u001F\\u007F-\\u009F${BIDI}\\u200B\\u2060\\uFEFF\\u{E0000}-\\u{E007F}]`,
  'gu',
)
// A joiner belongs between two pictographs (skin tones and variation selectors between); elsewhere it hides text.
const STRAY_JOINER =
  /(?<!\p{Extended_Pictographic}[\p{Emoji_Modifier}\uFE0F]*)\u200D|\u200D(?!\p{Extended_Pictographic})|\u200C/gu
const ZALGO = /(\p{M}{3})\p{M}+/gu
const RIGHT_TO_LEFT =
  /[\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}]/u

/** What most texts are: nothing in them can do harm. */
const HARMLESS = /^[!-~]+(?: [!-~]+)*$/

const graphemes = new Intl.Segmenter('und', { granularity: 'grapheme' })

/** Cut to `max` UTF-16 units at a grapheme, with `…` where something fell away. */
export function cut(text: string, max: number): string {
  if (text.length <= max) return text
  let kept = ''
  for (const { segment } of graphemes.segment(text.slice(0, max * 2))) {
    if (kept.length + segment.length > max - 1) break
    kept += segment
  }
  return `${kept}…`
}

/**
 * A stranger's words made harmless as plain text: no control, bidi or invisible characters, one line,
 * at most `max` UTF-16 units, right-to-left text isolated. Markup is each renderer's own care.
 * `(no name)` stands for what is empty afterwards.
 */
export function plain(text: string, max: number): string {
  if (text.length <= max && HARMLESS.test(text)) return text
  // The slice bounds the work a hostile length can cause; nothing shown is longer than `max`.
  const clean = text
    .slice(0, max * 8 + 64)
    .normalize('NFC')
    .replace(BREAKS, ' ')
    .replace(DROPPED, '')
    .replace(STRAY_JOINER, '')
    .replace(ZALGO, '$1')
    .replace(/ {2,}/g, ' ')
    .trim()
    .toWellFormed()
  if (clean === '') return '(no name)'
  return RIGHT_TO_LEFT.test(clean) ? `\u2068${cut(clean, max - 2)}\u2069` : cut(clean, max)
}

const LONGEST_NAME = 50
const NAME = /^[^\p{Cc}\u2028\u2029]+$/u

/** A name as it is kept: NFC, trimmed, 1 to `max` code points; undefined for what cannot be one. */
export function cleanName(text: string, max = LONGEST_NAME): string | undefined {
  const name = text.normalize('NFC').trim()
  const isShort = Array.from(name).length <= max
  return isShort && NAME.test(name) && name.isWellFormed() ? name : undefined
}
