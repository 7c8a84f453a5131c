import type { IncomingMessage, ServerResponse } from 'node:http';
import { connect } from 'node:net';
import type { Duplex } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';

/** Milliseconds that a cut may last. */
const LONGEST = 10_000;
/** A slow line carries so many bytes in so many milliseconds. */
const PIECE = 100;
const PAUSE = 250;
const PREFIX = '/line';

/** A viewer's way to the server. */
interface Line {
  readonly sockets: Set<Duplex>;
  isCut: boolean;
  isSlow: boolean;
}

/** Ways to the server that can be cut and slowed down as networks do, without a word to either side: an address behind `/line` is the same without it. */
export class Lines {
  readonly #lines = new Map<string, Line>();

  /** Takes the request for a WebSocket, if it comes by a line. */
  take(request: IncomingMessage, socket: Duplex, head: Buffer): boolean {
    const url = new URL(request.url ?? '/', 'http://localhost');
    if (!url.pathname.startsWith(`${PREFIX}/`)) return false;
    const name = lineOf(url);
    const line = name === undefined ? undefined : (this.#lines.get(name) ?? this.#open(name));
    if (line && !line.isCut) void carry(request, socket, head, line).finally(() => this.#left(name ?? '', line));
    else socket.destroy();
    return true;
  }

  /** Answers `POST /demo/line?session=demo-…&viewer=…&cut=MS` and `&slow=true`. */
  answer(url: URL, response: ServerResponse): void {
    const line = this.#lines.get(lineOf(url) ?? '');
    if (!line) {
      response.writeHead(404).end();
      return;
    }
    const slow = url.searchParams.get('slow');
    if (slow !== null) line.isSlow = slow === 'true';
    const ms = Math.min(Number(url.searchParams.get('cut')) || 0, LONGEST);
    if (ms > 0) this.#cut(line, ms);
    response.writeHead(204).end();
  }

  #open(name: string): Line {
    const line: Line = { sockets: new Set(), isCut: false, isSlow: false };
    this.#lines.set(name, line);
    return line;
  }

  #cut(line: Line, ms: number): void {
    line.isCut = true;
    setTimeout(() => {
      line.isCut = false;
    }, ms);
    for (const socket of line.sockets) socket.destroy();
  }

  /** A line that says something of those who come next is kept until they have come. */
  #left(name: string, line: Line): void {
    if (line.sockets.size === 0 && !line.isCut && !line.isSlow) this.#lines.delete(name);
  }
}

/** Carries a connection on to the address that it came to, at the line's pace. */
async function carry(request: IncomingMessage, page: Duplex, head: Buffer, line: Line): Promise<void> {
  const { localPort = 0, localAddress = '127.0.0.1' } = request.socket;
  const server = connect(localPort, localAddress);
  const ends = [page, server];
  for (const end of ends) line.sockets.add(end);
  const { rawHeaders, method, url } = request;
  const headers = rawHeaders.map((text, i) => (i % 2 === 0 ? `${text}: ` : `${text}\r\n`)).join('');
  server.write(`${method} ${url?.slice(PREFIX.length)} HTTP/1.1\r\n${headers}\r\n`);
  server.write(head);
  // However it ends, both sides have seen it.
  await Promise.allSettled([pipeline(page, server), pipeline(server, (pieces) => atPaceOf(line, pieces), page)]);
  for (const end of ends) {
    end.destroy();
    line.sockets.delete(end);
  }
}

async function* atPaceOf(line: Line, pieces: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  for await (const piece of pieces) {
    let at = 0;
    while (line.isSlow && at < piece.length) {
      yield piece.subarray(at, at + PIECE);
      at += PIECE;
      await sleep(PAUSE);
    }
    yield piece.subarray(at);
  }
}

function lineOf(url: URL): string | undefined {
  const id = url.searchParams.get('session') ?? /^\/line\/ws\/((?:demo|agents)-[a-z0-9]+)$/.exec(url.pathname)?.[1];
  const viewer = url.searchParams.get('viewer');
  return id && viewer ? `${id} ${viewer}` : undefined;
}
