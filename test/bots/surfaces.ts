import type { Ask } from '../../bots/commands/desk.ts'
import { renderTerminal } from '../../bots/terminal/render.ts'
import { SECOND } from '../../src/kernel/index.ts'
import { show } from '../support/discord/index.ts'
import { openLinkedHome } from './home.ts'

export const SHELL: Ask = {
  actor: { userId: 'ann', displayName: 'Ann', standing: 'creator' },
  place: {
    platform: 'terminal',
    serverId: 'main',
    channelId: 'terminal',
    threadId: null,
    isPrivate: true,
    title: 'terminal',
  },
}

type Surface = 'discord' | 'telegram' | 'terminal'

/** A command with its options, and as it is typed. */
export interface Typed {
  readonly name: string
  readonly options?: Readonly<Record<string, string>>
  readonly line: string
}

export type Linked = Awaited<ReturnType<typeof openLinkedHome>>

export async function openSurfaces() {
  const home = await openLinkedHome()
  await home.add('Shop')
  await home.falls(1)
  return home
}

type Read = (home: Linked, typed: Typed, isOwner?: boolean) => Promise<string>

/** What somebody who gives it there reads, and he alone; without a name he is the owner. */
export const READS: Readonly<Record<Surface, Read>> = {
  async discord({ discord }, { name, options = {} }, isOwner = true) {
    const user = isOwner ? {} : { user: discord.user('cat') }
    const { message, ephemeral } = await discord.command({ name, options, ...user })
    // What was refused for its form would lack its example.
    if (!ephemeral || discord.refused.length > 0) throw new Error(discord.refused.join(', '))
    return show(message).replaceAll(/[`\\]/g, '')
  },
  async telegram({ telegram, clock, group, ann, cat }, { line }, isOwner = true) {
    await clock.turn(SECOND)
    const from = isOwner ? ann : cat
    const sent = await telegram.say({ chat: group, from, text: `/uptime ${line}` })
    await telegram.waitFor(() => telegram.message(sent).text !== 'Looking…')
    return telegram.message(sent).text
  },
  async terminal({ desk, clock }, { line }) {
    const reply = await desk.runLine(SHELL, line)
    if ((reply.exitCode ?? 0) === 0) throw new Error('it ended well')
    const screen = { color: false, columns: 1000, zone: 'UTC', now: clock.now(), isShell: true }
    return renderTerminal(reply, screen).replaceAll('\n  ', '\n').replaceAll('uptalk ', '/uptime ')
  },
}
