export { CompanionElement } from './companion-element.js';
export type { SessionSource } from './controllers/session-source.js';
export * from './session/index.js';
export { startStatusUpdates } from './start-status-updates.js';
export { StatusConnectionElement } from './status-connection/status-connection.js';
export { StatusControlsElement } from './status-controls/status-controls.js';
export type { StatusMessengerEventMap } from './status-messenger/events.js';
export { StatusMessengerElement } from './status-messenger/status-messenger.js';
export { type Locale, setWords, type Words } from './words/index.js';
