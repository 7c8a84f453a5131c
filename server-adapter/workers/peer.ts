export interface PeerEvents {
  heard(text: string): void;
  /** It failed, and nobody else listens. */
  failed(error: unknown): void;
  /** It has ended, and everything it said was heard. */
  ended(): void;
}

/** A worker, as the side sees it that made it. */
export interface Peer {
  post(text: string): void;
  /** Takes what it has said, and hears nothing any more. */
  close(): void;
}
