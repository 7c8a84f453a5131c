/** A place in a channel's log: `EPOCH-SEQ` on the wire. `epoch` changes when the log starts over; `seq` counts 1, 2, 3 … */
export interface Position {
  readonly epoch: string;
  readonly seq: number;
}

const POSITION = /^([a-z0-9]{8,64})-(0|[1-9]\d{0,15})$/;

export function formatPosition({ epoch, seq }: Position): string {
  return `${epoch}-${seq}`;
}

/** `undefined` for anything that is no position. */
export function parsePosition(text: unknown): Position | undefined {
  const match = typeof text === 'string' ? POSITION.exec(text) : null;
  const seq = Number(match?.[2]);
  return match?.[1] && Number.isSafeInteger(seq) ? { epoch: match[1], seq } : undefined;
}

/** How a message at `next` follows the last one seen: `next` in line, `seen` before, or with a `gap` between them. */
export type Succession = 'next' | 'seen' | 'gap';

/** Promise 1 of the wire contract: only `next` may be applied. Where nothing was seen yet, anything is next. */
export function succession(last: Position | undefined, next: Position): Succession {
  if (!last) return 'next';
  if (last.epoch !== next.epoch) return 'gap';
  if (next.seq <= last.seq) return 'seen';
  return next.seq === last.seq + 1 ? 'next' : 'gap';
}
