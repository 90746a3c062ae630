import { performance } from 'node:perf_hooks'
import { expect, test } from 'vitest'
import { longestPause } from '../support/pause.ts'
import { lookAt } from '../support/web/look.ts'
import { web } from '../support/web/servers.ts'

async function lookAtText(
  text: string,
  options: Readonly<Record<string, unknown>>,
  timeoutMs = 3000,
) {
  await using site = await web((_, response) => void response.end(text))
  return await lookAt(site.url, { options, timeoutMs })
}

test.each<[string, string, string]>([
  ['version \\d+', 'version 12', 'ok'],
  ['version \\d+$', 'version 12 beta', 'body_missing'],
  ['(?i)KÄSE', 'käse', 'ok'],
  ['KÄSE', 'käse', 'body_missing'],
  ['(?m)^b$', 'a\nb\nc', 'ok'],
  ['a.c', 'a\nc', 'body_missing'],
  ['^$', '', 'ok'],
])('%j looks at %j', async (bodyMatches, text, code) => {
  expect(await lookAtText(text, { bodyMatches })).toMatchObject({ code })
})

test('what is missing is quoted, and not at length', async () => {
  const { message } = await lookAtText('hello', { bodyMatches: 'bye|adieu' })
  expect(message).toBe('"bye|adieu" is missing from the page')
  const long = await lookAtText('hello', { bodyMatches: 'x'.repeat(500) })
  expect(long.message).toBe(`"${'x'.repeat(79)}…" is missing from the page`)
})

test('a large page is judged like a small one', async () => {
  const text = `${'x'.repeat(100_000)}käse`
  expect(await lookAtText(text, { bodyMatches: 'xk.se$' })).toMatchObject({ code: 'ok' })
  expect(await lookAtText(text, { bodyMatches: '^k' })).toMatchObject({ code: 'body_missing' })
})

test('what was found before the limit decides; what was not cannot', async () => {
  const text = `early${'x'.repeat(1024 * 1024)}late`
  expect(await lookAtText(text, { bodyMatches: '^early' })).toMatchObject({ code: 'ok' })
  expect(await lookAtText(text, { bodyMatches: 'late' })).toMatchObject({
    code: 'response_too_large',
  })
})

test('a pattern that hangs other engines is nothing special', async () => {
  const text = 'a'.repeat(60_000) + '!'
  expect(await lookAtText(text, { bodyMatches: '^(a+)+$' })).toMatchObject({ code: 'body_missing' })
})

test('many of the slowest patterns neither outlive the deadline nor hold up the rest', async () => {
  const options = { bodyMatches: `(?i)${'[a-z]{0,99}'.repeat(9)}\\d` }
  // Small enough for a quick look, were it not for the pattern.
  await using site = await web((_, response) => void response.end('x'.repeat(64_000)))
  const start = performance.now()
  const pause = await longestPause(async () => {
    const looks = Array.from({ length: 6 }, () => lookAt(site.url, { options, timeoutMs: 700 }))
    for (const outcome of await Promise.all(looks))
      expect(outcome).toMatchObject({ status: 'unknown', code: 'probe_overloaded' })
  })
  expect(performance.now() - start).toBeLessThan(1900)
  expect(pause).toBeLessThan(400)
  expect(await lookAt(site.url, { options: { bodyMatches: 'x' } })).toMatchObject({ code: 'ok' })
})
