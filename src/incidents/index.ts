export {
  acknowledgeIncident,
  countIncidents,
  endIncidents,
  getIncident,
  type Incident,
  listIncidents,
  openIncident,
  recauseIncident,
  resolveIncident,
  unacknowledgeIncident,
} from './incidents.ts'
export { judge, type JudgePolicy, type JudgeState, UNJUDGED } from './judge.ts'
export { readNews } from './news.ts'
export { type Judged, recordJudged, recordLatest } from './verdict.ts'
