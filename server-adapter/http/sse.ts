import { randomUUID } from 'node:crypto';
import {
  type ClientFrameReading,
  CloseCode,
  elapsed,
  LIMITS,
  parseAfter,
  readClientFrame,
} from '../../protocol/index.js';
import type { Arrival } from '../access/arrival.js';
import { type Denial, isDenial, ownChannel } from '../access/authorize.js';
import type { Door } from '../access/door.js';
import { Rates } from '../access/rates.js';
import { Connection } from '../delivery/connection.js';
import { SseTransport } from '../delivery/sse-transport.js';
import type { Settings } from '../options.js';
import { compilePath, splitUrl } from '../paths.js';
import { TOO_FAST, type Viewer, type Viewers } from '../viewers.js';
import { error, json, readBody, refused } from './answers.js';
import type { Resource } from './handler.js';
import { arrivalOf, isEmbedded } from './web-request.js';

/** What can be watched as a stream, by its path behind the base: the one place that says so. */
const [sessionIn, taskIn] = [compilePath('/sse/:sessionId'), compilePath('/sse/tasks/:taskId', ':taskId')];

/** The session or the task that is asked for. */
type Asked = Pick<Arrival, 'sessionId' | 'taskId'>;

const FOREIGN: Denial = { code: CloseCode.forbidden, reason: 'pages of this origin may not connect' };
const HEADERS = {
  'content-type': 'text/event-stream; charset=utf-8',
  // Neither kept, nor compressed, nor held back until a buffer is full, by whatever is in between.
  'cache-control': 'no-store, no-transform',
  'x-accel-buffering': 'no',
  'x-content-type-options': 'nosniff',
};

/** A stream that is open. */
interface Stream {
  readonly path: string;
  readonly viewer: Viewer;
  readonly transport: SseTransport;
}

/**
 * The WebSocket's frames as server-sent events, and what the page has to say as POST requests, by the same rules. A page names its stream in its requests (query
 * `stream`), by the id that the stream begins with, and then speaks on that connection; without, each request is let in by itself.
 */
export class EventStreams {
  readonly #settings: Settings;
  readonly #door: Door;
  readonly #viewers: Viewers;
  readonly #streams = new Map<string, Stream>();
  /** Of those who speak without a stream. */
  readonly #rates: Rates;

  constructor(settings: Settings, door: Door, viewers: Viewers) {
    this.#settings = settings;
    this.#door = door;
    this.#viewers = viewers;
    this.#rates = new Rates(settings.limits.framesPerSecond);
  }

  /** What is at a path; `undefined` where no stream is. */
  resourceAt(path: string): Resource | undefined {
    const sessionId = sessionIn(path);
    if (sessionId !== undefined) return this.#resource({ sessionId });
    const taskId = taskIn(path);
    return taskId === undefined ? undefined : this.#resource({ sessionId: '', taskId });
  }

  #resource(asked: Asked): Resource {
    return {
      strangers: () => refused(FOREIGN),
      methods: {
        GET: (request, url, address) => this.#open(request, arrivalOf(asked, request, url, address)),
        POST: (request, url, address) => this.#hear(request, arrivalOf(asked, request, url, address)),
      },
    };
  }

  async #open(request: Request, arrival: Arrival): Promise<Response> {
    if (request.method === 'HEAD') return new Response(null, { headers: HEADERS });
    if (isEmbedded(arrival.headers)) return refused(FOREIGN);
    const admission = await this.#door.enter(arrival);
    if ('code' in admission) return refused(admission);
    const { access, leave } = admission;
    const own = ownChannel(access);
    const last = request.headers.get('last-event-id');
    // A browser's own `EventSource` comes back to the address that it has, and says in the header how far it has come since.
    const after = last ? last.split(',') : arrival.query.getAll('after');
    const id = randomUUID();
    const transport = new SseTransport({
      opening: `event: open\ndata: ${JSON.stringify({ stream: id })}\n\n`,
      own,
      after: parseAfter(after, own),
      taken: () => connection.heard(),
      ended: () => {
        this.#streams.delete(id);
        this.#viewers.left(connection);
        leave();
      },
    });
    const connection = new Connection(access, transport, this.#settings);
    const viewer: Viewer = { connection, request: admission.request };
    this.#streams.set(id, { path: splitUrl(arrival.url).path, viewer, transport });
    request.signal.addEventListener('abort', () => transport.cancel());
    if (request.signal.aborted) transport.cancel();
    else void this.#viewers.serve(viewer, after);
    const end = await transport.begun;
    return end ? refused(end) : new Response(transport.body, { headers: HEADERS });
  }

  async #hear(request: Request, arrival: Arrival): Promise<Response> {
    const body = await readBody(request, LIMITS.clientFrame);
    const stream = this.#streams.get(arrival.query.get('stream') ?? '');
    if (stream?.path === splitUrl(arrival.url).path) return this.#hearOn(stream, readFrame(body));
    const denial = this.#viewers.denial ?? this.#tooFast(arrival);
    if (denial) return refused(denial);
    const access = await this.#door.check(arrival);
    if (isDenial(access)) return refused(access);
    const reading = readFrame(body);
    if ('code' in reading) return refused(reading);
    if ('problem' in reading) return answerTo(this.#viewers.refusalOf(reading), reading);
    const ack = await this.#viewers.receiveFrom(access, reading.frame);
    return ack && !('accepted' in ack) ? refused(ack) : answerTo(ack, reading);
  }

  async #hearOn({ viewer, transport }: Stream, reading: ClientFrameReading | Denial): Promise<Response> {
    const { connection } = viewer;
    if (this.#viewers.isInTime(connection)) {
      if (!('code' in reading)) {
        const ack = await this.#viewers.receive(viewer, reading);
        if (ack || !connection.closed) return answerTo(ack, reading);
      } else connection.close(reading.code, reading.reason);
    }
    return refused(transport.end ?? GONE);
  }

  #tooFast(arrival: Arrival): Denial | undefined {
    const key = `${splitUrl(arrival.url).path} ${this.#door.groupOf(arrival)}`;
    if (this.#rates.take(key, elapsed(this.#settings.clock))) return undefined;
    this.#viewers.warnTooFast();
    return TOO_FAST;
  }
}

/** The stream that a page spoke on has ended meanwhile. */
const GONE: Denial = { code: CloseCode.trouble, reason: 'the stream has ended' };

/** A page's frame, or why its connection ends. */
function readFrame(body: Buffer | undefined): ClientFrameReading | Denial {
  if (!body) return { code: CloseCode.frameTooLarge, reason: `got a frame over ${LIMITS.clientFrame} bytes` };
  try {
    return readClientFrame(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body));
  } catch {
    return { code: CloseCode.malformed, reason: 'got a binary frame, expected text' };
  }
}

/** The `ack` of a frame, where there is one. */
function answerTo(ack: object | undefined, reading: ClientFrameReading): Response {
  if (ack) return json(200, ack);
  if (!('problem' in reading)) return json(202, {});
  return error(
    400,
    'invalid',
    `status-messenger: got a malformed frame (${reading.problem}), expected one of the wire contract`,
  );
}
