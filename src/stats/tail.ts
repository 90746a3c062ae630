import type { Instant, MonitorId } from '../kernel/index.ts'
import { Chunk, CHUNK, NUMBERS } from './chunk.ts'
import {
  type LookKind,
  type Parts,
  readLooks,
  type Timings,
  lookKindOf,
  toTimings,
} from './journal-format.ts'
import type { Look } from './tally.ts'

/** A row of the journal, without its account. */
export interface JournalRow {
  readonly id: number
  readonly looks: Uint8Array | string
  readonly outcomes: string | null
  /** Of the rows up to this one, the looks of monitors before `monitor` are moved away … */
  readonly through: number | null
  /** … and its own made before `at`. Null: those of all. */
  readonly monitor: MonitorId | null
  readonly at: Instant | null
}

/** A run that moves looks away, and how far it has come. */
export interface Run {
  readonly through: number
  readonly monitor: MonitorId
  readonly at: Instant
}

/** A look of which nothing else is known. */
export interface TailLook extends Look {
  readonly code: string
}

/** The newest look of a monitor, and the last outcome that was written out. */
export interface Latest extends Pick<TailLook, 'at' | 'status' | 'code' | 'ms'> {
  readonly timings: Timings | undefined
  readonly goodAt: Instant | null
  readonly goodMs: number | null
  /** JSON; those after it differ in what it took alone. */
  readonly outcome: string | null
  readonly outcomeAt: Instant
}

/** Where a monitor's chain begins, and its newest look; changed in place, for there are many. */
class Head {
  /** Of the look of the newest row. */
  number = 0
  at = -Infinity
  kind = 0
  ms = 0
  parts: Parts = []
  goodAt: Instant | null = null
  goodMs: number | null = null
  outcome: string | null = null
  outcomeAt = -Infinity

  copy(): Head {
    return Object.assign(new Head(), this, { parts: [...this.parts] })
  }
}

const NO_RUN = { through: 0, end: 0, monitor: 0 as MonitorId, at: 0 }

/**
 * What one account's journal holds, in memory: each monitor's looks as a chain from the newest row
 * back. It takes in rows in their order, those that say what was moved away among them.
 */
export class Tail {
  readonly #chunks = new Map<number, Chunk>()
  readonly #heads = new Map<MonitorId, Head>()
  readonly #kinds: LookKind[] = []
  readonly #kindOf = new Map<string, number>()
  /** Where each row's looks end. */
  readonly #rows: { readonly id: number; readonly end: number }[] = []
  #at = { lastRow: 0, lastChunk: -1, run: NO_RUN, from: 0 }
  #released = 0

  get lastRow(): number {
    return this.#at.lastRow
  }

  /** The run that has begun and not ended. */
  get run(): Run | undefined {
    return this.#at.run === NO_RUN ? undefined : this.#at.run
  }

  /** When the first look was made, or before. */
  get earliest(): Instant {
    return [...this.#chunks.values()].reduce((least, it) => Math.min(least, it.earliest), Infinity)
  }

  get monitors(): readonly MonitorId[] {
    return [...this.#heads.keys()]
  }

  /** So many looks were in it that numbers are running out. */
  get isWorn(): boolean {
    return this.#at.lastChunk * CHUNK > NUMBERS / 2
  }

  /** Rows newer than the last; older ones are known already. Answers how to forget a trial again. */
  append(rows: readonly JournalRow[], isTrial: boolean): () => void {
    const before = this.#at
    const [known, chunk] = [this.#rows.length, this.#chunks.get(before.lastChunk)]
    const count = chunk?.count ?? 0
    const heads = new Map<MonitorId, Head | undefined>()
    for (const row of rows) {
      if (row.id <= this.#at.lastRow) continue
      if (row.through !== null) this.#move(row.through, row)
      const outcomes = new Map(
        row.outcomes === null ? [] : (JSON.parse(row.outcomes) as [MonitorId, string][]),
      )
      const numberOf = (kind: string) => this.#numberOf(kind)
      readLooks(row.looks, numberOf, (id, at, kind, ms, observedMs, parts) => {
        let head = this.#heads.get(id)
        if (isTrial && !heads.has(id)) heads.set(id, head?.copy())
        if (head === undefined) this.#heads.set(id, (head = new Head()))
        head.number = this.#add(at, kind, ms, observedMs, head.number)
        if (at < head.at) return
        head.at = at
        head.kind = kind
        head.ms = ms
        for (let part = 0; part < parts.length; part += 1) head.parts[part] = parts[part]!
        if (this.#kinds[kind]!.isGood) [head.goodAt, head.goodMs] = [at, ms]
        const outcome = outcomes.get(id)
        if (outcome !== undefined) [head.outcome, head.outcomeAt] = [outcome, at]
      })
      this.#at = { ...this.#at, lastRow: row.id }
      this.#rows.push({ id: row.id, end: this.#end })
    }
    return () => {
      for (const [id, head] of heads)
        if (head === undefined) this.#heads.delete(id)
        else this.#heads.set(id, head)
      for (let more = before.lastChunk + 1; more <= this.#at.lastChunk; more += 1)
        this.#chunks.delete(more)
      if (chunk !== undefined) chunk.count = count
      this.#rows.length = known
      this.#at = before
    }
  }

  #move(through: number, { monitor, at }: Pick<JournalRow, 'monitor' | 'at'>): void {
    const end = this.#endOf(through)
    this.#at =
      monitor === null
        ? { ...this.#at, run: NO_RUN, from: end }
        : { ...this.#at, run: { through, end, monitor, at: at ?? 0 } }
  }

  get #end(): number {
    const { lastChunk } = this.#at
    return lastChunk < 0 ? 0 : lastChunk * CHUNK + this.#chunks.get(lastChunk)!.count
  }

  #endOf(row: number): number {
    return this.#rows.findLast(({ id }) => id <= row)?.end ?? 0
  }

  /** Answers its number. */
  #add(at: Instant, kind: number, ms: number, observedMs: number, before: number): number {
    let chunk = this.#chunks.get(this.#at.lastChunk)
    if (chunk?.hasRoomFor(at) !== true) {
      chunk = new Chunk(at)
      this.#at = { ...this.#at, lastChunk: this.#at.lastChunk + 1 }
      this.#chunks.set(this.#at.lastChunk, chunk)
    }
    chunk.add(at, kind, ms, observedMs, before)
    return this.#at.lastChunk * CHUNK + chunk.count
  }

  #numberOf(kind: string): number {
    const known = this.#kindOf.get(kind)
    if (known !== undefined) return known
    this.#kindOf.set(kind, this.#kinds.length)
    return this.#kinds.push(lookKindOf(kind)) - 1
  }

  /** Gives back the room of what was moved away by runs that have ended. */
  release(): void {
    const { from } = this.#at
    if (this.#released === from) return
    this.#released = from
    for (const [id, { number }] of this.#heads) if (number <= from) this.#heads.delete(id)
    // The one that looks are added to stays.
    for (const number of this.#chunks.keys())
      if (number < Math.min(Math.floor(from / CHUNK), this.#at.lastChunk))
        this.#chunks.delete(number)
    this.#rows.splice(
      0,
      this.#rows.findLastIndex(({ end }) => end <= from),
    )
  }

  /**
   * A monitor's looks that are not moved away, as they came, the newest row first, until `visit`
   * answers false.
   */
  #walk(id: MonitorId, visit: (chunk: Chunk, place: number, number: number) => unknown): void {
    const { end, monitor, at } = this.#at.run
    const from = id < monitor ? end : this.#at.from
    for (let number = this.#heads.get(id)?.number ?? 0; number > from;) {
      const chunk = this.#chunks.get(Math.floor((number - 1) / CHUNK))!
      const place = (number - 1) % CHUNK
      const isMoved = number <= end && id === monitor && chunk.at(place) < at
      if (!isMoved && visit(chunk, place, number) === false) return
      number = chunk.before[place]!
    }
  }

  latest(id: MonitorId): Latest | undefined {
    const head = this.#heads.get(id)
    if (head === undefined) return undefined
    const { at, kind, ms, parts, goodAt, goodMs, outcome, outcomeAt } = head
    const { status, code } = this.#kinds[kind]!
    const timings = toTimings(parts)
    return { at, status, code, ms, timings, goodAt, goodMs, outcome, outcomeAt }
  }

  /** When the newest look of those that `reaches` was made; -Infinity where there is none. */
  newestAt(reaches: (id: MonitorId) => boolean): Instant {
    let newest = -Infinity
    for (const [id, { at }] of this.#heads) if (at > newest && reaches(id)) newest = at
    return newest
  }

  /** Whether a monitor has a look made before `at`. */
  hasBefore(id: MonitorId, at: Instant): boolean {
    let isFound = false
    this.#walk(id, (chunk, place) => {
      isFound = chunk.at(place) < at
      return !isFound
    })
    return isFound
  }

  /** Each of a monitor's looks that is not moved away, in no order. */
  each(id: MonitorId, visit: (at: Instant, status: string) => void): void {
    this.#walk(id, (chunk, place) => {
      visit(chunk.at(place), this.#kinds[chunk.kind[place]!]!.status)
    })
  }

  /** In order of time, those at or after `from` that came in rows up to `through`. */
  looks(id: MonitorId, from: Instant, through = Infinity): TailLook[] {
    const end = through === Infinity ? Infinity : this.#endOf(through)
    const looks: TailLook[] = []
    let isInOrder = true
    this.#walk(id, (chunk, place, number) => {
      const at = chunk.at(place)
      if (at < from || number > end) return
      isInOrder &&= at <= (looks.at(-1)?.at ?? Infinity)
      const { status, code } = this.#kinds[chunk.kind[place]!]!
      looks.push({
        at,
        status,
        code,
        ms: chunk.ms[place]!,
        observedMs: chunk.observedMs[place]!,
      })
    })
    looks.reverse()
    return isInOrder ? looks : looks.toSorted((a, b) => a.at - b.at)
  }
}
