export { openKuma } from './kuma.ts'
export { type Source, SourceTrouble } from './source.ts'
export { type Taken, type TakenMonitor, takeOver } from './take.ts'
export { openUptyBots } from './uptybots.ts'
