import { isBuiltInMessage, type Message, statusText } from '../../../protocol/index.js';
import type { StatusMessengerCallbacks } from './options.js';

/** The callbacks that are no message's by its type alone: a type of such a name has none. */
const RESERVED: ReadonlySet<string> = new Set([
  'onMessage',
  'onChannelState',
  'onStatus',
  'onProgress',
  'onQuestion',
  'onResult',
  'onComplete',
  'onError',
  'onProblem',
]);

/** Calls what is to be called for a message by its type alone. Questions, errors and ends are told of by what they add up to. */
export function tellOfMessage(callbacks: StatusMessengerCallbacks, message: Message): void {
  const name = callbackName(message.type);
  if (!RESERVED.has(name)) {
    if (Object.hasOwn(callbacks, name)) callbacks[name]?.(message.data, message);
    return;
  }
  // What was said in another channel is no part of the session that the hook returns.
  if (message.channel !== undefined || !isBuiltInMessage(message)) return;
  switch (message.type) {
    case 'status':
      callbacks.onStatus?.(statusText(message.data));
      break;
    case 'progress':
      callbacks.onProgress?.(message.data.message ?? message.data.label ?? '', message.data);
      break;
    case 'result':
      callbacks.onResult?.(message.data.agent, message.data.data);
  }
}

/** `onCustomType` for `custom_type`. */
function callbackName(type: string): `on${string}` {
  const words = type.split('_').map((word) => word.charAt(0).toUpperCase() + word.slice(1));
  return `on${words.join('')}`;
}
