export * from './session/index.js';
export { startStatusUpdates } from './start-status-updates.js';
export type { StatusMessengerEventMap } from './status-messenger/events.js';
export { StatusMessengerElement } from './status-messenger/status-messenger.js';
