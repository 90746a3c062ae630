import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import process from 'node:process'
import { readSettings } from '../../src/config.ts'
import { SECOND, systemClock } from '../../src/kernel/index.ts'
import { openLog } from '../../src/log.ts'
import { start } from '../../src/start.ts'
import { addChannel, type Messenger, type News } from '../../src/notifications/index.ts'
import { type Reply, wordNews } from '../commands/index.ts'
import { chat } from './chat.ts'
import { shown } from './say.ts'
import { openSession, type Session } from './session.ts'

const BREAKS_AFTER_MS = 6 * SECOND
const ANN_NEEDS_MS = 5 * SECOND
const MENDED_AFTER_MS = 9 * SECOND

/** A web site on loopback that can be broken. */
async function openSite(delayMs = 0) {
  const site = { status: 200, url: '' }
  const server = createServer((_, response) => {
    setTimeout(() => response.writeHead(site.status).end('hello'), delayMs)
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  site.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
  return Object.assign(site, {
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => {
        server.close(resolve)
      })
    },
  })
}

/** The terminal as a channel: prints what a chat would be told, a change of it as a new print. */
function terminalMessenger(tell: (reply: Reply) => void, heard: (news: News) => void): Messenger {
  let posts = 0
  const show = (news: News) => {
    tell(wordNews(news))
    heard(news)
  }
  return {
    post: async ({ news }) => {
      show(news)
      posts += 1
      return { kind: 'done', messageId: String(posts) }
    },
    edit: async (_, messageId, news) => {
      show(news)
      return { kind: 'done', messageId }
    },
  }
}

async function prepare(session: Session, sites: Readonly<Record<string, string>>): Promise<void> {
  const { desk, ask, db } = session
  await addChannel(db, systemClock.now(), {
    kind: 'terminal',
    name: 'this terminal',
    linkId: null,
    channelId: 'terminal',
    threadId: null,
  })
  for (const [name, url] of Object.entries(sites))
    await desk.run(ask, 'add', { url, name, interval: '10s' })
}

/**
 * Three sites on this machine, one of which breaks and is mended, and a prompt to try the commands
 * at. Nothing of it is kept. Without a terminal to type at it ends with its story.
 */
export async function main(): Promise<void> {
  await using opened = new AsyncDisposableStack()
  const leaving = new AbortController()
  // The second signal finds nobody, and ends the process at once.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => leaving.abort())
  const folder = await mkdtemp(path.join(tmpdir(), 'uptalk-demo-'))
  opened.defer(() => rm(folder, { recursive: true, force: true }))
  const env = {
    DATABASE_PATH: path.join(folder, 'demo.db'),
    PORT: '0',
    CANARY_HOSTS: '',
    LOG_LEVEL: 'error',
  }
  const io = { args: [], env, folder, in: process.stdin, out: process.stdout, err: process.stderr }
  const [shop, api, blog] = [await openSite(), await openSite(), await openSite(180)]
  for (const site of [shop, api, blog]) opened.use(site)

  let tell = (reply: Reply) => {
    io.out.write(`${shown(io, session, reply)}\n`)
  }
  const narrate = (words: string) => {
    io.out.write(`${io.out.isTTY ? '\r\u001B[K' : ''}\n— ${words}\n`)
  }
  const alerted = Promise.withResolvers<void>()
  const recovered = Promise.withResolvers<void>()
  const messenger = terminalMessenger(
    (reply) => tell(reply),
    (news) => {
      if (news.kind === 'alert') alerted.resolve()
      if (news.kind === 'recovery') recovered.resolve()
    },
  )
  const settings = readSettings(env, folder)
  const log = openLog(settings, process.stderr)
  opened.use(await start(settings, log, { messengers: { terminal: messenger } }))
  const session = opened.use(await openSession(io, undefined))
  const { desk, ask } = session

  narrate('Three sites on this machine are watched every 10 s: Shop, API, Blog.')
  await prepare(session, { Shop: shop.url, API: api.url, Blog: blog.url })
  tell(await desk.run(ask, 'status', {}))

  const pause = (ms: number) => systemClock.sleep(ms, leaving.signal)
  const stays = () => !leaving.signal.aborted
  const story = async () => {
    await pause(BREAKS_AFTER_MS)
    if (!stays()) return
    shop.status = 500
    narrate('Shop has just broken. One failure is no outage: it is looked at again first …')
    await Promise.race([alerted.promise, pause(60 * SECOND)])
    await pause(ANN_NEEDS_MS)
    if (!stays()) return
    narrate('Ann takes it on. In a chat the same message changes:')
    await desk.run({ ...ask, actor: { ...ask.actor, displayName: 'Ann' } }, 'ack', {
      incident: 'Shop',
    })
    await pause(MENDED_AFTER_MS - ANN_NEEDS_MS)
    if (!stays()) return
    shop.status = 200
    narrate('Shop is mended; the next look will see it …')
    await Promise.race([recovered.promise, pause(60 * SECOND)])
    await pause(SECOND)
    if (!stays()) return
    narrate('In sum:')
    tell(await desk.run(ask, 'status', {}))
    tell(await desk.run(ask, 'incidents', {}))
    if (io.in.isTTY) narrate('That was all by itself; the prompt is yours (exit leaves).')
  }
  const telling = story()
  if (io.in.isTTY && stays()) {
    await chat(
      io,
      session,
      (it) => {
        tell = it
      },
      leaving.signal,
    )
    leaving.abort()
  }
  await telling
  leaving.abort()
}
