import { describe, expect, test } from 'vitest'
import { DAY, HOUR, toIso } from '../../src/kernel/index.ts'
import { type DrawnHistory, openHistory, type Plain } from './drawn-history.ts'
import type { Answered } from './house.ts'

const LONG = { timeout: 30_000 }

type Pick = (rows: readonly Plain[]) => readonly Plain[]
/** A query, and what it should find of the whole list, a page of it, or why not. */
type Case = readonly [
  query: string,
  finds: Pick | 400,
  page?: readonly [size: number, number: number],
]

const all: Pick = (rows) => rows
const none: Pick = () => []
const when =
  (holds: (row: Plain) => boolean): Pick =>
  (rows) =>
    rows.filter(holds)

const pages: readonly Case[] = [
  ['', all],
  ['page=2', all, [30, 2]],
  ['itemsPerPage=7&page=3', all, [7, 3]],
  ['page=3&itemsPerPage=7', all, [7, 3]],
  ['itemsPerPage=100', all, [100, 1]],
  ['itemsPerPage=500', all, [100, 1]],
  ['itemsPerPage=500&page=2', all, [100, 2]],
  ['itemsPerPage=0', all, [0, 1]],
  ['page=9999', all, [30, 9999]],
  ['page=9007199254740991', all, [30, 9_007_199_254_740_991]],
  ['page=&itemsPerPage=', all],
  ['itemsPerPage=0&page=2', 400],
  ...['0', '-1', '1.5', '2.0', 'two', '9007199254740993'].map((it): Case => [`page=${it}`, 400]),
  ...['-1', '1.5', 'all'].map((it): Case => [`itemsPerPage=${it}`, 400]),
  ['page=1&page=2', 400],
  ['itemsPerPage=1&itemsPerPage=1', 400],
  ['targets=1', 400],
  ['order[id]=asc', 400],
]

function relations({ targets: [, b], theirs }: DrawnHistory): Case[] {
  const ofB = when(({ monitorId }) => monitorId === b)
  return [
    [`target.id=${b}`, ofB],
    [`target=${b}`, ofB],
    [`target=/api/targets/${b}`, ofB],
    [`target.id=/api/targets/${b}`, ofB],
    [`target=%2Fapi%2Ftargets%2F${b}`, ofB],
    [`target.id=${b}&itemsPerPage=5&page=2`, ofB, [5, 2]],
    ['target.id=', all],
    [`target.id=${theirs}`, none],
    ['target.id=999999', none],
    [`target.id=${b}&target=${b}`, 400],
    [`target.id=${b}&target.id=${b}`, 400],
    ['target.id=0', 400],
    ['target=/api/channels/1', 400],
    ['target=shop', 400],
  ]
}

/** Around the time of a row in the middle, to the millisecond, and around its day. */
function dates(name: string, rows: readonly Plain[], targetId: number): Case[] {
  const { at } = rows[Math.floor(rows.length / 2)]!
  const [iso, midnight] = [toIso(at), at - (at % DAY)]
  const day = toIso(midnight).slice(0, 10)
  const bound = (op: string, value: string) => `${name}[${op}]=${encodeURIComponent(value)}`
  return [
    [bound('after', iso), when((it) => it.at >= at)],
    [bound('before', iso), when((it) => it.at <= at)],
    [bound('strictly_after', iso), when((it) => it.at > at)],
    [bound('strictly_before', iso), when((it) => it.at < at)],
    [bound('after', toIso(at + 1)), when((it) => it.at > at)],
    [bound('before', toIso(at - 1)), when((it) => it.at < at)],
    [bound('after', toIso(at + HOUR).replace('Z', '+01:00')), when((it) => it.at >= at)],
    [bound('after', day), when((it) => it.at >= midnight)],
    [bound('before', day), when((it) => it.at < midnight + DAY)],
    [bound('strictly_after', day), when((it) => it.at >= midnight + DAY)],
    [bound('strictly_before', day), when((it) => it.at < midnight)],
    [
      `${bound('after', day)}&${bound('before', day)}`,
      when((it) => it.at >= midnight && it.at < midnight + DAY),
    ],
    [
      `${bound('after', toIso(at - 5 * HOUR))}&${bound('strictly_before', iso)}&target=${targetId}`,
      when((it) => it.at >= at - 5 * HOUR && it.at < at && it.monitorId === targetId),
    ],
    [
      `${encodeURIComponent(`${name}[after]`)}=${encodeURIComponent(iso)}`,
      when((it) => it.at >= at),
    ],
    [`${bound('after', toIso(at + DAY))}&${bound('before', iso)}`, none],
    [`${bound('after', day)}&itemsPerPage=9&page=2`, when((it) => it.at >= midnight), [9, 2]],
    [bound('after', ''), all],
    [bound('after', '2026-13-01'), 400],
    [bound('after', '2026-02-30'), 400],
    [bound('before', '2026-02-01T00:00:00'), 400],
    [bound('before', 'yesterday'), 400],
    [bound('since', day), 400],
    [`${name}=${day}`, 400],
    [`${bound('after', day)}&${bound('after', day)}`, 400],
  ]
}

const oldestFirst: Pick = (rows) =>
  rows.toSorted((one, other) => one.at - other.at || other.monitorId - one.monitorId)

const orders: readonly Case[] = [
  ['order[date]=desc', all],
  ['order[date]=asc', oldestFirst],
  ['order[date]=ASC&itemsPerPage=11&page=2', oldestFirst, [11, 2]],
  ['order%5Bdate%5D=asc', oldestFirst],
  ['order[date]=', all],
  ['order[date]=up', 400],
  ['order[date]=asc&order[date]=desc', 400],
  ['order[uptime]=asc', 400],
]

/** A filter of a closed set: `values` are what rows may be. */
function choices(name: 'status' | 'severity' | 'channel', values: readonly string[]): Case[] {
  const [first, second] = values as [string, string]
  const is = (...wanted: string[]) => when((it) => wanted.includes(it[name] ?? ''))
  return [
    ...values.map((it): Case => [`${name}=${it}`, is(it)]),
    [`${name}=${first.toUpperCase()}`, is(first)],
    [`${name}[]=${first}`, is(first)],
    [`${name}[]=${first}&${name}[]=${second}`, is(first, second)],
    [`${name}%5B%5D=${first}&${name}%5B%5D=${second}`, is(first, second)],
    [`${name}[]=${first}&${name}[]=${first}`, is(first)],
    [`${name}[]=${second}&itemsPerPage=3&page=2`, is(second), [3, 2]],
    [`${name}=`, all],
    [`${name}=nope`, 400],
    [`${name}[]=${first}&${name}[]=nope`, 400],
    [`${name}=${first}&${name}=${second}`, 400],
  ]
}

const flags: readonly Case[] = [
  ...['true', '1'].map((it): Case => [`isOpen=${it}`, when(({ isOpen }) => isOpen === true)]),
  ...['false', '0'].map((it): Case => [`isOpen=${it}`, when(({ isOpen }) => isOpen === false)]),
  ['isOpen=false&severity=warning', when((it) => !it.isOpen! && it.severity === 'warning')],
  ['isOpen=yes', 400],
  ['isOpen=TRUE', 400],
]

const CASES: Readonly<Record<string, (it: DrawnHistory, rows: readonly Plain[]) => Case[]>> = {
  target_checks: (it, rows) => [
    ...choices('status', ['up', 'degraded', 'down', 'unknown']),
    ...dates('startedAt', rows, it.targets[0]!),
    [
      `status=up&target=${it.targets[1]}&page=2`,
      when(({ status, monitorId }) => status === 'up' && monitorId === it.targets[1]),
      [30, 2],
    ],
  ],
  target_stats_hourlies: (it, rows) => [...orders, ...dates('date', rows, it.targets[0]!)],
  target_stats_dailies: (it, rows) => [...orders, ...dates('date', rows, it.targets[0]!)],
  target_incidents: (it, rows) => [
    ...flags,
    ...choices('severity', ['down', 'warning']),
    ...dates('startedAt', rows, it.targets[0]!),
  ],
  user_notifications: () => [
    ...choices('status', ['pending', 'sent', 'failed', 'suppressed']),
    ...choices('channel', ['discord', 'telegram', 'webhook', 'email']),
    ['channel=web', none],
    ['channel=discord&status=sent', when((it) => it.channel === 'discord' && it.status === 'sent')],
  ],
}

interface Listed {
  readonly totalItems: number
  readonly member: readonly (Readonly<Record<string, unknown>> & { readonly '@id': string })[]
  readonly view: { readonly last: string; readonly next?: string; readonly previous?: string }
}

const REFUSED = { status: 400, type: '/errors/invalid-parameter' }

const numberIn = (iri: string | undefined): number | undefined =>
  iri === undefined ? undefined : Number(/page=(\d+)$/.exec(iri)![1])

/** What an answer says, as far as it is told here. */
function toldOf({ status, json, headers }: Answered, names: readonly string[]) {
  if (status !== 200) return { status, type: json['type'] }
  const { totalItems, member, view } = json as unknown as Listed
  return {
    status,
    totals: [totalItems, Number(headers['x-total-count'])],
    rows: member.map((it) => Object.fromEntries(names.map((name) => [name, it[name]]))),
    pages: [view.previous, view.next, view.last].map(numberIn),
  }
}

/** What it should say where a list is these rows. */
function pageOf(found: readonly Plain[], [size, number] = [30, 1] as readonly [number, number]) {
  const last = size === 0 ? 1 : Math.max(1, Math.ceil(found.length / size))
  return {
    status: 200,
    totals: [found.length, found.length],
    rows: found.slice((number - 1) * size, number * size).map(({ shown }) => shown),
    pages: [
      number > 1 ? Math.min(number - 1, last) : undefined,
      number < last ? number + 1 : undefined,
      last,
    ],
  }
}

const LISTS = Object.keys(CASES)
const KEPT = ['fresh', 'packed'] as const
const each = KEPT.flatMap((kept) => LISTS.map((list) => [list, kept] as const))

describe('lists of history', LONG, () => {
  test.each(each)(
    '%s, %s: every filter, order and page finds what is there',
    async (list, kept) => {
      await using history = await openHistory(kept)
      const rows = history.lists[list]!
      for (const [query, finds, page] of [
        ...pages,
        ...relations(history),
        ...CASES[list]!(history, rows),
      ]) {
        const wanted = finds === 400 ? REFUSED : pageOf(finds(rows), page)
        const asked = await history.house.ask('GET', `/api/${list}?${query}`)
        expect([query, toldOf(asked, Object.keys(rows[0]!.shown))]).toEqual([query, wanted])
      }
    },
  )

  test.each(each)(
    '%s, %s: the pages together are the list, each row where its IRI says',
    async (list, kept) => {
      await using history = await openHistory(kept)
      const rows = history.lists[list]!
      const names = Object.keys(rows[0]!.shown)
      const walked: Listed['member'][number][] = []
      let next: string | undefined = `/api/${list}?itemsPerPage=37`
      while (next !== undefined) {
        const { json } = await history.house.ask('GET', next)
        const { member, view } = json as unknown as Listed
        walked.push(...member)
        next = view.next
      }
      expect(new Set(walked.map((it) => it['@id'])).size).toBe(rows.length)
      expect(walked.map((it) => Object.fromEntries(names.map((name) => [name, it[name]])))).toEqual(
        rows.map(({ shown }) => shown),
      )
      // Each thirteenth and the ends; a row a request is enough of them.
      for (const [index, row] of walked.entries()) {
        if (index % 13 > 0 && index < walked.length - 3) continue
        const { status, json } = await history.house.ask('GET', row['@id'])
        const { '@context': _, ...item } = json
        expect([row['@id'], status, item]).toEqual([row['@id'], 200, row])
      }
    },
  )
})
