import { StatusMessengerError } from '../protocol/index.js';
import type { StatusExtra } from './compose.js';
import { type Ids, messengerInContext, readIds, runInContext, type Speaker } from './context.js';
import { instances, StatusMessenger } from './messenger.js';
import type { MessengerOptions } from './options.js';
import type { StatusUpdate } from './updates.js';

/** The process-wide messenger. `implicit`: made because something was said before anyone set one up. */
let standard: { messenger: StatusMessenger; implicit: boolean } | undefined;

/**
 * Makes the process-wide default messenger (seed: `setup_status_messenger_async`); the functions of this module mean it wherever the context does
 * not name another. Throws where one is already set up and open.
 */
export function setupStatusMessenger(options: MessengerOptions = {}): StatusMessenger {
  if (standard && !standard.implicit && !standard.messenger.closed) {
    throw new StatusMessengerError(
      'not_allowed',
      'setupStatusMessenger: got a second call, expected one per process; use new StatusMessenger(options) for another messenger',
    );
  }
  const messenger = new StatusMessenger(options);
  if (standard?.implicit) messenger.takeOver(standard.messenger);
  standard = { messenger, implicit: false };
  return messenger;
}

/** The messenger that is meant here: the context's, the one set up, the only one there is, or one made for the purpose. */
function meant(): Speaker {
  const inContext = messengerInContext();
  if (inContext) return inContext;
  if (standard && !standard.implicit && !standard.messenger.closed) return standard.messenger;
  const [only, another] = [...instances].filter((messenger) => messenger !== standard?.messenger);
  if (only && !another) {
    if (standard?.implicit && !standard.messenger.closed) only.takeOver(standard.messenger);
    return only;
  }
  if (!standard || standard.messenger.closed) standard = { messenger: new StatusMessenger(), implicit: true };
  if (another) {
    standard.messenger.warnOnce(
      'ambiguous',
      'a call without a messenger: got several messengers, expected one; use setupStatusMessenger for the one that is meant, or call the messenger',
    );
  }
  return standard.messenger;
}

/** Shows a status to the viewers of the session in context; see `StatusMessenger.addStatusMessage`. */
export function addStatusMessage(text: string, extra?: StatusExtra): void {
  meant().addStatusMessage(text, extra);
}

/** The latest status as a list of one or none; see `StatusMessenger.getStatusMessages`. */
export function getStatusMessages(sessionId?: string): string[] {
  return meant().getStatusMessages(sessionId);
}

/** Every status from here on; see `StatusMessenger.streamStatusUpdates`. */
export function streamStatusUpdates(options?: { signal?: AbortSignal }): AsyncIterableIterator<StatusUpdate> {
  return meant().streamStatusUpdates(options);
}

/** Runs `run` in the context of a session, with the messenger of the surrounding context or the default one. */
export function runWithSession<T>(ids: Ids | string, run: () => T): T {
  return runInContext(readIds(ids), undefined, run);
}
