import type { CommandCard } from '../../bots/commands/index.ts'
import { SETTINGS } from '../../src/config.ts'

const cell = (text: string): string => text.replaceAll('|', '\\|')

function defaultOf(setting: (typeof SETTINGS)[keyof typeof SETTINGS]): string {
  const value = 'defaultValue' in setting.def ? setting.def.defaultValue : undefined
  return value === undefined || value === '' ? '–' : `\`${value}\``
}

/** The README's table of settings, a row each, as the schema has them. */
export function settingsTable(): string {
  const rows = Object.entries(SETTINGS).map(
    ([name, setting]) =>
      `| \`${name}\` | ${defaultOf(setting)} | ${cell(setting.description ?? '')} |`,
  )
  return ['| Setting | Default | Meaning |', '| --- | --- | --- |', ...rows].join('\n')
}

/** The README's table of commands, a row each, as the catalogue has them. */
export function commandsTable(cards: readonly CommandCard[]): string {
  const rows = cards.map(
    ({ name, summary, example }) => `| \`${name}\` | ${cell(summary)} | \`${cell(example)}\` |`,
  )
  return ['| Command | What it does | Example |', '| --- | --- | --- |', ...rows].join('\n')
}

/** `.env.example`: every setting, commented out at its default. */
export function envExample(): string {
  return Object.entries(SETTINGS)
    .map(([name, setting]) => {
      const value = defaultOf(setting).replaceAll(/[`–]/g, '')
      return `# ${(setting.description ?? '').replaceAll('`', '')}\n#${name}=${value}\n`
    })
    .join('\n')
}
