import { invalid, isObject, StatusMessengerError } from '../../protocol/index.js';
import type { SessionClientOptions } from './session-client.js';

/** Every name that there is: the compiler asks for each of them. */
const NAMES: { readonly [K in keyof Required<SessionClientOptions>]: true } = {
  url: true,
  sessionId: true,
  threadId: true,
  userId: true,
  token: true,
  getToken: true,
  decode: true,
  base: true,
  storage: true,
  reconnectDelay: true,
  openTimeout: true,
  clock: true,
  random: true,
  WebSocket: true,
  transport: true,
  watchPage: true,
};

/** Throws `invalid` for what would be taken for something else, or left out without a word, in a page that no compiler has looked at. */
export function assertOptions(options: SessionClientOptions): void {
  const where = 'new SessionClient';
  if (!isObject(options)) throw invalid(where, options, 'an object with url', 'pass for instance { url: "/ws" }');
  const unknown = Object.keys(options).find((name) => !Object.hasOwn(NAMES, name));
  if (unknown !== undefined) {
    const text = `${where}: got "${unknown}", expected ${Object.keys(NAMES).join(', ')}; check its spelling`;
    throw new StatusMessengerError('invalid', text);
  }
  const { getToken } = options;
  if (getToken === undefined || typeof getToken === 'function') return;
  throw invalid(`${where}: getToken`, getToken, 'a function', 'pass what never changes as token');
}
