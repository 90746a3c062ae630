import type { Method } from './schemas.ts'

/** What the platform does instead of answering well. */
export type Trouble =
  /** An answer of the Bot API: `{ ok: false, error_code, description, parameters }`. */
  | {
      readonly kind: 'refuse'
      readonly status: number
      readonly description: string
      readonly parameters?: Readonly<Record<string, number>>
    }
  /** A page of the proxy in front of it. */
  | { readonly kind: 'html'; readonly status: number }
  /** Nothing, until the client gives up. `processed`: though it did as asked. */
  | { readonly kind: 'hang'; readonly processed: boolean }
  /** The connection ends without an answer. `processed`: though it did as asked. */
  | { readonly kind: 'cut'; readonly processed: boolean }

export const tooMany = (seconds: number): Trouble => ({
  kind: 'refuse',
  status: 429,
  description: `Too Many Requests: retry after ${seconds}`,
  parameters: { retry_after: seconds },
})
export const refuse = (
  status: number,
  description: string,
  parameters?: Readonly<Record<string, number>>,
): Trouble => ({
  kind: 'refuse',
  status,
  description,
  ...(parameters === undefined ? {} : { parameters }),
})
export const broken = refuse(500, 'Internal Server Error')
export const badGateway: Trouble = { kind: 'html', status: 502 }
export const hang: Trouble = { kind: 'hang', processed: false }
export const hangAfter: Trouble = { kind: 'hang', processed: true }
export const cutBefore: Trouble = { kind: 'cut', processed: false }
export const cutAfter: Trouble = { kind: 'cut', processed: true }
export const conflict = refuse(
  409,
  'Conflict: terminated by other getUpdates request; make sure that only one bot instance is running',
)

/** Troubles to come, by method: single ones first, in order, then the lasting one. */
export class Troubles {
  readonly #next = new Map<Method, Trouble[]>()
  readonly #lasting = new Map<Method, Trouble>()

  next(method: Method, trouble: Trouble): void {
    this.#next.set(method, [...(this.#next.get(method) ?? []), trouble])
  }

  lasting(method: Method, trouble: Trouble): () => void {
    this.#lasting.set(method, trouble)
    return () => this.#lasting.delete(method)
  }

  take(method: Method): Trouble | undefined {
    return this.#next.get(method)?.shift() ?? this.#lasting.get(method)
  }
}
