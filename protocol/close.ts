/** The close codes of the wire contract ("Ends"). */
export const CloseCode = {
  done: 1000,
  leaving: 1001,
  frameTooLarge: 1009,
  trouble: 1011,
  restarting: 1012,
  tooBusy: 1013,
  malformed: 4400,
  unauthorized: 4401,
  forbidden: 4403,
  notFound: 4404,
  tooSlow: 4408,
  tooFast: 4429,
} as const;

/**
 * What a page does when its connection closed with a code: stay closed because the run is over (`done`) or because trying again cannot
 * help (`refused`), ask for a fresh token once (`renew`), or come back, resuming (`retry`).
 */
export type CloseVerdict = 'done' | 'refused' | 'renew' | 'retry';

export function closeVerdict(code: number): CloseVerdict {
  switch (code) {
    case CloseCode.done:
      return 'done';
    case CloseCode.frameTooLarge:
    case CloseCode.malformed:
    case CloseCode.forbidden:
    case CloseCode.notFound:
      return 'refused';
    case CloseCode.unauthorized:
      return 'renew';
    default:
      return 'retry';
  }
}

/** What browsers and RFC 6455 allow for a close reason, in bytes. */
const REASON_BYTES = 123;

/** `text` cut to the 123 bytes of UTF-8 that a close reason may have, never inside a character. */
export function closeReason(text: string): string {
  let bytes = 0;
  let reason = '';
  for (const character of text) {
    const point = character.codePointAt(0) ?? 0;
    bytes += point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
    if (bytes > REASON_BYTES) break;
    reason += character;
  }
  return reason;
}

const DAY = 24 * 3_600_000;

/** The reason `retry=MS`: come back after that many milliseconds, a day at most. */
export function retryReason(ms: number): string {
  return `retry=${ms > 0 ? Math.round(Math.min(ms, DAY)) : 0}`;
}

/** The milliseconds in a reason `retry=MS`; `undefined` where there are none. A day at most, whatever the server says. */
export function retryAfter(reason: string): number | undefined {
  const match = /\bretry=(\d+)\b/.exec(reason);
  return match ? Math.min(Number(match[1]), DAY) : undefined;
}
