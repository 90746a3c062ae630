export * from './faults.ts'
export { FakeTelegram, type Saying } from './fake.ts'
export { clickable } from './judge.ts'
export type { Person, Room, Sent } from './world.ts'
