import { existsSync, globSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'

const ROOT = path.join(import.meta.dirname, '..')

/** Who may enter which room. A door nobody uses is walled up; a new door is opened here first. */
const DOORS: Readonly<Record<string, readonly string[]>> = {
  'src/kernel': [],
  'src/network': [],
  'src/storage': ['src/kernel'],
  'src/audit': ['src/kernel', 'src/storage'],
  'src/accounts': ['src/audit', 'src/kernel', 'src/storage'],
  'src/probes': ['src/kernel', 'src/network'],
  'src/notifications': ['src/accounts', 'src/audit', 'src/kernel', 'src/network', 'src/storage'],
  'src/incidents': ['src/audit', 'src/kernel', 'src/notifications', 'src/probes', 'src/storage'],
  'src/monitors': [
    'src/audit',
    'src/incidents',
    'src/kernel',
    'src/probes',
    'src/stats',
    'src/storage',
  ],
  'src/imports': [
    'src/incidents',
    'src/kernel',
    'src/monitors',
    'src/probes',
    'src/stats',
    'src/storage',
  ],
  'src/registry': ['src/kernel', 'src/network', 'src/storage'],
  'src/maintenance': ['src/accounts', 'src/audit', 'src/kernel', 'src/monitors', 'src/storage'],
  'src/status-pages': [
    'src/audit',
    'src/incidents',
    'src/kernel',
    'src/monitors',
    'src/stats',
    'src/storage',
  ],
  'src/stats': ['src/kernel', 'src/storage'],
  'src/objectives': ['src/incidents', 'src/kernel', 'src/monitors', 'src/stats', 'src/storage'],
  'src/boards': [
    'src/audit',
    'src/incidents',
    'src/kernel',
    'src/monitors',
    'src/notifications',
    'src/stats',
    'src/storage',
  ],
  'src/retention': ['src/kernel', 'src/stats', 'src/storage'],
  'src/engine': [
    'src/incidents',
    'src/kernel',
    'src/maintenance',
    'src/monitors',
    'src/network',
    'src/probes',
    'src/stats',
    'src/storage',
  ],
  'src/api': [
    'src/accounts',
    'src/audit',
    'src/incidents',
    'src/kernel',
    'src/maintenance',
    'src/monitors',
    'src/notifications',
    'src/objectives',
    'src/probes',
    'src/stats',
    'src/status-pages',
    'src/storage',
    'src/summaries',
  ],
  'src/summaries': [
    'src/accounts',
    'src/audit',
    'src/kernel',
    'src/maintenance',
    'src/monitors',
    'src/notifications',
    'src/objectives',
    'src/stats',
    'src/storage',
  ],
  'bots/charts': ['src/kernel'],
  'bots/commands': [
    'bots/charts',
    'src/accounts',
    'src/audit',
    'src/boards',
    'src/incidents',
    'src/kernel',
    'src/maintenance',
    'src/monitors',
    'src/notifications',
    'src/objectives',
    'src/probes',
    'src/stats',
    'src/storage',
    'src/summaries',
    'src/version.ts',
  ],
  'bots/email': ['bots/commands', 'src/kernel', 'src/notifications'],
  'bots/discord': ['bots/charts', 'bots/commands', 'src/kernel', 'src/notifications'],
  'bots/telegram': ['bots/charts', 'bots/commands', 'src/kernel', 'src/notifications'],
  // `src/start.ts` and `bots/terminal` put the parts together: they may enter everywhere.
}
/** Who may hold the handle that sees every account; the rest of the house asks through one that is bound. */
const UNBOUND =
  /^src\/(?:storage|accounts|boards|engine|registry|retention|notifications)\/|^src\/(?:monitors\/(?:watched|requests|unfinished)|stats\/(?:samples|pack|hours)|incidents\/(?:burn|verdict|tell)|objectives\/burns|summaries\/send|maintenance\/spans|status-pages\/public)\.ts$/
/** Where it is handed through as a part, and the look-ups that find whose request it is. */
const HANDED_THROUGH = new Set(['src/api/deps.ts', 'bots/commands/command.ts'])
const LOOK_UPS = new Set([
  'src/api/admit.ts',
  'src/api/perform.ts',
  'src/api/public-pages.ts',
  'src/api/request-log.ts',
  'bots/commands/build.ts',
  'bots/commands/guard.ts',
  'bots/commands/link.ts',
])

/** What a change of some monitors means to others: who looks beyond those a handle is for. */
const BEYOND = [
  'src/incidents/close.ts',
  'src/incidents/show.ts',
  'src/monitors/depend.ts',
  'src/monitors/read.ts',
  'src/stats/journal.ts',
]

const files = globSync('{src,bots}/**/*.ts', { cwd: ROOT }).map((file) =>
  file.replaceAll('\\', '/'),
)
const text = (file: string): string => readFileSync(path.join(ROOT, file), 'utf8')
const roomOf = (file: string): string => file.split('/').slice(0, 2).join('/')
const rooms = Object.keys(DOORS).filter((room) => existsSync(path.join(ROOT, room)))

interface Entry {
  readonly from: string
  readonly to: string
}
const entries: Entry[] = files.flatMap((from) =>
  [...text(from).matchAll(/(?:from|import\()\s*'(\.[^']+)'/g)].map(([, to]) => ({
    from,
    to: path.posix.join(path.posix.dirname(from), to!),
  })),
)
const between = entries.filter(
  ({ from, to }) => rooms.includes(roomOf(from)) && roomOf(from) !== roomOf(to),
)

test('rooms are entered by their face', () => {
  const aside = between.filter(
    ({ to }) =>
      rooms.includes(roomOf(to)) &&
      roomOf(to).startsWith('src/') &&
      !/^[^/]+\/[^/]+\/index\.ts$/.test(to),
  )
  expect(aside).toEqual([])
})

test('the doors that are used are the doors that are open', () => {
  const used = rooms.map((room) => [
    room,
    [
      ...new Set(between.filter(({ from }) => roomOf(from) === room).map(({ to }) => roomOf(to))),
    ].toSorted(),
  ])
  const open = used.map(([room]) => [room, DOORS[String(room)]])
  expect(Object.fromEntries(used)).toEqual(Object.fromEntries(open))
})

test('no two rooms lean on each other, by whatever way', () => {
  const reach = (room: string, seen = new Set<string>()): Set<string> => {
    for (const next of DOORS[room] ?? [])
      if (!seen.has(next)) {
        seen.add(next)
        reach(next, seen)
      }
    return seen
  }
  for (const room of Object.keys(DOORS)) expect([...reach(room)]).not.toContain(room)
})

test('time, chance and ids come from the kernel only', () => {
  const wild = /Date\.now\(|new Date\(\)|Math\.random|randomUUID|setInterval/
  const elsewhere = files.filter((file) => roomOf(file) !== 'src/kernel' && wild.test(text(file)))
  expect(elsewhere).toEqual([])
})

test('the handle that sees every account is held by the few who need it', () => {
  const unbound = /\bopenDatabase\b|\btype Db\b|import type \{[^}]*\bDb\b[^}]*\} from '[^']*storage/
  const holders = files.filter((file) => unbound.test(text(file)) && !UNBOUND.test(file))
  expect(
    holders.filter((file) => rooms.includes(roomOf(file)) && !HANDED_THROUGH.has(file)),
  ).toEqual([])
  const users = files.filter((file) =>
    /\bdeps\.db\b|\{[^}]*\bdb\b[^}]*\} = (?:\w+\.)?deps\b/.test(text(file)),
  )
  expect(users.filter((file) => !LOOK_UPS.has(file))).toEqual([])
})

test('what lies beyond the targets of a key is looked at by the few who must', () => {
  const users = files.filter((file) => /\bwholeAccount\(/.test(text(file)))
  expect(users.filter((file) => roomOf(file) !== 'src/storage').toSorted()).toEqual(BEYOND)
})
