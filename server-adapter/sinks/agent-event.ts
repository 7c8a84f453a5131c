import { describe, messageOf, StatusMessengerError } from '../../protocol/index.js';
import type { Context } from '../context.js';

/** An event as Pub/Sub takes it. */
export interface EventMessage {
  /** The JSON that subscribers read. */
  readonly data: Buffer;
  /** What a subscription can filter by, which it cannot by what stands in `data`. */
  readonly attributes: { readonly [name: string]: string };
}

/** Characters of an event's type: as many as of a message's. An attribute of Pub/Sub takes 1,024 bytes. */
const TYPE_LENGTH = 128;
/** Bytes of an event: what the package puts into one request, of the 10 MB that Pub/Sub takes. */
const EVENT_BYTES = 9 * 1024 * 1024;

/**
 * Checks an event and serialises it at once, so that what its publisher changes afterwards changes nothing. `now` is milliseconds since 1970.
 * @throws StatusMessengerError `invalid` for a type that is none, or data that JSON cannot carry; `too_large` for more than Pub/Sub takes.
 */
export function composeEvent(data: unknown, type: unknown, context: Context, now: number): EventMessage {
  if (typeof type !== 'string' || type === '' || type.length > TYPE_LENGTH) {
    const text = `agent event: got ${describe(type)} as its type, expected a text of 1–${TYPE_LENGTH} characters; leave it out for "agent_event"`;
    throw new StatusMessengerError('invalid', text);
  }
  const { sessionId = null, threadId, userId, runId, taskId } = context;
  const fields = { websocket_session_id: sessionId, event_type: type, timestamp: new Date(now).toISOString() };
  const json = Buffer.from(`${JSON.stringify(fields).slice(0, -1)},"data":${stringify(data)}}`);
  if (json.length > EVENT_BYTES) {
    const text = `agent event: got ${json.length} bytes of JSON, expected at most ${EVENT_BYTES}; publish a link to what is larger`;
    throw new StatusMessengerError('too_large', text);
  }
  return {
    data: json,
    attributes: {
      event_type: type,
      ...(sessionId === null ? {} : { websocket_session_id: sessionId }),
      ...(threadId === undefined ? {} : { thread_id: threadId }),
      ...(userId === undefined ? {} : { user_id: userId }),
      ...(runId === undefined ? {} : { run_id: runId }),
      ...(taskId === undefined ? {} : { task_id: taskId }),
    },
  };
}

function stringify(data: unknown): string {
  try {
    const text: string | undefined = JSON.stringify(data);
    if (text === undefined) throw new TypeError(describe(data));
    return text;
  } catch (error) {
    const reason = messageOf(error).split('\n')[0];
    throw new StatusMessengerError(
      'invalid',
      `agent event: got data that JSON cannot carry (${reason}), expected plain data; leave out cycles, BigInt and functions`,
      { cause: error },
    );
  }
}
