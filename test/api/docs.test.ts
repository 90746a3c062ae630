import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { RESOURCES } from '../../src/api/resources.ts'
import type { Route } from '../../src/api/route.ts'
import { openHouse } from './house.ts'
import { addIncident, linked } from './history.ts'

test('the page stands alone: no script, no other address, one style that the policy allows', async () => {
  await using house = await openHouse()
  const { status, headers, text } = await house.ask('GET', '/docs', { key: null })
  expect([status, headers['content-type']]).toEqual([200, 'text/html; charset=utf-8'])
  const style = /<style>(.*?)<\/style>/s.exec(text)![1]!
  const hash = createHash('sha256').update(style).digest('base64')
  expect(headers['content-security-policy']).toContain(
    `default-src 'none'; style-src 'sha256-${hash}'`,
  )
  expect(text).not.toMatch(/<script|<img|<link|src=|\sstyle="|\son[a-z]+="/)
  for (const [, href] of text.matchAll(/href="([^"]*)"/g)) expect(href).toMatch(/^[#/]/)
  for (const { name, routes } of RESOURCES) {
    expect(text).toContain(`<h2 id="${name}">`)
    for (const { path } of routes) expect(text).toContain(`<code>${path}</code>`)
  }
})

/** Every route that takes a body shows one; those that make things come first. */
const examples: (readonly [string, Route])[] = RESOURCES.flatMap(({ routes }) => routes)
  .filter(({ body }) => body?.isNeeded === true)
  .toSorted((a, b) => Number(b.method === 'POST') - Number(a.method === 'POST'))
  .map((route) => [`${route.method} ${route.path}`, route])

test.each(examples)('the example of %s works', async (_, route) => {
  await using house = await openHouse()
  const made = new Map<string, number>()
  // What examples name is there.
  if (route.path === '/api/verifications') await house.add()
  if (route.path.startsWith('/api/summaries')) await linked(house, house.ours, 's1')
  // What the path is about: made by the example of its own list.
  const list = route.path.replace(/\/\{id\}.*$/, '')
  if (route.path.includes('{id}')) {
    const maker = examples.find(([name]) => name === `POST ${list}`)?.[1]
    if (list === '/api/chat_links') {
      await linked(house, house.ours, 's1')
      made.set(list, 1)
    } else if (list === '/api/target_incidents') {
      const { id } = await house.add()
      made.set(list, await addIncident(house, house.ours, id))
    } else {
      const { json, text } = await house.ask('POST', list, { body: maker?.example })
      if (typeof json['id'] !== 'number') throw new Error(text)
      made.set(list, json['id'])
    }
  }
  const query = route.exampleQuery === undefined ? '' : `?${route.exampleQuery}`
  const url = `${route.path.replace('{id}', String(made.get(list)))}${query}`
  const { status, text } = await house.ask(route.method, url, { body: route.example })
  expect([200, 201], text).toContain(status)
})
