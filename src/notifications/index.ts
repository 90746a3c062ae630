export {
  addChannel,
  listChannels,
  moveChannels,
  reopenChannel,
  switchOffPlace,
  switchOnPlace,
} from './channels.ts'
export type { Address, Delivery, Flaps, IncidentNews, Messenger, News, Post } from './contract.ts'
export { type Delivery as DeliveryPart, startDelivery } from './deliver.ts'
export { queueAlert, queueBlindness, queueNotice, queueReply } from './queue.ts'
