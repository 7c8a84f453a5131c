export interface PortEvents {
  /** The other side said something. */
  heard(text: string): void;
  /** The other side is gone. Told only while the worker is held. */
  lost(): void;
}

/** A worker's way to the side that made it. What the worker posts and hears for its own purposes goes past it, and it keeps no worker alive. */
export interface Port {
  /** Hands over a text, in order. `isAwaited`: the worker stands still until it is answered, by `poll`. */
  post(text: string, isAwaited?: boolean): void;
  /** Looks for what the other side said, where the worker lets no turn of its event loop pass. */
  poll(): void;
  /** Keeps the worker alive, until `release`. */
  hold(): void;
  release(): void;
  /** Whether so much waits to be sent that nothing more arrives before it. */
  readonly isClogged: boolean;
  /** The worker ends now: nothing that was posted may be lost. Throws where it is. */
  leave(): void;
}
