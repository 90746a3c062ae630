import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { csvLine } from '../../src/kernel/index.ts'
import { readCsv } from '../support/csv.ts'

test.each([
  [['shop', 12, true], 'shop,12,true\r\n'],
  [['', null, undefined], ',,\r\n'],
  [['a,b', 'say "hi"', 'two\r\nlines'], '"a,b","say ""hi""","two\r\nlines"\r\n'],
  [[['eu', 'prod'], { a: 1 }], '"[""eu"",""prod""]","{""a"":1}"\r\n'],
  [['=1+1', '+1', '-1', '@x', '\ta', '\ra'], `'=1+1,'+1,'-1,'@x,'\ta,"'\ra"\r\n`],
  [[-5, -0.5, '5-', 'a=b'], '-5,-0.5,5-,a=b\r\n'],
])('%j is the line %j', (values, line) => {
  expect(csvLine(values)).toBe(line)
})

test('whatever text goes in comes out of a reader, and nothing of it is a formula', () => {
  const rows = fc.array(fc.array(fc.string({ unit: 'grapheme' }), { minLength: 2, maxLength: 4 }))
  fc.assert(
    fc.property(rows, (given) => {
      const read = readCsv(given.map(csvLine).join(''))
      expect(read.map((row) => row.map((cell) => cell.replace(/^'(?=[=+\-@\t\r])/, '')))).toEqual(
        given.map((row) => row.map((cell) => cell.replace(/^'(?=[=+\-@\t\r])/, ''))),
      )
      for (const cell of read.flat()) expect(cell).not.toMatch(/^[=+\-@\t\r]/)
    }),
  )
})
