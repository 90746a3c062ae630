import { Validator } from '@seriousme/openapi-schema-validator'
import { expect, test } from 'vitest'
import { RESOURCES } from '../../src/api/resources.ts'
import { DOCUMENT, strayOf } from './contract.ts'
import { openHouse } from './house.ts'

test('the document is OpenAPI 3.1', async () => {
  await using house = await openHouse()
  const { status, json, headers } = await house.ask('GET', '/openapi.json', { key: null })
  expect([status, headers['content-type']]).toEqual([200, 'application/json; charset=utf-8'])
  const { valid, errors } = await new Validator().validate(json)
  expect(errors).toBeUndefined()
  expect(valid).toBe(true)
  expect(json).toMatchObject({ openapi: '3.1.0', info: { version: '0.0.0' } })
})

test('every route is in the document, and everything in it is a route', async () => {
  const served = RESOURCES.flatMap(({ routes }) =>
    routes.map(({ method, path }) => `${method} ${path}`),
  )
  const documented = Object.entries(DOCUMENT.paths).flatMap(([path, item]) =>
    Object.keys(item)
      .filter((key) => key !== 'parameters')
      .map((method) => `${method.toUpperCase()} ${path}`),
  )
  expect(new Set(documented).size).toBe(documented.length)
  for (const route of served) expect(documented).toContain(route)
  await using house = await openHouse()
  for (const route of documented) {
    const [method = '', path = ''] = route.split(' ')
    const url = path.replace('{id}', '999999').replace(/\{[a-z]+\}/, 'nobody')
    const { json } = await house.ask('OPTIONS', url)
    expect(json).toEqual({})
    const answer = await house.app.inject({ method: 'OPTIONS', url })
    expect(String(answer.headers['allow']).split(', '), route).toContain(method)
  }
})

test('operations have names of their own', () => {
  const ids = Object.values(DOCUMENT.paths).flatMap((item) =>
    Object.entries(item).flatMap(([key, operation]) =>
      key === 'parameters' ? [] : [(operation as unknown as { operationId: string }).operationId],
    ),
  )
  expect(new Set(ids).size).toBe(ids.length)
  for (const id of ids) expect(id).toMatch(/^[a-z][A-Za-z0-9]+$/)
})

test('an answer that is not in the document would be found', () => {
  const text = JSON.stringify({ id: 1 })
  const ok = { status: 200, type: 'application/json', text }
  expect(strayOf('GET', '/api/targets/1', ok)).toMatch(/must have required property 'name'/)
  expect(strayOf('GET', '/api/targets/1', { ...ok, type: 'text/html' })).toMatch(/as text\/html/)
  expect(strayOf('GET', '/api/targets/1', { ...ok, status: 299 })).toMatch(/299 undocumented/)
  expect(strayOf('GET', '/api/nowhere', ok)).toMatch(/nowhere in the document/)
})
