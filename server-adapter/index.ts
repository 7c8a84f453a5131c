export type { AccessRequest, Authorize, Grant, Refusal } from './access/authorize.js';
export {
  addStatusMessage,
  getStatusMessages,
  runWithSession,
  setupStatusMessenger,
  streamStatusUpdates,
} from './calls.js';
export type { ChannelLog, ChannelStore, StoreUser } from './channels/channel-store.js';
export type { TailBounds } from './channels/memory-log.js';
export { MemoryStore, type MemoryStoreOptions } from './channels/memory-store.js';
export type { Composed, Outgoing, SendResult, StatusExtra } from './compose.js';
export { type Context, currentContext, type Ids } from './context.js';
export type { HttpServer } from './delivery/shared-server.js';
export type { Logger } from './logger.js';
export { type AttachOptions, type ConnectionIds, StatusMessenger } from './messenger.js';
export type { Limits, MessengerOptions } from './options.js';
export type { Session } from './session.js';
export type { InputHandler, SessionHandler } from './sessions.js';
export type { StatusUpdate } from './updates.js';
