import { readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { npmStart } from '../support/npm-start.ts'

test('the image starts Uptalk with the same flags as npm does', () => {
  const file = path.resolve(import.meta.dirname, '../../Dockerfile')
  const image = readFileSync(file, 'utf8')
  const { env, flags } = npmStart()
  expect(image).toContain(
    `CMD ${JSON.stringify(['node', ...flags, 'src/main.ts']).replaceAll(',', ', ')}`,
  )
  expect(image).toContain(`MALLOC_ARENA_MAX=${env['MALLOC_ARENA_MAX']}`)
})
