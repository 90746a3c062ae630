import type { Role, Subject } from '../../src/accounts/index.ts'
import { typed } from './answers.ts'
import type { Call } from './command.ts'
import { no, refusal } from './compose.ts'
import { line, type Reply, text, verbatim } from './reply.ts'
import { fill, words } from './sentences.ts'

const SAYS = {
  nobody: 'Say whose role it is to be.',
  strangerShort: 'Nobody known here.',
  stranger: 'I do not know who {who} is.',
  discord: 'Pick a person or a role from the list that /uptime access give offers under "who".',
  telegram: 'Telegram lets me know people by what they say here, not by their @name. What works:',
  answer: 'Answer a message of theirs with {command}',
  first: 'Let them say something to me here first, such as {command}, and then give the @name',
  number: 'Or give the number that {whoami} tells them: {command}',
} as const

/** `123`, `user:123`, `role:123`: how channels name whom they call, too. */
const BY_ID = /^(?:(user|role):)?(\d{1,20})$/i

const flat = (words_: string): string =>
  words_.normalize('NFC').replaceAll(/\s+/g, ' ').toLowerCase()

function byId({ named = [], place }: Call, typedWho: string): Subject | undefined {
  const [, prefix = 'user', id] = BY_ID.exec(typedWho) ?? []
  if (id === undefined) return undefined
  const kind = prefix.toLowerCase() === 'role' ? 'role' : 'person'
  // Discord alone has roles of its own.
  if (kind === 'role' && place.platform !== 'discord') return undefined
  const known = named.find((it) => it.kind === kind && it.id === id)
  return { kind, id, displayName: known?.displayName ?? `${prefix.toLowerCase()}:${id}` }
}

function strangerReply({ place }: Call, typedWho: string | undefined, role: Role): Reply {
  const command = (given: string) => typed(place, `access ${given}`)
  const lines =
    place.platform === 'discord'
      ? [SAYS.discord]
      : [
          SAYS.telegram,
          words(SAYS.answer, { command: command(role) }),
          words(SAYS.first, { command: typed(place, 'whoami') }),
          words(SAYS.number, {
            whoami: typed(place, 'whoami'),
            command: command(`123456 ${role}`),
          }),
        ]
  return no(
    typedWho === undefined ? fill(SAYS.nobody) : fill(SAYS.stranger, { who: verbatim(typedWho) }),
    {
      exitCode: 2,
      body: lines.map((it) => line(text(it))),
      value: refusal('person_unknown', typedWho === undefined ? SAYS.nobody : SAYS.strangerShort),
    },
  )
}

/** Whom the words mean, or what to do about it; without words, whose message is answered. */
export function findSubject(
  call: Call,
  who: string | undefined,
  role: Role,
): { readonly subject: Subject } | { readonly reply: Reply } {
  const { named = [] } = call
  const subject =
    who === undefined
      ? named.find(({ word }) => word === null)
      : (named.find(({ word }) => word !== null && flat(word) === flat(who)) ?? byId(call, who))
  return subject === undefined ? { reply: strangerReply(call, who, role) } : { subject }
}
