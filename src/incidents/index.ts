export { acknowledgeIncident, unacknowledgeIncident } from './acknowledge.ts'
export { type Burn, recordBurn } from './burn.ts'
export { endIncidents, resolveIncident } from './close.ts'
export { judge } from './judge.ts'
export { type JudgePolicy, type JudgeState, UNJUDGED, type Verdict } from './judgement.ts'
export {
  countByMonitor,
  countIncidents,
  getIncident,
  type Incident,
  type IncidentCount,
  listIncidents,
} from './list.ts'
export { readNews } from './news.ts'
export { addNote, type IncidentNote, readNotes } from './notes.ts'
export { type PastIncident, recordPastIncidents } from './past.ts'
export { stormMembers } from './storm.ts'
export { judgeSpeed } from './slow.ts'
export { escalateDue, remindDue, tellDue } from './tell.ts'
export { isNews, type Judged, type LastGood, recordJudged } from './verdict.ts'
