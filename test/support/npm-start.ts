import { readFileSync } from 'node:fs'
import path from 'node:path'

const FILE = path.resolve(import.meta.dirname, '../../package.json')

/** How `npm start` starts the program: what it sets, and what stands between `node` and the script. */
export function npmStart(): {
  readonly env: Readonly<Record<string, string>>
  readonly flags: readonly string[]
} {
  const { scripts } = JSON.parse(readFileSync(FILE, 'utf8')) as {
    scripts: Record<'start', string>
  }
  const words = scripts.start.split(' ')
  const at = words.indexOf('exec')
  return {
    env: Object.fromEntries(words.slice(0, at).map((it) => it.split('=') as [string, string])),
    flags: words.slice(at + 2, -1),
  }
}
