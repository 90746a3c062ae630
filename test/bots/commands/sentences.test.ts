import { globSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { name, text, verbatim } from '../../../bots/commands/reply.ts'
import { counted, fill, words } from '../../../bots/commands/sentences.ts'

const SAYS = {
  down: '{monitor} is down — {cause}',
  downElsewhere: 'Wegen {cause} steht {monitor} still',
  calm: 'Nothing happened.',
  looks: { one: '{count} look', other: '{count} looks' },
} as const

describe('a sentence', () => {
  test('is filled in its own order, wherever its slots stand', () => {
    const of = { monitor: name('Shop'), cause: 'connection refused' }
    expect(fill(SAYS.down, of)).toEqual([name('Shop'), text(' is down — connection refused')])
    expect(fill(SAYS.downElsewhere, of)).toEqual([
      text('Wegen connection refused steht '),
      name('Shop'),
      text(' still'),
    ])
    expect(words(SAYS.downElsewhere, { monitor: 'Shop', cause: 'DNS' })).toBe(
      'Wegen DNS steht Shop still',
    )
    expect(fill(SAYS.calm)).toEqual([text('Nothing happened.')])
  })

  test('takes braces in what fills it for letters', () => {
    const of = { monitor: name('{cause}'), cause: [verbatim('{monitor}')] }
    expect(fill(SAYS.down, of)).toEqual([
      name('{cause}'),
      text(' is down — '),
      verbatim('{monitor}'),
    ])
    expect(words(SAYS.down, { monitor: '{cause}', cause: '$&' })).toBe('{cause} is down — $&')
  })

  test('is one stretch of our own words, whatever it was put together from', () => {
    expect(
      fill('{one}{two}, {none}{three}', { one: 1, two: [text('2')], none: '', three: '3' }),
    ).toEqual([text('12, 3')])
  })

  test('goes with a number', () => {
    const shown = [0, 1, 2].map((count) => words(counted(SAYS.looks, count), { count }))
    expect(shown).toEqual(['0 looks', '1 look', '2 looks'])
  })

  test('names its slots to the compiler, and says nothing in one that is left out', () => {
    // @ts-expect-error a slot is missing
    expect(fill(SAYS.down, { monitor: name('Shop') })).toEqual([name('Shop'), text(' is down — ')])
    // @ts-expect-error there is no such slot
    expect(words(SAYS.looks.one, { count: 1, other: 'x' })).toBe('1 look')
    // @ts-expect-error there is nothing to fill
    expect(words(SAYS.calm, { count: 1 })).toBe('Nothing happened.')
    // @ts-expect-error every slot is missing
    expect(words(SAYS.looks.other)).toBe(' looks')
  })

  test('takes a stranger only where a renderer escapes him', () => {
    // @ts-expect-error plain words hold no runs
    expect(words(SAYS.looks.one, { count: name('Shop') })).toBe('[object Object] look')
  })
})

const HOME = path.join(import.meta.dirname, '../../../bots/commands')
const files = globSync('*.ts', { cwd: HOME }).toSorted()

const QUOTED = String.raw`(?:'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|\`(?:\\.|[^\`\\])*\`)`
/** What may hold words and is not said as a sentence: each is cut out before the search. */
const CUT: readonly RegExp[] = [
  /\/\*[\s\S]*?\*\//g,
  /(?<=^|\s)\/\/.*$/gm,
  /^import [\s\S]*? from '.*'$/gm,
  /^const SAYS = \{\n[\s\S]*?^\} as const$/gm,
  // What describes a command stands in its definition.
  new RegExp(String.raw`\b(?:name|summary|example|doing):\s+${QUOTED}`, 'g'),
  new RegExp(String.raw`\bmonitorOption\(${QUOTED}`, 'g'),
  // Lines to type are the same in every language.
  new RegExp(String.raw`\bline: ${QUOTED}|\btyped\([\w.]+, ${QUOTED}`, 'g'),
  // So are the log's events.
  new RegExp(String.raw`\blog\.\w+\(.*, ${QUOTED}|\bquietly\(${QUOTED}`, 'g'),
  // Patterns, whose quotes would open literals.
  /(?<=[=(,:?!&|]\s*)\/(?:\\.|\[(?:\\.|[^\]\\])*\]|[^/\n\\[])+\/[a-z]*/g,
]

/** Not words of ours, or not said. */
const EXCEPTIONS: Readonly<Record<string, readonly string[]>> = {
  // What lines to type begin with, and where a rule of the kernel ends and what was given begins.
  'answers.ts': ["'/uptime '", "'/uptime '", "'uptalk '", "', not '"],
  // Lines to type that are put together.
  'delete.ts': ['`delete #…`'],
  'incidents.ts': ['`incidents… page=…`'],
  'list.ts': ['`list …`', '`… page=…`', "'add https://example.com'"],
  'maintenance-list.ts': ['`maintenance list page=…`'],
  'stats-all.ts': ['`stats …`'],
  'stats-one.ts': ['`stats #… …`'],
  'news.ts': ["'POST /api/api_keys/{id}/rotate'", '`uptalk keys revoke …`'],
}

/** The literals of a source; what stands in the slots of a template is searched on its own. */
function literalsOf(source: string): string[] {
  const inner: string[] = []
  let outer = source
  for (let before = ''; before !== outer;) {
    before = outer
    outer = outer.replaceAll(/\$\{([^{}]*)\}/g, (_, slot: string) => {
      inner.push(slot)
      return '…'
    })
  }
  return [outer, ...inner].flatMap((part) => part.match(new RegExp(QUOTED, 'g')) ?? [])
}

/** Literals that read like words people see: a word beside a blank, or one with a capital. */
function wordsOutside(source: string): string[] {
  const left = CUT.reduce((kept, part) => kept.replaceAll(part, ''), source)
  const runs =
    left.match(new RegExp(String.raw`\b(?:text|strong|label:)[ (]\s*${QUOTED}`, 'g')) ?? []
  return [
    ...literalsOf(left).filter((it) =>
      /[A-Za-z]{2,}[,.:;?!]? | [A-Za-z]{2,}|^.[A-Z][a-z]/.test(it),
    ),
    ...runs.flatMap(literalsOf).filter((it) => /[A-Za-z]/.test(it)),
  ]
}

test.each([
  ["say([name(it), text(' is down')])", ["' is down'", "' is down'"]],
  ["{ label: 'OK' }", ["'OK'"]],
  ['text(`down`)', ['`down`']],
  ["facts(['Since', []])", ["'Since'"]],
  ["`${count} ${count === 1 ? 'is on it' : 'x'}`", ["'is on it'"]],
  ["refusal('gone', 'It is gone.') // It is gone", ["'It is gone.'"]],
  ["press('show', id), line: `show #${id}`, log.warn({}, 'it broke')", []],
])('the search finds what is said in %s', (source, found) => {
  expect(wordsOutside(source)).toEqual(found)
})

test.each(files)('%s says nothing outside its table', (file) => {
  const source = readFileSync(path.join(HOME, file), 'utf8')
  expect(wordsOutside(source)).toEqual(EXCEPTIONS[file] ?? [])
})
