import { connectionOf, openApi } from './client.ts'

const PATIENCE_SECONDS = 2

/**
 * A link that adds the bot to a group and spends `code` there; nothing where Telegram does not say at
 * once what the bot is called.
 */
export async function inviteLink(
  settings: { readonly token: string; readonly apiUrl: string },
  code: string,
): Promise<string | undefined> {
  try {
    const { username } = await openApi(connectionOf(settings), PATIENCE_SECONDS).getMe()
    return `https://t.me/${username}?startgroup=${code}`
  } catch {
    return undefined
  }
}
