import type { Draw } from './draw.ts'

const deep = (levels: number): unknown => (levels === 0 ? 1 : [deep(levels - 1)])

/** What a field, a parameter or a header of some program may hold one day. */
const VALUES: readonly unknown[] = [
  null,
  true,
  false,
  0,
  -1,
  1,
  2,
  1.5,
  1e21,
  2 ** 53,
  -0,
  86_401,
  '',
  ' ',
  '0',
  '1e3',
  '1',
  'true',
  'null',
  'x',
  'x'.repeat(5000),
  '\u0000',
  '\uD800',
  '\u202Eevil',
  '👩‍👩‍👧‍👦'.repeat(20),
  "'; drop table monitors; --",
  '%00',
  '../../etc/passwd',
  '__proto__',
  'constructor',
  '<script>alert(1)</script>',
  '2027-02-30T00:00:00Z',
  '2027-03-05T00:00:00Z',
  '2027-03-05',
  '0 9 * * *',
  '* * * * * *',
  'https://shop.example/',
  'http://[::1',
  'http://127.0.0.1:99999/',
  'ftp://shop.example/',
  'shop.example',
  'shop.example:443',
  '127.0.0.1',
  '$[?(@.a == 1)]',
  '(a+)+$',
  '[redacted]',
  'UTC',
  'Mars/Olympus',
  '/api/targets/1',
  '/api/targets/2',
  '/api/targets/3',
  '/api/targets/999999',
  '/api/channels/1',
  '/api/users/2',
  [],
  {},
  [null],
  [1, 1],
  ['a', 'a'],
  ['/api/targets/1'],
  ['/api/targets/3'],
  { a: 1 },
  { name: {} },
  deep(20),
  deep(40),
  Array.from({ length: 300 }, (_, n) => n),
]

export const nasty = (draw: Draw): unknown => draw.of(VALUES)

/** `body` with some fields made nasty, left out, or put in. */
export function spoil(draw: Draw, body: unknown, names: readonly string[]): unknown {
  if (draw.isOneIn(20)) return nasty(draw)
  if (Array.isArray(body)) return body.map((it) => (draw.isOneIn(3) ? spoil(draw, it, names) : it))
  if (typeof body !== 'object' || body === null) return nasty(draw)
  const fields = Object.entries(body).flatMap(([name, value]): [string, unknown][] => {
    if (draw.isOneIn(20)) return []
    if (draw.isOneIn(8)) return [[name, nasty(draw)]]
    if (draw.isOneIn(5)) return [[name, spoil(draw, value, names)]]
    return [[name, value]]
  })
  for (let more = draw.isOneIn(2) ? 0 : draw.below(3); more > 0; more -= 1)
    fields.push([draw.isOneIn(6) ? String(nasty(draw)) : draw.of(names), nasty(draw)])
  return Object.fromEntries(fields)
}

/** Text as a body that may be none at all. */
export function garble(draw: Draw, text: string): string | Buffer {
  switch (draw.below(6)) {
    case 0:
      return text.slice(0, draw.below(text.length + 1))
    case 1:
      return `\uFEFF${text}`
    case 2:
      return Buffer.from([...Buffer.from(text.slice(0, 20)), 0xff, 0xfe, 0x80])
    case 3:
      return text.replace('{', '{"name":"a","name":"b",')
    case 4:
      return `${text}${text}`
    default:
      return text.replace(/"/, "'")
  }
}
