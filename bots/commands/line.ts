import type { Option } from './desk.ts'

/** How an option takes words of a typed line. */
export interface LineOption extends Option {
  /** Takes only a word that looks like this; such a word ends the words of an option before. */
  readonly like?: RegExp
  /** Takes two words that look like this together: `tonight 22:00`. */
  readonly pair?: RegExp
  /** Takes the next word though it does not look like it, so that the mistake is said. */
  readonly insists?: boolean
  /** Takes one word and no more. */
  readonly single?: boolean
}

export interface Word {
  readonly text: string
  /** Of `key=value`. */
  readonly key: string | null
  /** A quoted word is taken as it is: never a key, never a duration. */
  readonly quoted: boolean
}

export type Read =
  | { readonly given: Readonly<Record<string, string>> }
  | { readonly unknownKey: string }
  | { readonly surplus: string }

const CLOSING: Readonly<Record<string, string>> = {
  '"': '"',
  "'": "'",
  '“': '”',
  '„': '“',
  '«': '»',
}
const KEY = /^([a-z]{2,20})=/i

/** Words of a line: blanks part them, quotes hold them together, `\` keeps a quote in a quote. */
export function wordsOf(line: string): Word[] {
  const words: Word[] = []
  let at = 0
  while (at < line.length) {
    if (/\s/u.test(line[at]!)) {
      at += 1
      continue
    }
    const key = KEY.exec(line.slice(at, at + 21))
    const start = at + (key?.[0].length ?? 0)
    const close = CLOSING[line[start] ?? '']
    const quoted = close === undefined ? undefined : readQuoted(line, start + 1, close)
    if (quoted === undefined) {
      const text = /^\S*/u.exec(line.slice(start))![0]
      words.push({ text, key: key?.[1]?.toLowerCase() ?? null, quoted: false })
      at = start + text.length
    } else {
      words.push({ text: quoted.text, key: key?.[1]?.toLowerCase() ?? null, quoted: true })
      at = quoted.end
    }
  }
  return words
}

/** Nothing when the quote is never closed: then it is a letter like others (`Ann's shop`). */
function readQuoted(
  line: string,
  from: number,
  close: string,
): { readonly text: string; readonly end: number } | undefined {
  let text = ''
  for (let at = from; at < line.length; at += 1) {
    const letter = line[at]!
    if (letter === '\\' && at + 1 < line.length && /["'\\”“»]/u.test(line[at + 1]!)) {
      at += 1
      text += line[at]!
    } else if (letter === close) return { text, end: at + 1 }
    else text += letter
  }
  return undefined
}

/** A word so that `wordsOf` reads it back as one. */
export const quoteWord = (word: string): string =>
  word !== '' && !/[\s"'“„«\\]/u.test(word) ? word : `"${word.replaceAll(/["\\]/g, '\\$&')}"`

/** A shell's argument as a word of a line: `name=Main shop` stays a key with one value. */
export function quoteArgument(argument: string): string {
  const key = KEY.exec(argument)?.[0] ?? ''
  return `${key}${quoteWord(argument.slice(key.length))}`
}

/** Gives words to options: keys first, then in order; the last ones take what is left. */
export function readOptions(options: readonly LineOption[], words: readonly Word[]): Read {
  const given: Record<string, string> = {}
  const loose: Word[] = []
  const byName = new Map(options.map((option) => [option.name, option]))
  for (const word of withPairs(options, words))
    if (word.key === null) loose.push(word)
    else if (byName.has(word.key)) given[word.key] = word.text
    else return { unknownKey: word.key }
  let rest = withoutNames(options, loose)
  for (;;) {
    const before = rest.length
    const free = options.filter(({ name }) => given[name] === undefined)
    for (const [at, option] of free.entries()) {
      if (rest.length === 0) break
      const count = howMany(option, free.slice(at + 1), rest)
      if (count === 0) continue
      given[option.name] = rest
        .slice(0, count)
        .map(({ text }) => text)
        .join(' ')
      rest = rest.slice(count)
    }
    // What was passed over for a word that came too early may still take the next one.
    if (rest.length === 0 || rest.length === before) break
  }
  return rest.length === 0 ? { given } : { surplus: rest.map(({ text }) => text).join(' ') }
}

/** `from=tonight 22:00`, and `from tonight 22:00`: what a key was given goes on in the next word. */
function withPairs(options: readonly LineOption[], words: readonly Word[]): readonly Word[] {
  const kept: Word[] = []
  for (const word of words) {
    const before = kept.at(-1)
    const named = options.find(({ name }) => name === before?.key)
    const meant = options.find(
      ({ name, pair }) =>
        pair !== undefined && before?.key === null && !before.quoted && name === before.text,
    )
    if (before !== undefined && named !== undefined && isPair(named, before, word))
      kept[kept.length - 1] = { ...before, text: `${before.text} ${word.text}` }
    else if (meant !== undefined && word.key === null && looksLike(meant, word))
      kept[kept.length - 1] = { ...word, key: meant.name }
    else kept.push(word)
  }
  return kept
}

const isPair = ({ pair }: LineOption, first: Word, second: Word | undefined): boolean =>
  pair !== undefined &&
  second !== undefined &&
  second.key === null &&
  !first.quoted &&
  !second.quoted &&
  pair.test(`${first.text} ${second.text}`)

const looksLike = (
  { like }: { readonly like?: RegExp | undefined },
  word: Word | undefined,
): boolean => like !== undefined && word !== undefined && !word.quoted && like.test(word.text)

/** `for 2h`, `page 3`: an option's name before a word that looks like its value says nothing new. */
const withoutNames = (options: readonly LineOption[], words: readonly Word[]): readonly Word[] =>
  words.filter(
    (word, at) =>
      word.quoted ||
      !options.some(({ name, like }) => name === word.text && looksLike({ like }, words[at + 1])),
  )

function howMany(option: LineOption, later: readonly LineOption[], words: readonly Word[]): number {
  if (isPair(option, words[0]!, words[1])) return 2
  if (option.like !== undefined)
    return looksLike(option, words[0]) || option.insists === true ? 1 : 0
  if (option.greedy === true) return words.length
  const taken = later.some((other) => looksLike(other, words[0]))
  if (taken && !option.required) return 0
  if (option.single === true || words[0]!.quoted) return 1
  const end = words.findIndex(
    (word, at) => at > 0 && (word.quoted || later.some((other) => looksLike(other, word))),
  )
  if (end !== -1) return end
  return later.some(({ insists }) => insists === true) ? 1 : words.length
}
