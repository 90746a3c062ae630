import { z } from 'zod'
import { DAY, InvalidInput, MINUTE } from '../../src/kernel/index.ts'
import { fold } from '../../src/storage/index.ts'
import { changeHere, moveHere, switchOn } from './alerts-change.ts'
import { showCommand } from './alerts-show.ts'
import { OUTAGES } from './alerts-words.ts'
import { accountCommand, type AccountCommand, type Call } from './command.ts'
import { durationRule } from './options.ts'
import type { Reply } from './reply.ts'
import { words } from './sentences.ts'

const SAYS = {
  tagsRule: 'must be tags such as prod web',
  levelRule: 'must be all or down',
  muteRule: 'must be off, or at most 30d such as 2h',
  ringRule: 'must be on or off',
  whomRule: 'must be at most 100 characters',
  mentionRule: {
    discord:
      'must be a role or a person such as @Ops, role:ID, user:ID, me, everyone, here or none, not {given}',
    telegram: 'must be me, user:ID or none, not {given}',
  },
} as const

const changing = { group: 'here', role: 'manager', doing: 'Changing alerts' } as const

const on = accountCommand({
  ...changing,
  name: 'alerts on',
  summary: 'Tell this channel from now on; of all, or of what carries a tag',
  example: 'alerts on prod web',
  options: [
    {
      name: 'tags',
      summary: 'Only monitors with one of these tags; all for every monitor',
      kind: 'text',
      required: false,
      greedy: true,
    },
  ],
  schema: { tags: z.string().trim().max(1000, SAYS.tagsRule).optional() },
  run: (call, { tags }) => {
    if (tags === undefined) return switchOn(call)
    const wanted = fold(tags)
    return switchOn(call, wanted === 'all' ? [] : wanted.split(/[\s,]+/).filter(Boolean))
  },
  presses: { alon: (call) => switchOn(call) },
})

const off = accountCommand({
  ...changing,
  name: 'alerts off',
  summary: 'Tell this channel nothing any more',
  example: 'alerts off',
  options: [],
  schema: {},
  run: (call) => changeHere(call, { isActive: false }),
  presses: { aloff: (call) => changeHere(call, { isActive: false }) },
})

const oneOf = <const Choices extends readonly [string, ...string[]]>(
  choices: Choices,
  rule: string,
) => z.string().trim().toLowerCase().pipe(z.enum(choices, rule))

const LEVELS = ['all', 'down'] as const

const level = accountCommand({
  ...changing,
  name: 'alerts level',
  summary: 'Tell everything here, or outages only',
  example: 'alerts level down',
  options: [
    {
      name: 'level',
      summary: 'all, or down for outages from beginning to end',
      kind: 'choice',
      choices: LEVELS,
      required: true,
    },
  ],
  schema: { level: oneOf(LEVELS, SAYS.levelRule) },
  run: (call, { level: wanted }) => changeHere(call, { events: wanted === 'down' ? OUTAGES : [] }),
})

const LONGEST_MUTE = 30 * DAY

const muteFor = (call: Call, ms: number): Promise<Reply> =>
  changeHere(call, { mutedUntil: ms === 0 ? null : call.now + ms })

const mute = accountCommand({
  ...changing,
  name: 'alerts mute',
  summary: 'Keep this channel quiet for a while; what still matters then is told at its end',
  example: 'alerts mute 2h',
  options: [
    {
      name: 'for',
      summary: 'How long: 30m, 2h, 1d; off ends it',
      kind: 'text',
      required: true,
      like: /^(?:off|\d\S*)$/i,
      insists: true,
    },
  ],
  schema: {
    for: z
      .string()
      .transform((typed) => (/^off$/i.test(typed.trim()) ? '0s' : typed))
      .pipe(durationRule(0, LONGEST_MUTE, SAYS.muteRule)),
  },
  run: (call, { for: ms }) => muteFor(call, ms),
  presses: {
    almute: (call, { id: minutes }) => muteFor(call, Math.min(minutes * MINUTE, LONGEST_MUTE)),
  },
})

function mentionOf({ actor }: Call, typed: string): string | null {
  if (/^(?:none|off)$/i.test(typed)) return null
  return /^me$/i.test(typed) ? `user:${actor.userId}` : typed
}

const mention = accountCommand({
  ...changing,
  name: 'alerts mention',
  summary: 'Whom an outage calls here',
  example: 'alerts mention me',
  options: [
    {
      name: 'whom',
      summary: 'A role, a person, me, everyone or none; on Telegram me, user:ID or none',
      kind: 'text',
      required: true,
    },
  ],
  schema: { whom: z.string().trim().max(100, SAYS.whomRule) },
  run: async (call, { whom }) => {
    try {
      return await changeHere(call, { mention: mentionOf(call, whom) })
    } catch (error) {
      if (!(error instanceof InvalidInput)) throw error
      const { platform } = call.place
      const rule = SAYS.mentionRule[platform === 'discord' ? 'discord' : 'telegram']
      const message = words(rule, { given: JSON.stringify(whom) })
      throw new InvalidInput([{ path: 'whom', code: 'format', message }])
    }
  },
})

const SWITCH = ['on', 'off'] as const

const ring = accountCommand({
  ...changing,
  name: 'alerts ring',
  summary: 'Whether recoveries ring here; outages always do',
  example: 'alerts ring on',
  options: [
    {
      name: 'recoveries',
      summary: 'on or off',
      kind: 'choice',
      choices: SWITCH,
      required: true,
    },
  ],
  schema: { recoveries: oneOf(SWITCH, SAYS.ringRule) },
  run: (call, { recoveries }) => changeHere(call, { ringOnUp: recoveries === 'on' }),
})

const here = accountCommand({
  ...changing,
  name: 'alerts here',
  summary: 'Move the alerts of this chat or server to this channel or topic',
  example: 'alerts here',
  options: [],
  schema: {},
  run: moveHere,
})

/** What the channel of this place is told. */
export const alerts: readonly AccountCommand[] = [
  showCommand,
  on,
  off,
  level,
  mute,
  mention,
  ring,
  here,
]
