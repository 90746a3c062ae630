export {
  covers,
  deleteMaintenance,
  editMaintenance,
  endMaintenance,
  getMaintenance,
  isOn,
  listMaintenances,
  type Maintenance,
  nextStart,
  planMaintenance,
} from './maintenances.ts'
export { type MaintenanceConfig, parseMaintenance } from './plan.ts'
export { overlapMs, readSpans, settleMaintenances, type Spans } from './spans.ts'
