export const ENCODINGS = ['text', 'hex'] as const
export type Encoding = (typeof ENCODINGS)[number]

const ESCAPES: Readonly<Record<string, string>> = { r: '\r', n: '\n', t: '\t', '\\': '\\' }
const PIECES = /\\x([\da-f]{2})|\\([rnt\\])|([^\\]+)/giy

function bytesOfText(text: string): Buffer | undefined {
  const pieces = [...text.matchAll(PIECES)]
  const taken = pieces.reduce((length, [piece]) => length + piece.length, 0)
  if (taken !== text.length || !text.isWellFormed()) return undefined
  return Buffer.concat(
    pieces.map(([, hex, letter, plainly]) =>
      hex === undefined
        ? Buffer.from(plainly ?? ESCAPES[letter!.toLowerCase()]!)
        : Buffer.from(hex, 'hex'),
    ),
  )
}

/** The bytes a person wrote down; nothing where they broke the rules of `encoding`. */
export function bytesOf(text: string, encoding: Encoding): Buffer | undefined {
  if (encoding === 'text') return bytesOfText(text)
  const digits = text.replaceAll(/\s/g, '')
  return /^(?:[\da-f]{2})*$/i.test(digits) ? Buffer.from(digits, 'hex') : undefined
}

const escaped = (letter: string): string => {
  const known = Object.entries(ESCAPES).find(([, meant]) => meant === letter)
  return known === undefined
    ? Buffer.from(letter, letter > '\u00FF' ? 'utf8' : 'latin1')
        .toString('hex')
        .replaceAll(/../g, String.raw`\x$&`)
    : `\\${known[0]}`
}

function textOf(bytes: Uint8Array): string {
  try {
    // As a stream, a letter cut at the end is left out.
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: true })
  } catch {
    return Buffer.from(bytes).toString('latin1')
  }
}

/** The first `most` characters (or bytes) of what came, as a person would write them down. */
export function showBytes(bytes: Uint8Array, encoding: Encoding, most: number): string {
  if (encoding === 'hex') {
    const shown = Buffer.from(bytes.subarray(0, most)).toString('hex')
    return shown.replaceAll(/..(?=.)/g, '$& ')
  }
  const text = textOf(bytes).trimEnd()
  const letters = Array.from(text).slice(0, most).join('')
  return letters.replaceAll(/[\p{Cc}\\]/gu, escaped)
}
