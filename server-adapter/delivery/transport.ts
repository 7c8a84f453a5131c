import type { Batch } from './batch.js';

/** What carries frames to one page: a WebSocket, or another way with the same abilities. */
export interface Transport {
  /** Bytes accepted by `send` that the system has not taken yet. */
  readonly buffered: number;
  /** Of those, what has not even left for the other end: it falls with every byte that is taken, where the system tells. */
  readonly unsent: number;
  /** Sends text frames, as one write where it can. */
  send(batch: Batch): void;
  /** Calls `taken` once the system has taken everything that was sent so far. */
  whenTaken(taken: () => void): void;
  /** Holds back what `write` sends until it has sent all of it, where it can. */
  batch(write: () => void): void;
  /** Asks the other end for a sign of life. */
  ping(): void;
  /** Ends the connection with a close code, after what was sent. */
  close(code: number, reason: string): void;
  /** Ends the connection at once. */
  terminate(): void;
}
