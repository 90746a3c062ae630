export { deleteMaintenance, editMaintenance, endMaintenance, planMaintenance } from './change.ts'
export { type MaintenanceConfig, parseMaintenance } from './plan.ts'
export {
  covers,
  getMaintenance,
  isOn,
  listMaintenances,
  type Maintenance,
  nextStart,
} from './read.ts'
export { overlapMs, readSpans, settleMaintenances, type Spans } from './spans.ts'
