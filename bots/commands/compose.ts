import type { StateSign } from './reply.ts'
import { type Action, type Reply, type Run, text } from './reply.ts'

/** A Reply from what is special about it. */
export function say(headline: readonly Run[], more: Partial<Omit<Reply, 'headline'>> = {}): Reply {
  return { tone: 'quiet', body: [], actions: [], audience: 'all', ...more, headline }
}

/** An answer that is no: seen by the asker alone, exit code 1. */
export const no = (headline: readonly Run[], more: Partial<Omit<Reply, 'headline'>> = {}): Reply =>
  say(headline, { tone: 'bad', audience: 'asker', exitCode: 1, ...more })

const TONES: Readonly<Record<StateSign, Reply['tone']>> = {
  up: 'ok',
  degraded: 'warn',
  down: 'bad',
  paused: 'quiet',
  maintenance: 'quiet',
  pending: 'quiet',
}

/** Sign and tone of a state. */
export const signed = (sign: StateSign) => ({ sign, tone: TONES[sign] }) as const

/** The wire form of a button: `v1:action:id[:extra]`, the id in base 36. */
export function press(action: string, id: number, extra?: string): string {
  return `v1:${action}:${id.toString(36)}${extra === undefined ? '' : `:${extra}`}`
}

export interface ReadPress {
  readonly action: string
  readonly id: number
  readonly extra: string
}

/** In place of `extra`: answered beside the message, which stays as it is. */
export const BESIDE = '.'

const PRESS = /^v1:([a-z]{1,12}):([0-9a-z]{1,10})(?::([0-9a-z.-]{1,40}))?$/

/** Nothing for what this version never wrote. */
export function readPress(pressed: string): ReadPress | undefined {
  const [, action, id, extra = ''] = PRESS.exec(pressed) ?? []
  return action === undefined || id === undefined
    ? undefined
    : { action, id: Number.parseInt(id, 36), extra }
}

/** Stretches with ` · ` between them; nothing stays nothing. */
export function dotted(...parts: readonly (readonly Run[] | string | null)[]): Run[] {
  const runs: Run[] = []
  for (const part of parts) {
    if (part === null || part.length === 0) continue
    if (runs.length > 0) runs.push(text(' · '))
    if (typeof part === 'string') runs.push(text(part))
    else runs.push(...part)
  }
  return runs
}

/** ◀ ▶ where there is more than one page, disabled at the ends. */
export function pageActions(
  page: number,
  pages: number,
  pressOf: (page: number) => string,
  lineOf: (page: number) => string,
): Action[] {
  if (pages <= 1) return []
  const turn = (label: string, to: number, off: boolean): Action => ({
    label,
    // Two buttons of one message never say the same.
    press: pressOf(to),
    ...(off ? { disabled: true } : { line: lineOf(to) }),
  })
  return [turn('◀', page - 1, page <= 1), turn('▶', page + 1, page >= pages)]
}

/** What an answer is made of, for `--json`, when it is no. */
export const refusal = (code: string, message: string) => ({ error: { code, message } })
