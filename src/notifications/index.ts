export {
  addChannel,
  type Channel,
  listChannels,
  moveChannels,
  reopenChannel,
  switchOffPlace,
  switchOnPlace,
} from './channels.ts'
export { isTelling } from './busy.ts'
export type { ChannelConfig } from './config.ts'
export type {
  Address,
  BoardNews,
  BoardRow,
  BurntBudget,
  Delivery,
  Flaps,
  IncidentNews,
  Messenger,
  News,
  Pins,
  Post,
  Storm,
  SummaryNews,
  Troubled,
} from './contract.ts'
export { type Delivery as DeliveryPart, startDelivery } from './deliver.ts'
export { tellExposed } from './exposed.ts'
export { getTold, listTold, type Told } from './history.ts'
export {
  queueAlert,
  queueBlindness,
  queueChange,
  queueFacts,
  queueNotice,
  queueOnce,
  queueReply,
} from './queue.ts'
export { queueStorm, queueStormEnd } from './queue-storm.ts'
export { quietUntil } from './quiet.ts'
export { channelHears, EVENTS, eventNameOf, isToldOf } from './recipients.ts'
export {
  type ChannelTools,
  configOf,
  createChannel,
  deleteChannel,
  editChannel,
  getChannel,
  rotateSecret,
} from './settings.ts'
export { tellNow, testChannel, type Tried, type TryTools } from './try.ts'
export { openWebhooks } from './webhook.ts'
