import { createKey, createLinkCode, firstAccount } from './accounts/index.ts'
import type { Settings } from './config.ts'
import type { Chance, Clock } from './kernel/index.ts'
import { type AccountDb, bindAccount, type Db } from './storage/index.ts'

const BY = { type: 'cli', name: 'first start' } as const

/**
 * What whoever starts it for the first time needs; nothing once a key is made and a chat linked.
 * `inviteLink` is a link that does the inviting and linking at once, where there is one.
 */
export async function welcome(
  db: Db,
  tools: { readonly clock: Clock; readonly chance: Chance },
  settings: Pick<Settings, 'DISCORD_TOKEN' | 'TELEGRAM_TOKEN'>,
  url: string,
  isTerminal: boolean,
  inviteLink: (code: string) => Promise<string | undefined>,
): Promise<string> {
  const account = (await firstAccount(db))!
  const bound = bindAccount(db, account.id)
  const lines = [`Uptalk is running: ${url}/healthz`]
  const needsKey = (await countRows(bound, 'keys')) === 0
  const needsLink = (await countRows(bound, 'chat_links')) === 0
  if (needsKey) {
    // A key never enters a log, and what is no terminal is one.
    const key = isTerminal
      ? await createKey(
          bound,
          { now: tools.clock.now(), chance: tools.chance, by: BY },
          { name: 'admin', scope: 'admin' },
        )
      : undefined
    lines.push(
      key === undefined
        ? 'No API key yet. Make one: npm run --silent uptalk -- keys create --name admin --scope admin'
        : `Admin key, shown this once: ${key.key}`,
    )
  }
  if (!needsLink) return `${lines.join('\n')}\n`
  const code = await createLinkCode(bound, tools.clock.now(), tools.chance, BY)
  const missing = [
    settings.DISCORD_TOKEN === undefined ? 'DISCORD_TOKEN (README: "Make the Discord bot")' : [],
    settings.TELEGRAM_TOKEN === undefined ? 'TELEGRAM_TOKEN (README: "Make the Telegram bot")' : [],
  ].flat()
  lines.push(
    `Link code, good for 10 minutes: ${code}`,
    '',
    'What to do next:',
    '  1. Watch something:  npm run uptalk -- add https://example.com',
    missing.length === 2
      ? `  2. Give it a bot:    put ${missing.join(' or ')} into .env and start again`
      : '  2. Invite the bot to your server or group',
    `  3. In that chat:     /uptime link ${code}   (later: npm run uptalk -- link-code)`,
  )
  const link = await inviteLink(code)
  if (link !== undefined) lines.push(`     Or on Telegram both at once: ${link}`)
  return `${lines.join('\n')}\n`
}

async function countRows(db: AccountDb, table: 'keys' | 'chat_links'): Promise<number> {
  const { count } = await db
    .selectFrom(table)
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow()
  return count
}
