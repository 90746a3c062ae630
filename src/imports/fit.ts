import { plain } from '../kernel/index.ts'

/** What is changed so that it fits here, a sentence each. */
export class Fitting {
  readonly notes: string[] = []

  note(sentence: string): void {
    this.notes.push(sentence)
  }

  /** `value` as a whole number within bounds; said where it was none. */
  within(what: string, value: number, min: number, max: number, unit = ''): number {
    const fit = Math.min(max, Math.max(min, Math.round(value)))
    if (fit !== value) this.note(`${what} ${value}${unit} became ${fit}${unit}.`)
    return fit
  }

  name(given: string): string {
    const fit = plain(given, LONGEST_NAME)
    if (fit !== given.trim().normalize('NFC')) this.note(`The name became ${JSON.stringify(fit)}.`)
    return fit
  }

  tags(given: readonly string[]): string[] {
    const fit = [...new Set(given.map(toTag).filter((tag) => tag !== ''))]
    const lost =
      given.filter((tag) => toTag(tag) === '').length + Math.max(0, fit.length - MOST_TAGS)
    if (lost > 0) this.note(`${lost} of its tags cannot be a tag here.`)
    return fit.slice(0, MOST_TAGS)
  }
}

const LONGEST_NAME = 50
const LONGEST_TAG = 40
const MOST_TAGS = 20

const toTag = (text: string): string =>
  text
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/\p{M}/gu, '')
    .replaceAll(/[^a-z0-9_.:-]+/g, '-')
    .replaceAll(/^[^a-z0-9]+|-+$/g, '')
    .slice(0, LONGEST_TAG)
