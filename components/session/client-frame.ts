import { LIMITS, messageOf, StatusMessengerError } from '../../protocol/index.js';

const encoder = new TextEncoder();

/**
 * A frame of the page's own as it is sent. Throws `invalid` for what JSON cannot carry, and `too_large` for what a server would end the
 * connection over.
 */
export function writeFrame(frame: object): string {
  let text: string;
  try {
    text = JSON.stringify(frame);
  } catch (cause) {
    // Of a circle the platform draws a picture below its first line.
    const got = `send: got data that JSON cannot carry (${messageOf(cause).split('\n')[0]})`;
    throw new StatusMessengerError('invalid', `${got}; send texts, numbers, lists and plain objects`, { cause });
  }
  const bytes = encoder.encode(text).byteLength;
  if (bytes <= LIMITS.clientFrame) return text;
  const bound = `send: got a frame of ${bytes} bytes, expected at most ${LIMITS.clientFrame}`;
  throw new StatusMessengerError('too_large', `${bound}; upload it over HTTP and send its address`);
}
