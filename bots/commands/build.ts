import { markLinkLeft, moveLink } from '../../src/accounts/index.ts'
import { moveBoards, restBoards, wakeBoards } from '../../src/boards/index.ts'
import { Fault } from '../../src/kernel/index.ts'
import { moveChannels, switchOffPlace, switchOnPlace } from '../../src/notifications/index.ts'
import { budgetsOf } from '../../src/objectives/index.ts'
import { keepLastDay, keepReading } from '../../src/stats/index.ts'
import { gone, troubleReply } from './answers.ts'
import { CARDS, commandNamed, commandOf, commandPressed, COMMANDS, groupOf } from './catalogue.ts'
import type { AccountCommand, Call, Command, DeskDeps, Given, OpenCall } from './command.ts'
import { completeMonitors, MOST_CHOICES } from './complete.ts'
import { BESIDE, readPress } from './compose.ts'
import type { Ask, Choice, Desk, Place } from './desk.ts'
import { bindCall, findMember, mayRun, unlinked } from './guard.ts'
import { unknownCommand } from './help.ts'
import { readOptions, type Word, wordsOf } from './line.ts'
import { refused } from './refused.ts'
import { misread, olderButton } from './slips.ts'
import type { Reply } from './reply.ts'
import { status, statusReply } from './status.ts'

/** The call of somebody who may give this command, or the answer why not. */
async function admit(
  call: OpenCall,
  command: AccountCommand,
): Promise<{ readonly call: Call } | { readonly reply: Reply }> {
  const member = await findMember(call)
  if (member === undefined) return { reply: unlinked(call.place) }
  if (!mayRun(command, member)) return { reply: refused(command, member, call.place) }
  return { call: bindCall(call, member) }
}

/** By the account's clocks, unless the answer has its own. */
const inZone = ({ account }: Call, reply: Reply): Reply => ({ zone: account.timezone, ...reply })

async function runCommand(call: OpenCall, command: Command, given: Given): Promise<Reply> {
  if (command.role === null) return command.run(call, given)
  const admitted = await admit(call, command)
  if ('reply' in admitted) return admitted.reply
  return inZone(admitted.call, await command.run(admitted.call, given))
}

async function runLine(call: OpenCall, words: readonly Word[], filled: Given): Promise<Reply> {
  const meant = commandOf(words)
  if (meant === undefined) {
    // `alerts loud`: the first word is right.
    const count = groupOf(words[0]!.text).length > 0 ? 2 : 1
    const wrong = words.slice(0, count).map((word) => word.text)
    return unknownCommand(call, COMMANDS, wrong.join(' '))
  }
  const { command, rest } = meant
  const read = readOptions(command.options, rest)
  if (!('given' in read)) return misread(call, command, read)
  return runCommand(call, command, { ...read.given, ...filled })
}

const UNKNOWN = new Set(['monitor_unknown', 'incident_unknown', 'maintenance_unknown'])

async function pressButton(call: OpenCall, press: string): Promise<Reply> {
  const read = readPress(press)
  const command = read === undefined ? undefined : commandPressed(read.action)
  if (read === undefined || command === undefined) {
    const admitted = await admit(call, status)
    return 'reply' in admitted ? admitted.reply : olderButton(await statusReply(admitted.call))
  }
  const admitted = await admit(call, command)
  if ('reply' in admitted) return admitted.reply
  try {
    const isBeside = read.extra === BESIDE
    const pressed = isBeside ? { ...read, extra: '' } : read
    const answer = command.presses[read.action] ?? command.forms[read.action]
    const reply = await answer!(admitted.call, pressed)
    return inZone(admitted.call, isBeside ? { ...reply, audience: 'asker' } : reply)
  } catch (error) {
    if (error instanceof Fault && UNKNOWN.has(error.code)) return gone()
    throw error
  }
}

async function complete(
  call: OpenCall,
  command: Command | undefined,
  option: string,
  typed: string,
): Promise<readonly Choice[]> {
  const asked = command?.options.find(({ name }) => name === option)
  if (command === undefined || command.role === null || asked?.kind !== 'monitor') return []
  const admitted = await admit(call, command)
  if ('reply' in admitted) return []
  const found = await (command.complete ?? completeMonitors)(admitted.call, typed)
  return found.slice(0, MOST_CHOICES)
}

/** The one door of all adapters: guard, options, command, trouble. */
export function buildDesk(deps: DeskDeps): Desk {
  const lastDay = keepLastDay(deps.clock)
  const budgets = keepReading(deps.clock, (db, now) => budgetsOf(db, 'all', now))
  const open = (ask: Ask): OpenCall => ({ ...ask, deps, now: deps.clock.now(), lastDay, budgets })

  async function calmly(
    place: Place,
    command: Command | undefined,
    work: () => Promise<Reply>,
  ): Promise<Reply> {
    try {
      return await work()
    } catch (error) {
      return troubleReply(error, deps, place, command)
    }
  }

  async function quietly(event: string, work: () => Promise<void>): Promise<void> {
    try {
      await work()
    } catch (error) {
      deps.log.error({ err: error }, event)
    }
  }

  return {
    cards: CARDS,
    run: (ask, word, given) => {
      const command = commandNamed(word)
      return calmly(ask.place, command, async () =>
        command === undefined
          ? unknownCommand(ask, COMMANDS, word)
          : runCommand(open(ask), command, given),
      )
    },
    runLine: (ask, line, given = {}) => {
      const words = wordsOf(line)
      return calmly(ask.place, commandOf(words)?.command, () => runLine(open(ask), words, given))
    },
    pressCard: (press) => {
      const action = readPress(press)?.action ?? ''
      const command = commandPressed(action)
      // A form is there at once, whatever its command does afterwards.
      return command !== undefined && Object.hasOwn(command.forms, action)
        ? { ...command.card, slow: false }
        : command?.card
    },
    press: (ask, press) =>
      calmly(ask.place, commandPressed(readPress(press)?.action ?? ''), () =>
        pressButton(open(ask), press),
      ),
    complete: async (ask, word, option, typed) => {
      try {
        return await complete(open(ask), commandNamed(word), option, typed)
      } catch (error) {
        deps.log.error({ err: error, command: word }, 'completion broke')
        return []
      }
    },
    placeLeft: (place, why) =>
      quietly('place not switched off', async () => {
        await markLinkLeft(deps.db, place, deps.clock.now())
        await switchOffPlace(deps.db, deps.clock.now(), place, why)
        await restBoards(deps.db, place, why)
      }),
    placeBack: (place) =>
      quietly('place not switched on', async () => {
        const wasAway = await markLinkLeft(deps.db, place, null)
        // Discord says it at each login: there, what was switched off for another reason stays off.
        // Telegram says it when it happens; that we had left, a refused message may have told first.
        if (wasAway || place.platform === 'telegram') {
          await switchOnPlace(deps.db, deps.clock.now(), place)
          await wakeBoards(deps.db, place)
        }
      }),
    placeMoved: (place, serverId) =>
      quietly('place not moved', () =>
        deps.db.transaction().execute(async (tx) => {
          await moveLink(tx, place, serverId)
          await moveChannels(tx, place.platform, place.serverId, serverId)
          await moveBoards(tx, place.platform, place.serverId, serverId)
        }),
      ),
  }
}
