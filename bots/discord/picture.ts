import type { RawFile } from 'discord.js'
import type { Log } from '../../src/kernel/index.ts'
import { drawChart } from '../charts/index.ts'
import type { Reply } from '../commands/index.ts'
import { codeOf, reasonOf } from './answers.ts'
import { CHART_FILE, type DiscordPayload, renderDiscord } from './render.ts'

export type Files = readonly RawFile[]

/** Files may not be attached here; the file is too large; the form is refused. */
const WITHOUT_PICTURE: ReadonlySet<number | undefined> = new Set([50_013, 40_005, 50_035])

/** Whether the same may be taken without a picture. */
export const isOfPicture = (error: unknown): boolean => WITHOUT_PICTURE.has(codeOf(error))

async function filesOf({ image }: Reply, log: Log): Promise<RawFile[]> {
  if (image === undefined) return []
  try {
    const data = Buffer.from(await drawChart(image.chart))
    return [{ data, name: CHART_FILE, contentType: 'image/png' }]
  } catch (error) {
    log.error({ err: error }, 'chart was not drawn')
    return []
  }
}

/** Says a reply with its chart; where that cannot be drawn, or `how` throws for it, without. */
export async function withPicture<T>(
  reply: Reply,
  log: Log,
  how: (payload: DiscordPayload, files: Files) => Promise<T>,
): Promise<T> {
  const files = await filesOf(reply, log)
  if (files.length > 0)
    try {
      return await how(renderDiscord(reply), files)
    } catch (error) {
      if (!isOfPicture(error)) throw error
      log.warn({ why: reasonOf(error) }, 'chart was refused')
    }
  const { image: _, ...words } = reply
  return how(renderDiscord(words), [])
}
