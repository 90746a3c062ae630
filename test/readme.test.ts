import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { CARDS } from '../bots/commands/index.ts'
import { commandsTable, envExample, settingsTable } from './support/readme.ts'

const ROOT = path.resolve(import.meta.dirname, '..')
const isUpdating = process.env['UPDATE_README'] === '1'

/** The file's text; when asked to, with the part between two marks written anew. */
function kept(file: string, between: string, wanted: string): string {
  const where = path.join(ROOT, file)
  const text = readFileSync(where, 'utf8')
  if (!isUpdating) return text
  const [open, close] = [`<!-- ${between} -->\n`, `<!-- /${between} -->`]
  const head = text.slice(0, text.indexOf(open) + open.length)
  const updated = `${head}\n${wanted}\n\n${text.slice(text.indexOf(close))}`
  writeFileSync(where, updated)
  return updated
}

test('the README lists every setting as the schema has it', () => {
  const table = settingsTable()
  expect(kept('README.md', 'settings', table)).toContain(table)
})

test('the README lists every command as the catalogue has it', () => {
  const table = commandsTable(CARDS)
  expect(kept('README.md', 'commands', table)).toContain(table)
})

test('.env.example shows every setting at its default', () => {
  if (isUpdating) writeFileSync(path.join(ROOT, '.env.example'), envExample())
  expect(readFileSync(path.join(ROOT, '.env.example'), 'utf8')).toBe(envExample())
})
