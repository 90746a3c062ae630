import { publicRoutes } from '../../src/api/support.ts'
import { RESOURCES } from '../../src/api/resources.ts'
import type { Route } from '../../src/api/route.ts'
import { addIncident, linked } from '../api/history.ts'
import { type Answered, type Asked, type House, openHouse } from '../api/house.ts'
import { Draw } from './draw.ts'
import { bodySchema, someFields } from './fitting.ts'
import { garble, nasty, spoil } from './nasty.ts'

/** What one house was asked, and what it should not have answered. */
export interface Fuzzed {
  readonly statuses: Readonly<Record<number, number>>
  readonly troubles: readonly string[]
}

const ROUTES = RESOURCES.flatMap(({ routes }) => routes)
const PUBLIC = publicRoutes(RESOURCES).map(({ path }) => path)
const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']
const NAMES = [
  ...new Set([
    ...RESOURCES.flatMap(({ shape }) => Object.keys(shape.shape)),
    ...ROUTES.flatMap(({ example }) => Object.keys(example ?? {})),
  ]),
]
const PAGES = ['page', 'itemsPerPage', 'order[id]', 'order[name]']
const HEADERS: Readonly<Record<string, readonly string[]>> = {
  accept: [
    'application/json',
    'text/html',
    'text/csv',
    '*/*;q=0',
    ';;;',
    'application/ld+json;q=x',
  ],
  'content-type': [
    'application/json',
    'text/plain',
    'application/yaml',
    'x',
    'application/json;charset=latin1',
  ],
  'if-match': ['*', '"1"', 'W/"1"', '"x', '1,2,3'],
  'if-none-match': ['*', '"1"', 'W/"nothing"'],
  'idempotency-key': ['a', '"b"', 'x'.repeat(300), '""'],
  prefer: ['respond-async', 'handling=lenient', 'return=minimal, x'],
  'x-forwarded-proto': ['http', 'https', 'gopher'],
  'x-forwarded-for': ['1.2.3.4', 'nobody', '::1,::2'],
  'x-forwarded-host': ['evil.example', '', 'a b'],
  forwarded: ['proto=http', 'for="[::1', ';;'],
  origin: ['https://evil.example', 'null'],
  'x-request-id': ['abcdefgh', 'no good'],
}
/** Longer than any request may take by the house's own clock, a verification's 300 s included. */
const LONGEST_S = 700
const SLOW_MS = 3000
/** Turns of the loop in which most requests are answered. */
const PATIENCE = 50

const encoded = (value: unknown): string => encodeURIComponent(String(value).toWellFormed())

function pathFor(draw: Draw, path: string): string {
  const id = draw.isOneIn(10) ? encoded(nasty(draw)) : String(1 + draw.below(3))
  const real = path
    .replace('{id}', id)
    .replace('{slug}', 'acme')
    .replace('{name}', draw.of(['Target', 'validation', 'no']))
  return draw.isOneIn(20) ? `${real}/${encoded(nasty(draw))}` : real
}

function queryFor(draw: Draw, route: Route | undefined): string {
  const names = [
    ...Object.keys(route?.parameters ?? {}),
    ...(route?.pageSize === undefined ? ['x'] : PAGES),
  ]
  const parts: string[] = route?.exampleQuery === undefined ? [] : [route.exampleQuery]
  for (let more = draw.isOneIn(3) ? 1 + draw.below(2) : 0; more > 0; more -= 1) {
    const name = draw.isOneIn(6) ? String(nasty(draw)) : draw.of(names)
    const value = nasty(draw)
    const text = typeof value === 'string' ? value : JSON.stringify(value)
    const list = draw.isOneIn(6) ? '[]' : ''
    parts.push(`${encoded(name)}${list}=${encoded(text.slice(0, 900))}`)
  }
  return parts.length === 0 ? '' : `?${parts.join('&')}`
}

function bodyFor(draw: Draw, route: Route | undefined): unknown {
  const schema = route === undefined ? undefined : bodySchema(route.path, route.method)
  if (schema === undefined || draw.isOneIn(4)) return spoil(draw, route?.example ?? {}, NAMES)
  return { ...route?.example, ...someFields(draw, schema, 8) }
}

function askFor(draw: Draw, house: House, route: Route | undefined): Asked {
  const headers: Record<string, string> = {}
  for (const [name, values] of Object.entries(HEADERS))
    if (draw.isOneIn(60)) headers[name] = draw.of(values)
  const { keys } = house.ours
  const key = draw.isOneIn(25)
    ? draw.of([null, keys.read, 'upty_x'])
    : draw.isOneIn(4)
      ? keys.write
      : keys.admin
  if (route?.example === undefined && !draw.isOneIn(6)) return { headers, key }
  const text = JSON.stringify(bodyFor(draw, route) ?? null)
  return { headers, key, raw: draw.isOneIn(10) ? garble(draw, text) : text }
}

const others = () =>
  new Promise<void>((resolve) => {
    setImmediate(resolve)
  })

/** The answer, with the house's time going on until it is there. */
async function answered(house: House, asking: Promise<Answered>): Promise<Answered | undefined> {
  const over = { isOver: false }
  void asking.catch(() => {}).finally(() => (over.isOver = true))
  for (let waited = 0; waited < LONGEST_S; waited += 1) {
    for (let round = 0; round < PATIENCE; round += 1) {
      if (over.isOver) return asking
      await others()
    }
    await house.clock.turn(1000)
  }
  return undefined
}

const foreign = async ({ db, theirs }: House): Promise<string> => {
  const rows = [
    await db.selectFrom('monitors').selectAll().where('account_id', '=', theirs.id).execute(),
    await db.selectFrom('incidents').selectAll().where('account_id', '=', theirs.id).execute(),
    await db.selectFrom('keys').selectAll().where('account_id', '=', theirs.id).execute(),
    await db.selectFrom('channels').selectAll().where('account_id', '=', theirs.id).execute(),
  ]
  return JSON.stringify(rows)
}

const wrongWith = ({ status, text, headers }: Answered): string | undefined => {
  if (status >= 500) return 'answers 5xx'
  if (/\n\s+at .+:\d+:\d+|node_modules|SQLITE_|SqliteError/.test(text)) return 'shows its insides'
  if (/upty_[0-9a-z]{20}/i.test(text) && headers['cache-control'] !== 'no-store')
    return 'shows a key'
  if (status >= 400 && status !== 424 && text !== '' && !/"detail":"[^"]+"/.test(text))
    return 'does not say what is wrong'
  return undefined
}

/** Asks a house of its own `count` things that `seed` makes up. */
export async function fuzzHouse(seed: number, count: number): Promise<Fuzzed> {
  const draw = new Draw(seed)
  const statuses: Record<number, number> = {}
  const troubles: string[] = []
  await using house = await openHouse()
  const { id } = await house.add({ externalRef: 'shop' })
  await house.add({ name: 'Blog', type: 'PORT', url: 'blog.example:25' })
  const other = await house.add({ name: 'Theirs' }, house.theirs)
  await addIncident(house, house.ours, id)
  await addIncident(house, house.theirs, other.id)
  await linked(house, house.ours, 's1')
  await linked(house, house.theirs, 's2')
  const before = await foreign(house)
  for (let asked = 0; asked < count; asked += 1) {
    const route = draw.isOneIn(10) ? undefined : draw.of(ROUTES)
    const url = `${pathFor(draw, route?.path ?? draw.of(PUBLIC))}${queryFor(draw, route)}`
    const method = draw.isOneIn(12) || route === undefined ? draw.of(METHODS) : route.method
    const what = askFor(draw, house, route)
    const say = (wrong: string) => {
      const body = what.raw === undefined ? '' : ` ${what.raw.toString().slice(0, 600)}`
      troubles.push(
        `seed ${seed}, request ${asked}: ${method} ${url.slice(0, 300)}${body}\n  ${wrong}`,
      )
    }
    const startedAt = performance.now()
    try {
      const answer = await answered(house, house.ask(method, url, what))
      if (answer === undefined) {
        say('gets no answer')
        break
      }
      statuses[answer.status] = (statuses[answer.status] ?? 0) + 1
      const wrong = wrongWith(answer)
      if (wrong !== undefined) say(`${wrong}: ${answer.status} ${answer.text.slice(0, 600)}`)
    } catch (error) {
      say(String(error).slice(0, 900))
    }
    if (performance.now() - startedAt > SLOW_MS) say('took longer than 3 s')
    // Its own keys are among what it may revoke.
    await house.db
      .updateTable('keys')
      .set({ revoked_at: null, expires_at: null })
      .where('account_id', '=', house.ours.id)
      .where('id', '<=', 6)
      .execute()
  }
  if ((await foreign(house)) !== before) troubles.push(`seed ${seed}: another account was changed`)
  return { statuses, troubles }
}
