export { reconnectDelay } from './backoff.js';
export type { Connection, ConnectionStatus, Refusal } from './connection.js';
export type { StorageLike } from './kept-frames.js';
export type { SessionObserver } from './observer.js';
export type { PageListener } from './page-lifecycle.js';
export { type Decode, SessionClient, type SessionClientOptions, type SessionEvents } from './session-client.js';
export type { SocketConstructor, SocketLike } from './socket.js';
export type { Transport } from './transports.js';
export { type Address, connectionUrl } from './url.js';
