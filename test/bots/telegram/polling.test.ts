import { expect, test } from 'vitest'
import { SECOND } from '../../../src/kernel/index.ts'
import {
  badGateway,
  broken,
  conflict,
  cutBefore,
  hang,
  refuse,
  tooMany,
} from '../../support/telegram/index.ts'
import { openRunningStage, openStage, type Stage } from './stage.ts'

/** Somebody is answered, so polling works. */
async function answers(stage: Stage): Promise<void> {
  const ann = stage.fake.person('Ann')
  const chat = stage.fake.privateChat(ann)
  expect((await stage.say({ chat, from: ann, text: '/status' })).text).toBe('heard: status')
}

test('it polls for what it wants and keeps what waited', async () => {
  await using stage = await openRunningStage()
  expect(stage.part.state()).toBe('ok')
  const [first, second] = stage.fake.callsOf('getUpdates')
  expect(first!.body).toEqual({
    offset: 1,
    timeout: 0,
    allowed_updates: ['message', 'channel_post', 'callback_query', 'my_chat_member', 'chat_member'],
  })
  expect(second!.body).toMatchObject({ timeout: 30 })
  expect(stage.fake.callsOf('deleteWebhook')[0]!.body).toEqual({})
})

test.each([
  ['a wrong token', refuse(401, 'Unauthorized')],
  ['a token without form', refuse(404, 'Not Found')],
])('%s stops it, said once', async (_, trouble) => {
  await using stage = await openStage((fake) => {
    fake.always('getMe', trouble)
  })
  await stage.fake.waitFor(() => stage.part.state() === 'stopped')
  expect(stage.log.lines).toEqual([
    {
      level: 'error',
      event: 'part stopped',
      fields: {
        part: 'telegram',
        why: 'token refused; @BotFather shows the right one',
      },
    },
  ])
})

test('a token revoked while running stops it', async () => {
  await using stage = await openRunningStage()
  stage.fake.token = 'another'
  const ann = stage.fake.person('Ann')
  stage.fake.tell({ chat: stage.fake.privateChat(ann), from: ann, text: 'wake up' })
  await stage.fake.waitFor(() => stage.part.state() === 'stopped')
  expect(stage.log.says('part stopped')!.fields['why']).toMatch(/^token refused/)
})

test('another process on the token is waited out for ever, and named', async () => {
  await using stage = await openStage((fake) => {
    fake.next('getUpdates', conflict)
    fake.next('getUpdates', conflict)
  })
  await stage.fake.waitFor(() => stage.log.says('part failed'))
  expect(stage.part.state()).toBe('retrying')
  expect(stage.log.says('part failed')!.fields['why']).toBe('another process uses this token')
  await stage.backOff(1)
  await stage.backOff(2)
  await stage.fake.polled()
  // The short poll proves nothing after a conflict: the other one was cut off by it.
  expect(stage.part.state()).toBe('retrying')
  await answers(stage)
  expect(stage.part.state()).toBe('ok')
})

test.each([
  ['500', broken],
  ['a page of the proxy', badGateway],
  ['a cut connection', cutBefore],
])('%s instead of updates shows as retrying, then it polls again', async (_, trouble) => {
  await using stage = await openStage((fake) => {
    fake.next('getUpdates', trouble)
  })
  await stage.fake.waitFor(() => stage.part.state() === 'retrying')
  await stage.backOff(1)
  await stage.fake.polled()
  expect(stage.part.state()).toBe('ok')
  await answers(stage)
})

test('Telegram away at the start and back later', async () => {
  await using stage = await openStage((fake) => fake.away())
  await stage.sleeps(1050)
  expect(stage.part.state()).toBe('retrying')
  expect(stage.log.says('part failed')!.fields['why']).toBe(
    'Telegram could not be reached (ECONNREFUSED)',
  )
  await stage.fake.back()
  await stage.backOff(1)
  await stage.fake.polled()
  expect(stage.part.state()).toBe('ok')
})

test('Telegram away while running: what waited there is heard after', async () => {
  await using stage = await openRunningStage()
  await stage.fake.away()
  await stage.fake.waitFor(() => stage.part.state() === 'retrying')
  const ann = stage.fake.person('Ann')
  const chat = stage.fake.privateChat(ann)
  stage.fake.tell({ chat, from: ann, text: '/status' })
  await stage.fake.back()
  await stage.backOff(1)
  await stage.fake.waitFor(() => stage.fake.messages(chat.id)[1]?.text === 'heard: status')
  await stage.fake.polled()
  expect(stage.part.state()).toBe('ok')
  expect(stage.returns).toBe(2)
})

test('asked to slow down, it waits as told and goes on', async () => {
  await using stage = await openStage((fake) => {
    fake.next('getUpdates', tooMany(0))
  })
  await stage.fake.polled()
  expect(stage.part.state()).toBe('ok')
  expect(stage.log.lines).toEqual([])
})

test('a poll that hangs for 90 s is begun anew', async () => {
  await using stage = await openStage((fake) => {
    fake.next('getUpdates', hang)
  })
  await stage.fake.waitFor(() => stage.fake.callsOf('getUpdates').length === 1)
  await stage.sleeps(90 * SECOND)
  await stage.clock.turn(89 * SECOND)
  expect(stage.part.state()).toBe('starting')
  await stage.clock.turn(SECOND)
  await stage.fake.waitFor(() => stage.part.state() === 'retrying')
  expect(stage.log.says('part failed')!.fields['why']).toBe('no poll for 90 s')
  await stage.backOff(1)
  await stage.fake.polled()
  await answers(stage)
})

test('an update that breaks is logged, and the next one is heard', async () => {
  await using stage = await openRunningStage()
  const { seen } = stage
  const add = seen.add.bind(seen)
  seen.add = () => {
    seen.add = add
    throw new Error('disk full')
  }
  const ann = stage.fake.person('Ann')
  stage.fake.tell({ chat: stage.fake.privateChat(ann), from: ann, text: '/status' })
  await answers(stage)
  expect(stage.log.says('telegram update failed')!.fields['why']).toBe('disk full')
  expect(stage.part.state()).toBe('ok')
})

test('it stops with Telegram away, and in time with Telegram silent', async () => {
  const away = await openRunningStage()
  await away.fake.away()
  await away[Symbol.asyncDispose]()
  expect(away.part.state()).toBe('stopped')

  await using silent = await openRunningStage()
  silent.fake.always('getUpdates', hang)
  const stopped = silent.part[Symbol.asyncDispose]()
  await silent.fake.waitFor(() => silent.fake.callsOf('getUpdates').length === 3)
  await silent.clock.turn(2 * SECOND)
  await stopped
  expect(silent.part.state()).toBe('stopped')
})

test('the token is in no line of the log, whatever fails', async () => {
  await using stage = await openStage((fake) => {
    fake.next('getMe', cutBefore)
    fake.next('getUpdates', badGateway)
    // The second is for the request that stopping makes.
    fake.next('getUpdates', cutBefore)
    fake.next('getUpdates', conflict)
    fake.next('getMyCommands', cutBefore)
  })
  await stage.backOff(1)
  await stage.backOff(2)
  await stage.backOff(3)
  await stage.fake.polled()
  await answers(stage)
  await stage.fake.waitFor(() => stage.log.says('telegram menu was not set'))
  expect(JSON.stringify(stage.log.lines)).not.toContain(stage.fake.token.slice(8))
})
