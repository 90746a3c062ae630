export {
  addMonitor,
  type ChangeTools,
  deleteMonitor,
  editMonitor,
  pauseMonitor,
  resumeMonitor,
} from './change.ts'
export { type CheckFilter, countChecks, getCheck, listChecks } from './checks.ts'
export { type MonitorConfig, type MonitorLimits, parseConfig } from './input.ts'
export {
  type Monitor,
  type MonitorState,
  type MonitorView,
  shownStatus,
  toMonitor,
} from './monitor.ts'
export type { Check, Looker } from './look.ts'
export type { Policy } from './policy.ts'
export {
  countByStatus,
  countMonitors,
  getMonitor,
  listMonitorIds,
  listMonitors,
  type MonitorFilter,
  type MonitorOrder,
} from './read.ts'
export { slotAfter } from './rhythm.ts'
export { answerRequest, askForCheck, claimRequests, readAnswer, recordCheck } from './requests.ts'
export {
  changedSince,
  clearLookNow,
  latestChange,
  loadWatched,
  settleDue,
  type WatchedMonitor,
} from './watched.ts'
