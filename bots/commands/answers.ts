import { FAULTS, Fault, InvalidInput, type Violation } from '../../src/kernel/index.ts'
import { isPassing } from '../../src/storage/index.ts'
import { addButton } from './buttons.ts'
import type { Command, DeskDeps } from './command.ts'
import { no, refusal, say, signed } from './compose.ts'
import type { Place } from './desk.ts'
import { line, type Node, note, type Reply, type Run, text, verbatim } from './reply.ts'
import { fill, words } from './sentences.ts'

const SAYS = {
  chatNames: { intervalSeconds: '"interval" (in seconds)' },
  field: '"{field}"',
  rule: '{field} {rule}.',
  ruleNot: '{field} {rule}, not {given}.',
  cannotBe: 'That cannot be.',
  tryThis: 'Try: {example}',
  noRoom:
    'The database takes nothing in now: another program holds it, or its disk is full. Try again in a moment.',
  noRoomWatched: '{trouble} Your monitors are still being watched.',
  broke: 'Something broke on my side (ref {ref}). Your monitors are still being watched.',
  brokeShort: 'Something broke (ref {ref}).',
  gone: 'That is no longer there.',
  nothingWatched: 'Nothing is watched yet. {example}',
} as const

const PREFIX = { discord: '/uptime ', telegram: '/uptime ', terminal: 'uptalk ' } as const

/** A command as it is typed in this place. */
export const typed = (place: Pick<Place, 'platform'>, typing: string): string =>
  `${PREFIX[place.platform]}${typing}`

/** Fields of the rooms, as chat calls them. */
const CHAT_NAMES: Readonly<Record<string, string>> = SAYS.chatNames

const NOT = ', not '

/** The rule is ours, what was typed is not. */
function sentenceOf({ path, message }: Violation): Run[] {
  // An option that is a list is one word to whoever types it.
  const field = CHAT_NAMES[path] ?? words(SAYS.field, { field: path.replace(/\[\d+\]$/, '') })
  const at = message.indexOf(NOT)
  if (at === -1) return fill(SAYS.rule, { field, rule: message })
  const given = verbatim(message.slice(at + NOT.length))
  return fill(SAYS.ruleNot, { field, rule: message.slice(0, at), given })
}

/** What to type instead. */
export const tryNote = (place: Pick<Place, 'platform'>, example: string): Node =>
  note(...fill(SAYS.tryThis, { example: typed(place, example) }))

/** What, rule, example. */
function mistaken(error: InvalidInput, command: Command, place: Place): Reply {
  const [first, ...more] = error.violations.map(sentenceOf)
  return no(first ?? fill(SAYS.cannotBe), {
    body: [...more.map((runs) => line(...runs)), tryNote(place, command.card.example)],
    exitCode: 2,
    value: { error: { code: 'invalid', message: error.message, violations: error.violations } },
  })
}

/** A Fault's sentence; the words in its slots may be a stranger's. */
function sentenceOfFault(fault: Fault): Run[] {
  return FAULTS[fault.code].says
    .split(/(\{\w+\})/)
    .filter((part) => part !== '')
    .map((part) =>
      /^\{\w+\}$/.test(part) ? verbatim(fault.words[part.slice(1, -1)] ?? '') : text(part),
    )
}

const UNREACHABLE = 500

const LETTERS = 'abcdefghjkmnpqrstuvwxyz23456789'

/** What went wrong, as an answer. What nobody foresaw is logged under the ref it shows. */
export function troubleReply(
  error: unknown,
  deps: Pick<DeskDeps, 'chance' | 'log'>,
  place: Place,
  command: Command | undefined,
): Reply {
  if (error instanceof InvalidInput && command !== undefined) return mistaken(error, command, place)
  if (error instanceof Fault) {
    const fault: Fault = error
    return no(sentenceOfFault(fault), {
      exitCode: FAULTS[fault.code].status >= UNREACHABLE ? 3 : 1,
      value: refusal(fault.code, fault.message),
    })
  }
  if (isPassing(error)) {
    deps.log.warn({ err: error, command: command?.card.name }, 'command found no room')
    return no(fill(SAYS.noRoomWatched, { trouble: SAYS.noRoom }), {
      exitCode: 3,
      value: refusal('unavailable', SAYS.noRoom),
    })
  }
  const ref = Array.from(deps.chance.bytes(4), (byte) => LETTERS[byte % LETTERS.length]).join('')
  deps.log.error({ ref, err: error, command: command?.card.name }, 'command broke')
  return no(fill(SAYS.broke, { ref }), {
    exitCode: 70,
    value: refusal('internal', words(SAYS.brokeShort, { ref })),
  })
}

/** A monitor, incident or question that a button names and this account does not have (any more). */
export const gone = (): Reply => no(fill(SAYS.gone), { value: refusal('gone', SAYS.gone) })

/** How everything is where nothing is. */
export const nothingWatched = (place: Pick<Place, 'platform'>, value: unknown): Reply =>
  say(fill(SAYS.nothingWatched, { example: typed(place, 'add https://example.com') }), {
    ...signed('pending'),
    actions: [addButton()],
    value,
  })
