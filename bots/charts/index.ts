export type { Chart, Mark } from './chart.ts'
export { drawChart } from './draw.ts'
