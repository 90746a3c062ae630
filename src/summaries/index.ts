export { reportOn, upToNow } from './report.ts'
export { planAnew, sendDue, sendNow } from './send.ts'
export {
  addSummary,
  deleteSummary,
  editSummary,
  getSummary,
  listSummaries,
  type Summary,
  type SummaryConfig,
} from './summary.ts'
