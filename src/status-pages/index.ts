export { addStatusPage, deleteStatusPage, editStatusPage } from './change.ts'
export { parseStatusPage, type StatusPageConfig } from './config.ts'
export { findPublicPage } from './public.ts'
export { countStatusPages, getStatusPage, listStatusPages, type StatusPage } from './read.ts'
export {
  listShown,
  overallStatus,
  readIncidents,
  readUptimes,
  type ShownIncident,
  type Uptimes,
} from './show.ts'
