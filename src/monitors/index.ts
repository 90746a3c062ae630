export { type Applied, applyMonitors } from './apply.ts'
export {
  addMonitor,
  type ChangeTools,
  deleteMonitor,
  editMonitor,
  pauseMonitor,
  resumeMonitor,
} from './change.ts'
export { listTies } from './depend.ts'
export { refuseStrangers } from './strangers.ts'
export { getCheck, listChecks, type PastCheck } from './checks.ts'
export { type Figures, listFigures } from './figures.ts'
export { type MonitorConfig, type MonitorLimits, parseConfig } from './input.ts'
export {
  isInMaintenance,
  type ListedView,
  type Monitor,
  type MonitorView,
  readSlo,
  shownStatus,
  signOf,
} from './monitor.ts'
export type { Slo } from './policy.ts'
export type { Check, Looker } from './look.ts'
export {
  countByStatus,
  countMonitors,
  getMonitor,
  type Glance,
  listGlances,
  listMonitorIds,
  listMonitors,
  listPage,
} from './read.ts'
export { listOutlines, type Outline } from './outline.ts'
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
export {
  getVerification,
  listVerifications,
  startVerification,
  type Verification,
} from './verify.ts'
export { breakOffVerifications } from './unfinished.ts'
export { listStandings, outlinesOf, type Standing, type Tally, tallyMonitors } from './standing.ts'
