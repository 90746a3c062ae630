export {
  deleteMaintenance,
  editMaintenance,
  endMaintenance,
  getMaintenance,
  isOn,
  listMaintenances,
  type Maintenance,
  planMaintenance,
} from './maintenances.ts'
export type { MaintenanceConfig } from './plan.ts'
export { overlapMs, readSpans, settleMaintenances, type Spans } from './spans.ts'
