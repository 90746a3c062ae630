import { type Clock, MINUTE, SECOND } from '../kernel/index.ts'
import { SourceTrouble } from './source.ts'

export type Json = Readonly<Record<string, unknown>>

interface Reach {
  /** `https://uptybots.com` */
  readonly url: string
  readonly key: string
  readonly clock: Clock
}

const TIMEOUT_MS = 30 * SECOND
const PAGE = 100
/** So many times in a row one request is put off, or breaks. */
const MOST_TRIES = 6
const LONGEST_WAIT_MS = 5 * MINUTE
const MOST_PAGES = 10_000

export const isJson = (it: unknown): it is Json =>
  typeof it === 'object' && it !== null && !Array.isArray(it)

/** Prefixed or not: API Platform did either. */
const hydra = (json: Json, name: string): unknown => json[name] ?? json[`hydra:${name}`]

function waitOf(answer: Response, tries: number, now: number): number {
  const said = answer.headers.get('retry-after') ?? ''
  const ms = /^\d+$/.test(said) ? Number(said) * SECOND : Date.parse(said) - now
  return Math.min(LONGEST_WAIT_MS, Number.isNaN(ms) ? 2 ** tries * SECOND : Math.max(0, ms))
}

/** Reads UptyBots' API, and any that speaks as it does; never asks faster than it is let. */
export class UptyBotsClient {
  readonly #reach: Reach

  constructor(reach: Reach) {
    this.#reach = reach
  }

  /** One thing by its path. @throws SourceTrouble */
  async get(path: string): Promise<Json> {
    const { url, clock } = this.#reach
    for (let tries = 1; ; tries += 1) {
      const answer = await this.#ask(`${url}${path}`)
      if (answer.ok) return this.#read(answer)
      await answer.body?.cancel()
      const { status } = answer
      if (status === 401 || status === 403)
        throw new SourceTrouble(
          `${url} refuses the key (${status}); make one there that may read, and give that.`,
          1,
        )
      const isPassing = status === 429 || status >= 500
      if (!isPassing || tries === MOST_TRIES)
        throw new SourceTrouble(`${url} answered ${status} to GET ${path.split('?')[0]}.`, 3)
      await clock.sleep(waitOf(answer, tries, clock.now()))
    }
  }

  /** All members of a collection, each once. @throws SourceTrouble */
  async *list(path: string, filter: Readonly<Record<string, string>> = {}): AsyncGenerator<Json> {
    const seen = new Set<unknown>()
    for (let page = 1; page <= MOST_PAGES; page += 1) {
      const query = new URLSearchParams({
        ...filter,
        page: String(page),
        itemsPerPage: String(PAGE),
      })
      const json = await this.get(`${path}?${query.toString()}`)
      const members = hydra(json, 'member')
      if (!Array.isArray(members)) throw this.#strange()
      const fresh = members.filter(isJson).filter((it) => !seen.has(it['@id'] ?? it['id']))
      for (const it of fresh) {
        seen.add(it['@id'] ?? it['id'])
        yield it
      }
      const view = hydra(json, 'view')
      const isLast = !(isJson(view) && typeof hydra(view, 'next') === 'string')
      const total = hydra(json, 'totalItems')
      const isAll = typeof total === 'number' ? seen.size >= total : isLast
      if (isAll || fresh.length === 0) return
    }
  }

  async #ask(url: string): Promise<Response> {
    try {
      return await fetch(url, {
        headers: { 'X-API-Key': this.#reach.key, Accept: 'application/ld+json' },
        // The key is for nobody else.
        redirect: 'error',
        signal: AbortSignal.timeout(TIMEOUT_MS),
      })
    } catch (error) {
      throw this.#away(error)
    }
  }

  async #read(answer: Response): Promise<Json> {
    try {
      const json: unknown = JSON.parse(await answer.text())
      if (isJson(json)) return json
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw this.#away(error)
    }
    throw this.#strange()
  }

  #away(error: unknown): SourceTrouble {
    const { cause, name } = error as { cause?: { code?: string }; name: string }
    const why = name === 'TimeoutError' ? 'no answer in 30 s' : (cause?.code ?? 'no answer')
    return new SourceTrouble(`${this.#reach.url} is out of reach (${why}).`, 3, { cause: error })
  }

  #strange(): SourceTrouble {
    return new SourceTrouble(`${this.#reach.url} does not speak as UptyBots' API does.`, 1)
  }
}
