import { fileURLToPath } from 'node:url'
import type { RenderedImage } from '@resvg/resvg-js'
import type { Chart } from './chart.ts'
import { writeChart } from './svg.ts'

/** Without a font all words silently vanish, and slim images have none. */
const FONT = fileURLToPath(import.meta.resolve('dejavu-fonts-ttf/ttf/DejaVuSans.ttf'))

/** Drawn in a thread of its own: the event loop goes on. */
export async function renderChart(chart: Chart): Promise<RenderedImage> {
  // Loaded when first needed: most starts draw nothing.
  const { renderAsync } = await import('@resvg/resvg-js')
  return renderAsync(writeChart(chart), {
    font: { loadSystemFonts: false, fontFiles: [FONT], defaultFontFamily: 'DejaVu Sans' },
  })
}

/** The chart as a PNG. */
export const drawChart = async (chart: Chart): Promise<Uint8Array> =>
  (await renderChart(chart)).asPng()
