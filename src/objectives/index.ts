export {
  type Budget,
  budgetsOf,
  inTrouble,
  isMissed,
  type Objective,
  readObjective,
} from './budget.ts'
export { settleBurns } from './burns.ts'
