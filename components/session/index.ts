export { reconnectDelay } from './backoff.js';
export type { Connection, ConnectionStatus } from './connection.js';
export type { PageListener } from './page-lifecycle.js';
export { type Decode, SessionClient, type SessionClientOptions, type SessionEvents } from './session-client.js';
export { type Address, connectionUrl } from './url.js';
