export { type Engine, type EngineTools, startEngine } from './engine.ts'
