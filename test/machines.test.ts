import { globSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'

const PAGE = 'docs/many-machines.md'

/** What no other database understands, or means differently. */
const SQLITE_ONLY =
  /json_each|json_group|json_set|json_extract|->>|insert or |\bpragma\b|\biif\(|\bvacuum\b|orReplace|orIgnore|sqlite_|'instr'|eb\.fn\('fold'|from 'better-sqlite3'|SqliteDialect/

const COLLECTION = String.raw`(?:= new (?:Map|Set|WeakMap|WeakSet)(?:<.*)?\(|= new (?:Map|Set)<$)`
/** Collections that grow and things that change beside any function, or in an object that lives on. */
const KEPT = new RegExp(
  String.raw`^(?:export )?let |^(?:export )?const \w+ ${COLLECTION.replace(String.raw`\(`, String.raw`\(\)`)}|^  (?:readonly )?#\w+(?:: [^=]+)? ${COLLECTION}`,
)
const INNER = new RegExp(String.raw`^  (?:let|const) \w+(?:: [^=]+)? ${COLLECTION}`)
/** Functions whose own variables live as long as what they make. */
const MAKER =
  /^(?:export )?(?:async )?(?:function|const) (?:open(?!Api)|build|start|keep|prepared|with|shownReader|countLimits|seenUpdates)/
const TOP = /^(?:export )?(?:async )?(?:function|const|class) /

const sources = () =>
  globSync('{src,bots}/**/*.ts').filter(
    (file) => !/^src\/storage\/migrations\/|^bots\/terminal\//.test(file),
  )

function keepsState(text: string): boolean {
  let isMaker = false
  return text.split('\n').some((line) => {
    if (TOP.test(line)) isMaker = MAKER.test(line)
    return KEPT.test(line) || (isMaker && INNER.test(line))
  })
}

const withoutComments = (text: string): string => text.replaceAll(/^\s*(?:\/\/|\/?\*).*$/gm, '')

/** The files a table below a heading names in its first column. */
function named(heading: string): string[] {
  const page = readFileSync(PAGE, 'utf8')
  const part = page.split(/^## /m).find((it) => it.startsWith(heading)) ?? ''
  return [...part.matchAll(/^\| (`.+?`) \|/gm)].flatMap(([, cell]) =>
    [...cell!.matchAll(/`([^`]+)`/g)].map(([, file]) => file!),
  )
}

test.each([
  ['Only SQLite', (text: string) => SQLITE_ONLY.test(withoutComments(text))],
  ['Only in this process', (text: string) => keepsState(withoutComments(text))],
])('"%s" names every place, and none that is not', (heading, isOne) => {
  const found = sources().filter((file) => isOne(readFileSync(file, 'utf8')))
  expect(named(heading).toSorted()).toEqual(found.toSorted())
})
