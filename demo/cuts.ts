import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';

/** Milliseconds that a cut may last. */
const LONGEST = 10_000;

/** Cuts the connections of the demo's viewers as a network would: without a word. */
export class Cuts {
  /** The open sockets, by session and viewer, and which of those are kept out. */
  readonly #sockets = new Map<string, Set<Duplex>>();
  readonly #keptOut = new Set<string>();

  /** Looks at a WebSocket's request: whoever is kept out is cut at once. */
  watch(request: IncomingMessage, socket: Duplex): void {
    const viewer = viewerOf(new URL(request.url ?? '/', 'http://localhost'));
    if (viewer === undefined) return;
    if (this.#keptOut.has(viewer)) {
      socket.destroy();
      return;
    }
    const open = this.#sockets.get(viewer) ?? new Set();
    this.#sockets.set(viewer, open.add(socket));
    socket.once('close', () => {
      open.delete(socket);
      if (open.size === 0) this.#sockets.delete(viewer);
    });
  }

  /** Answers `POST /demo/cut?session=demo-…&viewer=…&ms=…`. */
  answer(url: URL, response: ServerResponse): void {
    const viewer = viewerOf(url);
    const open = viewer === undefined ? undefined : this.#sockets.get(viewer);
    if (viewer === undefined || !open) {
      response.writeHead(404).end();
      return;
    }
    this.#keptOut.add(viewer);
    const ms = Math.min(Number(url.searchParams.get('ms')) || 0, LONGEST);
    setTimeout(() => this.#keptOut.delete(viewer), ms);
    for (const socket of open) socket.destroy();
    response.writeHead(204).end();
  }
}

function viewerOf(url: URL): string | undefined {
  const id = url.searchParams.get('session') ?? /^\/ws\/(demo-[a-z0-9]+)$/.exec(url.pathname)?.[1];
  return id?.startsWith('demo-') ? `${id} ${url.searchParams.get('viewer')}` : undefined;
}
