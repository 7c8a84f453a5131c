import type { ConnectionStatus } from 'status-messenger';
import { readConnected } from 'status-messenger/protocol';

/** Milliseconds that a strip shows. */
export const SPAN = 60_000;

/** What happened to a viewer's connection. `resumed`: it went on exactly where it was; `snapshot`: it was handed all at once. */
export type Happening = 'lost' | 'resumed' | 'snapshot';

export interface Mark {
  readonly at: number;
  readonly kind: Happening;
}

export interface Sample {
  readonly at: number;
  /** How many messages the viewer is behind the log. */
  readonly lag: number;
  readonly status: ConnectionStatus;
}

/** What is known of a viewer's connection. Times are milliseconds since 1970. */
export interface Strip {
  readonly position: number;
  readonly lag: number;
  readonly resumes: number;
  readonly snapshots: number;
  readonly status: ConnectionStatus;
  readonly samples: readonly Sample[];
  readonly marks: readonly Mark[];
}

export const EMPTY_STRIP: Strip = {
  position: 0,
  lag: 0,
  resumes: 0,
  snapshots: 0,
  status: 'idle',
  samples: [],
  marks: [],
};

/** The strip after something has happened. Pure. */
export function mark(strip: Strip, kind: Happening, at: number): Strip {
  return {
    ...strip,
    resumes: strip.resumes + (kind === 'resumed' ? 1 : 0),
    snapshots: strip.snapshots + (kind === 'snapshot' ? 1 : 0),
    marks: [...strip.marks, { at, kind }].filter((each) => each.at > at - SPAN),
  };
}

/** The strip after a look at the viewer's position, at that of the log, and at the connection. Pure. */
export function sample(
  strip: Strip,
  { position, head, status }: { readonly position: number; readonly head: number; readonly status: ConnectionStatus },
  at: number,
): Strip {
  const lag = Math.max(0, head - position);
  const samples = [...strip.samples, { at, lag, status }].filter((each) => each.at > at - SPAN);
  const isLost = strip.status === 'live' && (status === 'reconnecting' || status === 'offline');
  const sampled = { ...strip, position, lag, status, samples };
  return isLost ? mark(sampled, 'lost', at) : sampled;
}

/** The number of a position `EPOCH-SEQ`; 0 for none. Pure. */
export function sequence(position: string | undefined): number {
  return Number(position?.split('-')[1] ?? 0) || 0;
}

/** What a frame from the server tells of how the connection goes on. Pure. */
export function happeningIn(frame: unknown): Happening | undefined {
  if (typeof frame !== 'object' || frame === null || !('type' in frame)) return undefined;
  // Of a thread or a user there are others, which name theirs.
  if (frame.type === 'snapshot') return 'channel' in frame ? undefined : 'snapshot';
  if (frame.type !== 'connected' || !('data' in frame)) return undefined;
  const channels = readConnected(frame.data)?.channels ?? {};
  return Object.values(channels).some(({ recovered }) => recovered) ? 'resumed' : undefined;
}
