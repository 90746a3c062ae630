import type { Slots } from '../../src/kernel/index.ts'
import { type Run, text } from './reply.ts'

// What a command says stands in one table, `SAYS`, at the head of its file, as whole sentences with
// slots: a translator sees each whole, and may move the slots. Nothing else is shown as words but
// what a command is described by (summary, example), which its definition holds.

type Filling = Run | readonly Run[] | string | number
type Fillings<Sentence extends string, Value> =
  Slots<Sentence> extends never ? [] : [Readonly<Record<Slots<Sentence>, Value>>]

const SLOT = /\{(\w+)\}/

const runsOf = (filling: Filling): readonly Run[] =>
  typeof filling === 'object'
    ? 'kind' in filling
      ? [filling]
      : filling
    : filling === ''
      ? []
      : [text(String(filling))]

/** `{monitor} is paused {until}`, its slots filled: a stranger's words go in as `name` or `verbatim`. */
export function fill<const Sentence extends string>(
  sentence: Sentence,
  ...[fillings]: Fillings<Sentence, Filling>
): Run[] {
  const given: Readonly<Record<string, Filling>> = fillings ?? {}
  return joined(
    sentence
      .split(SLOT)
      .flatMap((part, index) => runsOf(index % 2 === 0 ? part : (given[part] ?? ''))),
  )
}

/** Our own words side by side as one stretch: renderers style and escape each for itself. */
function joined(runs: readonly Run[]): Run[] {
  const kept: Run[] = []
  for (const run of runs) {
    const last = kept.at(-1)
    if (run.kind === 'text' && last?.kind === 'text')
      kept[kept.length - 1] = text(`${last.text}${run.text}`)
    else kept.push(run)
  }
  return kept
}

/** The same where only plain words fit: labels, choices, values. Never for a stranger's words. */
export function words<const Sentence extends string>(
  sentence: Sentence,
  ...[fillings]: Fillings<Sentence, string | number>
): string {
  const given: Readonly<Record<string, string | number>> = fillings ?? {}
  return sentence
    .split(SLOT)
    .map((part, index) => (index % 2 === 0 ? part : String(given[part] ?? '')))
    .join('')
}

/** The form of a sentence that goes with this number. */
export const counted = <const One extends string, const Other extends string>(
  forms: { readonly one: One; readonly other: Other },
  count: number,
): One | Other => (count === 1 ? forms.one : forms.other)
