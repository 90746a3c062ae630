import type { Log } from '../../src/kernel/index.ts'
import { drawChart } from '../charts/index.ts'
import type { Reply } from '../commands/index.ts'
import { bugOf } from './client.ts'
import type { Screen } from './render.ts'

/** The screen with its chart; without, where that cannot be drawn. */
export async function pictured(screen: Screen, image: Reply['image'], log: Log): Promise<Screen> {
  if (image === undefined) return screen
  try {
    return { ...screen, photo: await drawChart(image.chart) }
  } catch (error) {
    log.error(bugOf(error), 'chart was not drawn')
    return screen
  }
}
