export { clickable } from './judge.ts'
export * from './faults.ts'
export { type Answer, FakeTelegram, type Saying } from './fake.ts'
export type { Person, Room, Sent } from './world.ts'
