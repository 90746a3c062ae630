export {
  addChannel,
  type Channel,
  listChannels,
  moveChannels,
  reopenChannel,
  switchOffPlace,
  switchOnPlace,
} from './channels.ts'
export type { Address, Delivery, Flaps, IncidentNews, Messenger, News, Post } from './contract.ts'
export { getTold, listTold, type Told } from './history.ts'
export { deleteChannel, editChannel, getChannel, settingsOf } from './settings.ts'
export { type Delivery as DeliveryPart, startDelivery } from './deliver.ts'
export {
  EVENTS,
  eventNameOf,
  queueAlert,
  queueBlindness,
  queueNotice,
  queueReply,
} from './queue.ts'
