import type { Instant } from '../../src/kernel/index.ts'
import type { Chart } from '../charts/index.ts'

/** A stretch of a line. A stranger's words exist only as `name`, `address` and `verbatim`. */
export type Run =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'strong'; readonly text: string }
  | { readonly kind: 'name'; readonly text: string }
  | { readonly kind: 'address'; readonly text: string }
  | { readonly kind: 'verbatim'; readonly text: string }
  | {
      readonly kind: 'time'
      readonly at: Instant
      /** `standing`: relative where the platform keeps that current, else as a clock's. */
      readonly style: 'relative' | 'clock' | 'date' | 'standing'
    }

export type StateSign = 'up' | 'degraded' | 'down' | 'paused' | 'maintenance' | 'pending'

export type Node =
  | { readonly kind: 'line'; readonly runs: readonly Run[] }
  | {
      readonly kind: 'facts'
      readonly facts: readonly (readonly [label: string, runs: readonly Run[]])[]
    }
  | {
      readonly kind: 'rows'
      readonly rows: readonly {
        readonly state: StateSign
        readonly name: string
        readonly tail: readonly Run[]
      }[]
    }
  | { readonly kind: 'note'; readonly runs: readonly Run[] }

/** A button. `press` is the wire form `v1:action:id[:extra]`, ASCII, at most 64 bytes. */
export interface Action {
  readonly label: string
  readonly press: string
  /** The press that confirms what cannot be undone. */
  readonly danger?: boolean
  readonly disabled?: boolean
  /** The same as a typed line, for places without buttons. */
  readonly line?: string
}

/** Figures as a picture: drawn where pictures can be shown, written as signs elsewhere. */
export interface Image {
  readonly chart: Chart
  /** The same in words, for who cannot see it. */
  readonly alt: readonly Run[]
}

/** One thing that is asked for; it is given to the option of that name. */
export interface Field {
  readonly name: string
  /** At most 45 characters, Discord's limit. */
  readonly label: string
  /** At most 64 characters, Telegram's limit. */
  readonly example: string
  readonly longest: number
  readonly required: boolean
}

/** What is asked for before anything is done: a modal on Discord, a reply on Telegram. */
export interface Form {
  /** At most 45 characters. */
  readonly title: string
  /** The command so far, as typed; what is filled in is given beside it. At most 90 characters. */
  readonly line: string
  /** A whole line that does the same, as it is typed in this place. */
  readonly typed: string
  /** Where only one thing can be asked for, it is the first. */
  readonly fields: readonly [Field, ...Field[]]
}

/** What a command says, without any platform's markup; the renderers know theirs and its limits. */
export interface Reply {
  readonly tone: 'ok' | 'bad' | 'warn' | 'quiet'
  /** Shown with the headline; none where the answer is not about a state. */
  readonly sign?: StateSign
  readonly headline: readonly Run[]
  readonly body: readonly Node[]
  readonly actions: readonly Action[]
  readonly image?: Image
  /** Asks for more where the platform can; elsewhere the words say what to type. */
  readonly form?: Form
  /** `asker`: refusals, errors, help; ephemeral where the platform can. */
  readonly audience: 'all' | 'asker'
  /** Time zone of the account, where it is known; platforms without their own local time use it. */
  readonly zone?: string
  /** The service's value, for `--json`. */
  readonly value?: unknown
  /** Exit code of the terminal: 0 unless the answer is no. */
  readonly exitCode?: number
}

export const text = (words: string): Run => ({ kind: 'text', text: words })
export const strong = (words: string): Run => ({ kind: 'strong', text: words })
export const name = (words: string): Run => ({ kind: 'name', text: words })
export const address = (words: string): Run => ({ kind: 'address', text: words })
export const verbatim = (words: string): Run => ({ kind: 'verbatim', text: words })
export const time = (at: Instant, style: Extract<Run, { kind: 'time' }>['style']): Run => ({
  kind: 'time',
  at,
  style,
})
export const line = (...runs: Run[]): Node => ({ kind: 'line', runs })
export const note = (...runs: Run[]): Node => ({ kind: 'note', runs })
export const facts = (...pairs: (readonly [string, readonly Run[]])[]): Node => ({
  kind: 'facts',
  facts: pairs,
})

/** State signs, always beside the word: colour is never the only signal. */
export const SIGNS: Readonly<Record<StateSign, string>> = {
  up: '🟢',
  degraded: '🟡',
  down: '🔴',
  paused: '⏸',
  maintenance: '🔧',
  pending: '⚪',
}
