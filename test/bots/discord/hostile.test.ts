import { array, assert, constantFrom, property } from 'fast-check'
import { expect, test } from 'vitest'
import {
  address,
  facts,
  line,
  name,
  note,
  type Reply,
  text,
  verbatim,
} from '../../../bots/commands/reply.ts'
import { renderDiscord } from '../../../bots/discord/render.ts'
import { judgeMessage } from '../../support/discord/judge.ts'
import { say } from './desk.ts'

const HOSTILE = [
  '@everyone',
  '@here',
  '<@&1>',
  '<@1>',
  '<#1>',
  '</delete:1>',
  '<t:0:R>',
  '<:a:1>',
  '[x](http://evil.example)',
  '**a** __b__ ||c|| ~~d~~ _e_ *f*',
  '```',
  '`',
  '``x``',
  '</a>',
  '<b>',
  '&lt;',
  '@durov',
  '/uptime delete shop',
  'shop\u202Etxt.exe',
  '\u200F\u2066x',
  '👨‍👩‍👧'.repeat(64),
  'Z\u0351\u0352\u0353\u0354\u0355\u0356\u0357algo',
  'x'.repeat(2000),
  '\u200B\u2060',
  'v1:del:1',
  'javascript:alert(1)',
  '\\\\',
  '\\',
  'ends with \\',
  '\n# big',
  '# big',
  '-# small',
  '> quote',
  '- item',
  '+ item',
  '1. first',
  'https://evil.example/x',
  'www.evil.example',
  'discord.gg/abc',
  ':skull:',
  ':white_check_mark:',
]

/** All the texts a client would read Markdown in. */
function markdownOf(reply: Reply): string[] {
  const { content, embeds } = renderDiscord(reply)
  const texts = [content]
  for (const { description, fields } of embeds)
    texts.push(description ?? '', ...(fields ?? []).map(({ value }) => value))
  return texts
}

/** What is left for a parser once code spans and escaped characters are out of its reach. */
const livePart = (markdown: string): string =>
  markdown
    .replace(/^(🟢 )\*\*(.*)\*\*$/gmu, '$1$2') // our own bold around a row's name
    .replace(/\\[^0-9A-Za-z\s]|`[^`\n]+`/g, '·')

const LIVE = {
  mention: /@|<[@#:/at]/,
  link: /:\/\/|www\.|discord\.gg|\]\(/,
  emphasis: /[*_~|`]/,
  'heading, list or quote': /^\s*(#{1,6}|-#|>|[-+]|\d+\.)(\s|$)/m,
  'emoji code': /:[\w+-]+:/,
  'unseen character': /(?!\n)[\p{Cc}\u200B\u200E\u200F\u202A-\u202E\u2066\u2067]/u,
}

/** All that would come to life in a client, and all the platform would refuse. */
function troubleIn(reply: Reply): string[] {
  const alive = markdownOf(reply).map(livePart)
  const found = Object.entries(LIVE).flatMap(([what, pattern]) =>
    alive.filter((part) => pattern.test(part)).map((part) => `${what} in ${part}`),
  )
  return found.concat(judgeMessage('post', renderDiscord(reply)))
}

const everywhere = (words: string): Reply =>
  say('', {
    headline: [name(words)],
    body: [
      { kind: 'rows', rows: [{ state: 'up', name: words, tail: [] }] },
      line(name(words)),
      line(address(words)),
      line(verbatim(words)),
      facts(['Label', [name(words)]], ['Again', [verbatim(words)]]),
      note(name(words)),
    ],
    actions: [{ label: words, press: 'v1:x:1' }],
  })

test.each(HOSTILE)('%j is nothing but words', (words) => {
  expect(troubleIn(everywhere(words))).toEqual([])
})

test('nor is anything else a person can think of', () => {
  const bits = constantFrom(...HOSTILE, ' ', 'a', '\n', '1', '.', ':', '/', '@', '#', '-', '<', '>')
  const mixes = array(bits, { maxLength: 8 }).map((parts) => parts.join(''))
  expect(() =>
    assert(property(mixes, (words) => troubleIn(everywhere(words)).length === 0)),
  ).not.toThrow()
})

test('harmless names look as they are written', () => {
  const harmless = [
    'Shop',
    'api.example.com',
    'eu-west 1 (prod)',
    'Köln + Bonn',
    '12:30 job',
    'R&D',
  ]
  for (const words of harmless)
    expect(renderDiscord(say('', { headline: [name(words)] })).content).toBe(words)
})

test('a right-to-left name keeps to itself', () => {
  const { content } = renderDiscord(say('', { headline: [name('חנות'), text(' is up')] }))
  expect(content).toBe('\u2068חנות\u2069 is up')
})

test('our own words are words too, but our addresses work', () => {
  const url = 'http://127.0.0.1:3000/sign_in?code=a_b_c'
  const { content } = renderDiscord(say(`Open ${url} — not *before* 5_000 ms`))
  expect(content).toBe(`Open ${url} — not \\*before\\* 5\\_000 ms`)
})

test('what nobody may be rung by is said in every message', () => {
  expect(renderDiscord(everywhere('@everyone')).allowed_mentions).toEqual({ parse: [] })
})
