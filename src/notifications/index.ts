export {
  addChannel,
  listChannels,
  moveChannels,
  reopenChannel,
  switchOffPlace,
  switchOnPlace,
} from './channels.ts'
export type { Address, Delivery, IncidentNews, Messenger, News, Post } from './contract.ts'
export { type Delivery as DeliveryPart, startDelivery } from './deliver.ts'
export { queueAlert, queueBlindness, queueRecovery } from './queue.ts'
