/** What a client uses of a WebSocket: the platform's is one, and so is that of the package `ws`. */
export interface SocketLike {
  readonly readyState: number;
  binaryType: string;
  onopen: Handlers['open'] | null;
  onmessage: Handlers['message'] | null;
  onerror: Handlers['error'] | null;
  onclose: Handlers['close'] | null;
  send(text: string): void;
  close(): void;
}

/** Where a socket stands, as the platform counts. */
export const OPEN = 1;
export const CLOSED = 3;
/** The code of an end without a word. */
export const ABNORMAL = 1006;

/** Makes a socket that is on its way to `url`. */
export type SocketConstructor = new (url: string) => SocketLike;

/** Written as methods, whose arguments are compared both ways: a socket may hand its handlers more than what is used here. */
interface Handlers {
  open(event: unknown): void;
  /** `aside`: it came by another way than what the server says by itself, so it says nothing of whether that way is open. */
  message(event: { readonly data: unknown; readonly aside?: boolean }): void;
  error(event: unknown): void;
  close(event: { readonly code: number; readonly reason: string }): void;
}
