import type { Ask, Choice, CommandCard, Desk } from '../../../bots/commands/desk.ts'
import { type Reply, text } from '../../../bots/commands/reply.ts'

const card = (over: Partial<CommandCard> & { name: string }): CommandCard => ({
  summary: `What ${over.name} does`,
  example: over.name,
  options: [],
  slow: false,
  audience: 'all',
  ...over,
})

export const CARDS: readonly CommandCard[] = [
  card({
    name: 'status',
    options: [{ name: 'monitor', summary: 'Which one', kind: 'monitor', required: false }],
  }),
  card({
    name: 'list',
    options: [
      {
        name: 'filter',
        summary: 'Only these',
        kind: 'choice',
        required: false,
        choices: ['up', 'down'],
      },
      { name: 'page', summary: 'Which page', kind: 'integer', required: false },
    ],
  }),
  card({
    name: 'pause',
    options: [
      { name: 'for', summary: 'How long', kind: 'text', required: false },
      { name: 'monitor', summary: 'Which one', kind: 'monitor', required: true },
    ],
  }),
  card({ name: 'check', slow: true }),
  card({ name: 'help', audience: 'asker' }),
  card({ name: 'alerts on' }),
  card({ name: 'alerts off' }),
]

export const say = (words: string, over: Partial<Reply> = {}): Reply => ({
  tone: 'ok',
  headline: [text(words)],
  body: [],
  actions: [],
  audience: 'all',
  ...over,
})

interface Heard {
  readonly ask: Ask
  readonly what: string
  readonly given: Readonly<Record<string, string>>
}

/** A desk that notes what it is asked, and says what the test wants. */
export class NotingDesk implements Desk {
  readonly cards = CARDS
  readonly heard: Heard[] = []
  readonly places: string[] = []
  answer: (what: string) => Reply | Promise<Reply> = (what) => say(`heard ${what}`)
  choices: readonly Choice[] | Error = []

  async run(ask: Ask, what: string, given: Readonly<Record<string, string>>): Promise<Reply> {
    this.heard.push({ ask, what, given })
    return this.answer(what)
  }

  async runLine(ask: Ask, what: string, given: Heard['given'] = {}): Promise<Reply> {
    return this.run(ask, what, given)
  }

  pressCard(press: string): CommandCard | undefined {
    return CARDS.find((it) => it.name === press.split(':')[1])
  }

  async press(ask: Ask, what: string): Promise<Reply> {
    this.heard.push({ ask, what, given: {} })
    return this.answer(what)
  }

  async complete(
    ask: Ask,
    command: string,
    option: string,
    typed: string,
  ): Promise<readonly Choice[]> {
    this.heard.push({ ask, what: `complete ${command} ${option}`, given: { typed } })
    if (this.choices instanceof Error) throw this.choices
    return this.choices
  }

  async placeLeft({ serverId }: { serverId: string }, why: string): Promise<void> {
    this.places.push(`left ${serverId}: ${why}`)
  }

  async placeBack({ serverId }: { serverId: string }): Promise<void> {
    this.places.push(`back ${serverId}`)
  }

  async placeMoved(): Promise<void> {
    throw new Error('Discord moves nothing')
  }
}
