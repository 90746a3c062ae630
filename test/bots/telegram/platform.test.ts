import { afterAll, beforeAll, expect, test } from 'vitest'
import { clickable, FakeTelegram, type Room } from '../../support/telegram/index.ts'

// The fake is what everything else is judged by: here it is judged itself, by plain requests.
let fake: FakeTelegram
let room: Room

beforeAll(async () => {
  fake = await FakeTelegram.open()
  room = fake.group('Ops', { topics: [42] })
})
afterAll(() => fake[Symbol.asyncDispose]())

interface Said {
  readonly ok: boolean
  readonly error_code?: number
  readonly description?: string
  readonly parameters?: Record<string, number>
  readonly result?: never
}

async function call(method: string, body: unknown, token = fake.token): Promise<Said> {
  const response = await fetch(`${fake.url}/bot${token}/${method}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  const said = (await response.json()) as Said
  expect(response.status).toBe(said.error_code ?? 200)
  return said
}

const send = (more: object): Promise<Said> =>
  call('sendMessage', { chat_id: room.id, text: 'hello', ...more })
const bold = (offset: number, length: number) => ({ type: 'bold', offset, length })
const keys = (...rows: object[][]) => ({ reply_markup: { inline_keyboard: rows } })
const key = (callback_data: string) => ({ text: 'x', callback_data })

test.each<[string, object]>([
  ['plain text', {}],
  ['the longest text', { text: 'x'.repeat(4096) }],
  ['entities side by side', { entities: [bold(0, 2), bold(2, 3)] }],
  ['64 bytes of data', keys([key('x'.repeat(64))])],
  ['eight in a row', keys(Array.from({ length: 8 }, () => key('x')))],
  ['a topic', { message_thread_id: 42 }],
  ['a chat id in digits', { chat_id: '' }],
])('%s is taken', async (_, more) => {
  const given = 'chat_id' in more ? { chat_id: String(room.id) } : more
  expect((await send(given)).ok).toBe(true)
})

test.each<[string, object, string]>([
  ['no text', { text: ' \n' }, 'message text is empty'],
  ['too long a text', { text: 'x'.repeat(4097) }, 'message is too long'],
  ['an unknown parameter', { disable_web_page_preview: true }, 'disable_web_page_preview'],
  ['a parse mode', { parse_mode: 'HTML' }, 'parse_mode'],
  ['a parameter of a wrong type', { disable_notification: 'yes' }, 'disable_notification'],
  ['an unknown entity', { entities: [{ type: 'loud', offset: 0, length: 1 }] }, 'entities.0.type'],
  ['an entity out of range', { entities: [bold(3, 3)] }, 'beyond the end'],
  ['an empty entity', { entities: [bold(0, 0)] }, 'entities.0.length'],
  ['half a symbol', { text: '🔴 x', entities: [bold(1, 2)] }, 'UTF-16'],
  ['entities that overlap', { entities: [bold(0, 3), bold(2, 2)] }, 'overlaps'],
  [
    '101 entities',
    { text: 'x'.repeat(101), entities: Array.from({ length: 101 }, (_, at) => bold(at, 1)) },
    'too many entities',
  ],
  ['half a surrogate pair', { text: 'x\uD83D' }, 'UTF-8'],
  ['65 bytes of data', keys([key('é'.repeat(33))]), 'BUTTON_DATA_INVALID'],
  ['empty data', keys([key('')]), 'BUTTON_DATA_INVALID'],
  ['nine in a row', keys(Array.from({ length: 9 }, () => key('x'))), 'BUTTON_ROW_INVALID'],
  ['a button without anything', keys([{ text: 'x' }]), 'exactly one'],
  ['a button to localhost', keys([{ text: 'x', url: 'http://localhost:3000' }]), 'Wrong HTTP URL'],
  ['an unknown topic', { message_thread_id: 43 }, 'message thread not found'],
  ['an unknown chat', { chat_id: -5 }, 'chat not found'],
  ['a reply to nothing', { reply_parameters: { message_id: 1 } }, 'to be replied not found'],
])('%s is refused', async (_, more, words) => {
  const said = await send(more)
  expect(said).toMatchObject({ ok: false, error_code: 400 })
  expect(said.description).toContain(words)
})

test('edits: kept with their history, refused when nothing changes or the message is gone', async () => {
  const sent = (await send({ text: 'one' })) as unknown as { result: { message_id: number } }
  const { message_id } = sent.result
  const edit = (words: string, id = message_id): Promise<Said> =>
    call('editMessageText', { chat_id: room.id, message_id: id, text: words })
  expect((await edit('two')).ok).toBe(true)
  expect((await edit('two')).description).toContain('message is not modified')
  expect((await edit('three', 1)).description).toContain('message to edit not found')
  const kept = fake.message({ chatId: room.id, id: message_id })
  expect([...kept.before.map(({ text }) => text), kept.text]).toEqual(['one', 'two'])
})

test('tokens and methods', async () => {
  expect(await call('getMe', {}, '1:wrong')).toMatchObject({ error_code: 401 })
  expect(await call('getMoon', {})).toMatchObject({ error_code: 404 })
  expect(await call('getMe', {})).toMatchObject({ ok: true, result: { username: 'UptalkBot' } })
})

test('a group that moved tells where to', async () => {
  const old = fake.basicGroup('Old', fake.person('Ann'))
  const next = fake.migrate(old, true)
  expect(await send({ chat_id: old.id })).toMatchObject({
    error_code: 400,
    parameters: { migrate_to_chat_id: next.id },
  })
})

test('a poll waits for an update; a second poll ends it with 409; offsets confirm', async () => {
  await using alone = await FakeTelegram.open()
  const ann = alone.person('Ann')
  const poll = async (body: object): Promise<Said> => {
    const response = await fetch(`${alone.url}/bot${alone.token}/getUpdates`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    return (await response.json()) as Said
  }
  const first = poll({ timeout: 30 })
  await alone.polled()
  const second = poll({ timeout: 30 })
  expect(await first).toMatchObject({ ok: false, error_code: 409 })
  alone.tell({ chat: alone.privateChat(ann), from: ann, text: 'hello' })
  const [update] = (await second).result as unknown as { update_id: number; message: object }[]
  expect(update!.message).toMatchObject({ text: 'hello', from: { first_name: 'Ann' } })
  expect((await poll({ timeout: 0 })).result).toHaveLength(1)
  expect((await poll({ timeout: 0, offset: update!.update_id + 1 })).result).toEqual([])
})

test('who waits in vain is told what there was', async () => {
  await using alone = await FakeTelegram.open({ patienceMs: 10 })
  const ann = alone.person('Ann')
  const said = alone.say({ chat: alone.privateChat(ann), from: ann, text: '/status' })
  await expect(said).rejects.toThrow('waited in vain\n— Ann\n  Ann: /status')
})

test.each([
  ['@durov', ['@durov']],
  ['see /uptime@Bot now', ['/uptime@Bot']],
  ['#tag and $USD', ['#tag', '$USD']],
  ['x.com, http://localhost/a', ['x.com', 'http://localhost/a']],
  ['a@b.example', ['b.example']],
  ['182 ms · 99.95 % · 1/2 · v1:del:1 · 10.0.0.7', []],
])('Telegram would make links of %j: %j', (words, links) => {
  expect(clickable(words, [])).toEqual(links)
  expect(clickable(words, [{ type: 'code', offset: 0, length: words.length }])).toEqual([])
})
