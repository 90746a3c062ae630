import { listMonitors } from '../../src/monitors/index.ts'
import { type Channel, configOf, listChannels } from '../../src/notifications/index.ts'
import { channelFacts, channelRow, channelValue, stateOf } from './alerts-words.ts'
import { typed } from './answers.ts'
import { accountCommand, type Call } from './command.ts'
import { dotted, press, say, signed } from './compose.ts'
import { hereOf, isHere } from './here.ts'
import { type Action, line, type Node, note, type Reply } from './reply.ts'
import { lackLines } from './rights.ts'
import { fill } from './sentences.ts'

const SAYS = {
  come: 'Alerts come to {here}',
  noneCome: 'No alerts come to {here}',
  letThem: 'Let them: {example}',
  nobody: 'Nobody is told yet: no chat is linked.',
  channelsOn: '{count} of {total} channels on',
  linkOne: 'Link one: {example}',
  changedThere: 'What a chat is told is changed there: /uptime alerts',
  toldBesides: 'Told besides:',
  switchOn: 'Switch on',
  switchOff: 'Switch off',
  mute: 'Mute 1 h',
  unmute: 'Unmute',
} as const

const switchOn: Action = { label: SAYS.switchOn, press: press('alon', 0), line: 'alerts on' }
const switchOff: Action = { label: SAYS.switchOff, press: press('aloff', 0), line: 'alerts off' }
const mute: Action = {
  label: SAYS.mute,
  press: press('almute', 60),
  line: 'alerts mute 1h',
}
const unmute: Action = { label: SAYS.unmute, press: press('almute', 0), line: 'alerts mute off' }

/** All about the channel of this place. */
export async function channelReply(call: Call, channel: Channel): Promise<Reply> {
  const { db, deps, now, place } = call
  const config = configOf(channel, deps.sealer)
  const { sign, why } = stateOf(channel, config, now)
  const isMuted = channel.muted_until !== null && channel.muted_until > now
  const headline = fill(config.isActive ? SAYS.come : SAYS.noneCome, { here: hereOf(place) })
  return say(dotted(headline, why), {
    ...signed(sign),
    body: [
      ...lackLines(place),
      channelFacts(channel, config, await listMonitors(db, deps.sealer, {})),
    ],
    actions: config.isActive ? [isMuted ? unmute : mute, switchOff] : [switchOn],
    value: channelValue(channel, deps.sealer),
  })
}

const nothingHere = ({ place }: Call): Reply =>
  say(fill(SAYS.noneCome, { here: hereOf(place) }), {
    ...signed('paused'),
    body: [note(...fill(SAYS.letThem, { example: typed(place, 'alerts on') }))],
    actions: [switchOn],
  })

const inTerminal = ({ place }: Call, channels: readonly Channel[]): Reply => {
  const on = channels.filter(({ is_active }) => is_active === 1).length
  return channels.length === 0
    ? say(fill(SAYS.nobody), {
        body: [note(...fill(SAYS.linkOne, { example: typed(place, 'link-code') }))],
      })
    : say(fill(SAYS.channelsOn, { count: on, total: channels.length }), {
        body: [note(...fill(SAYS.changedThere))],
      })
}

async function alertsReply(call: Call): Promise<Reply> {
  const { db, deps, now, place } = call
  const channels = await listChannels(db)
  const isTerminal = place.platform === 'terminal'
  const here = isTerminal ? undefined : channels.find((it) => isHere(it, place))
  const reply = isTerminal
    ? inTerminal(call, channels)
    : here === undefined
      ? nothingHere(call)
      : await channelReply(call, here)
  const others = channels.filter((it) => it !== here)
  const rows = others.map((it) => channelRow(it, deps.sealer, now))
  const heading: Node[] = isTerminal ? [] : [line(...fill(SAYS.toldBesides))]
  return {
    ...reply,
    body:
      others.length === 0
        ? reply.body
        : isTerminal
          ? [{ kind: 'rows', rows }, ...reply.body]
          : [...reply.body, ...heading, { kind: 'rows', rows }],
    value: {
      here: here?.id ?? null,
      channels: channels.map((it) => channelValue(it, deps.sealer)),
    },
  }
}

export const showCommand = accountCommand({
  name: 'alerts show',
  summary: 'What is told here, and why not; and who else is told',
  example: 'alerts show',
  group: 'here',
  options: [],
  schema: {},
  role: 'viewer',
  doing: 'Looking at alerts',
  isMeant: () => true,
  run: alertsReply,
})
