export { askRunning } from './ask.ts'
export { type Engine, type EngineTools, startEngine } from './engine.ts'
