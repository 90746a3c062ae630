import { once } from 'node:events'
import { Client, Events, GatewayIntentBits, Routes } from 'discord.js'
import { Bot } from 'grammy'

/** The least an answer could cost: the same libraries, which say one word to whatever they are asked. */
const [discordApi = '', discordToken = '', telegramApi = '', telegramToken = ''] =
  process.argv.slice(2)

const client = new Client({ intents: [GatewayIntentBits.Guilds], rest: { api: discordApi } })
client.on(Events.InteractionCreate, (interaction) => {
  const [type, data] = interaction.isAutocomplete()
    ? [8, { choices: [] }]
    : [interaction.isButton() ? 7 : 4, { content: 'well' }]
  // Its own `reply` sends fields that the published API does not have.
  const route = Routes.interactionCallback(interaction.id, interaction.token)
  void client.rest.post(route, { auth: false, body: { type, data } })
})
const bot = new Bot(telegramToken, { client: { apiRoot: telegramApi } })
bot.on('message', (context) => context.reply('well'))
bot.on('callback_query', (context) => context.answerCallbackQuery())

const ready = once(client, Events.ClientReady)
await client.login(discordToken)
await ready
void bot.start({ onStart: () => void process.stdout.write('{}\n') })
