import { expect, test } from 'vitest'
import { CARDS } from '../../../bots/commands/index.ts'
import { commandTree } from '../../../bots/discord/tree.ts'

/** Names, descriptions and values, as the platform counts a command's size. */
function sizeOf(value: unknown): number {
  if (typeof value === 'string') return value.length
  if (typeof value !== 'object' || value === null) return 0
  const {
    name = '',
    description = '',
    value: chosen = '',
    options = [],
    choices = [],
  } = value as {
    readonly name?: string
    readonly description?: string
    readonly value?: string
    readonly options?: readonly unknown[]
    readonly choices?: readonly unknown[]
  }
  const inside = [...options, ...choices].reduce<number>((sum, it) => sum + sizeOf(it), 0)
  return name.length + description.length + chosen.length + inside
}

test('all there is fits into one command', () => {
  const tree = commandTree(CARDS)
  expect(sizeOf(tree)).toBeLessThan(8000)
  expect(tree.options!.length).toBeLessThanOrEqual(25)
})

test('maintenance is a group of four', () => {
  const group = commandTree(CARDS).options!.find(({ name }) => name === 'maintenance')
  expect(group).toMatchObject({
    type: 2,
    options: [
      { name: 'list' },
      {
        name: 'plan',
        options: [{ name: 'monitor', required: true, autocomplete: true }, {}, {}, {}, {}],
      },
      { name: 'start', options: [{ name: 'monitor' }, { name: 'for' }] },
      { name: 'end', options: [{ name: 'id', autocomplete: true }] },
    ],
  })
})
