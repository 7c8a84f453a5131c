import { type Clock, isObject, messageOf, parseJson } from '../../protocol/index.js';
import { browserClock } from './browser-clock.js';
import { EventStream, type StreamEvent } from './event-stream.js';
import { ABNORMAL, CLOSED, OPEN, type SocketLike } from './socket.js';

/** Milliseconds in which a frame has to be answered. */
const ANSWER = 20_000;
/** Characters of an answer that are looked at: more than an `ack` or an error has. */
const ANSWER_LENGTH = 64 * 1024;

interface End {
  readonly code: number;
  readonly reason: string;
}

/**
 * What a WebSocket does, over plain HTTP: what the server says comes as server-sent events, what the page says goes as POST requests, one after the other. One
 * that fails ends the connection: what was not acknowledged is said again on the next.
 */
export class SseSocket implements SocketLike {
  readyState = 0;
  binaryType = '';
  onopen: SocketLike['onopen'] = null;
  onmessage: SocketLike['onmessage'] = null;
  onerror: SocketLike['onerror'] = null;
  onclose: SocketLike['onclose'] = null;
  readonly #url: string;
  readonly #clock: Clock;
  readonly #reading = new AbortController();
  #posting: AbortController | undefined;
  readonly #frames: string[] = [];
  /** What the server knows this connection by. */
  #stream = '';

  /** `url` is that of the stream: `http(s)://…/sse/ID`, with the query that the WebSocket would have. */
  constructor(url: string, clock: Clock = browserClock) {
    this.#url = url;
    this.#clock = clock;
    void this.#read();
  }

  send(frame: string): void {
    this.#frames.push(frame);
    if (this.#frames.length === 1) void this.#post();
  }

  close(): void {
    this.readyState = CLOSED;
    this.#reading.abort();
    this.#posting?.abort();
  }

  async #read(): Promise<void> {
    try {
      const response = await ask(this.#url, { headers: { accept: 'text/event-stream' } }, this.#reading);
      const type = response.headers.get('content-type') ?? '';
      if (!response.ok || !response.body || !type.startsWith('text/event-stream')) {
        this.#end(endIn(parseJson(await textOf(response))) ?? surprise(response));
        return;
      }
      this.readyState = OPEN;
      this.onopen?.(undefined);
      const events = new EventStream();
      const reader = response.body.getReader();
      for (let next = await reader.read(); !next.done; next = await reader.read()) {
        for (const event of events.read(next.value)) this.#take(event);
      }
      this.#end({ code: ABNORMAL, reason: 'the stream has ended' });
    } catch (error) {
      this.#end({ code: ABNORMAL, reason: messageOf(error) });
    }
  }

  #take({ type, data }: StreamEvent): void {
    // Whoever was told of the event before may have closed it.
    if (this.readyState !== OPEN) return;
    if (type === 'message') this.onmessage?.({ data });
    const value = parseJson(data);
    if (!isObject(value)) return;
    if (type === 'open' && typeof value.stream === 'string') this.#stream = value.stream;
    const end = type === 'close' && readEnd(value.code, value.reason);
    if (end) this.#end(end);
  }

  async #post(): Promise<void> {
    const url = new URL(this.#url);
    url.searchParams.delete('after');
    url.searchParams.set('stream', this.#stream);
    while (this.readyState !== CLOSED && this.#frames[0] !== undefined) {
      const posting = new AbortController();
      this.#posting = posting;
      const stopWaiting = this.#clock.after(ANSWER, () => posting.abort(new Error('a frame was not answered')));
      try {
        const response = await ask(url.href, { method: 'POST', body: this.#frames[0] }, posting);
        const answer = parseJson(await textOf(response));
        if (!response.ok) this.#end(endIn(answer) ?? surprise(response));
        // A page that is closed hears nothing more.
        else if (response.status === 200 && this.readyState === OPEN) {
          this.onmessage?.({ data: JSON.stringify({ type: 'ack', data: answer }), aside: true });
        }
      } catch (error) {
        this.#end({ code: ABNORMAL, reason: messageOf(error) });
      }
      stopWaiting();
      this.#frames.shift();
    }
  }

  #end(end: End): void {
    if (this.readyState === CLOSED) return;
    this.close();
    this.onclose?.(end);
  }
}

/** Cookies go along as with a WebSocket, wherever the server is. */
function ask(url: string, init: RequestInit, { signal }: AbortController): Promise<Response> {
  return fetch(url, { credentials: 'include', cache: 'no-store', ...init, signal });
}

async function textOf({ body }: Response): Promise<string> {
  const reader = body?.getReader();
  const decoder = new TextDecoder();
  let text = '';
  while (reader && text.length < ANSWER_LENGTH) {
    const { done, value } = await reader.read();
    if (done) break;
    text += decoder.decode(value, { stream: true });
  }
  reader?.cancel().catch(() => {});
  return text;
}

/** What a refusal says in place of a WebSocket's close. */
function endIn(answer: unknown): End | undefined {
  const error = isObject(answer) ? answer.error : undefined;
  return isObject(error) ? readEnd(error.close, error.reason) : undefined;
}

function readEnd(code: unknown, reason: unknown): End | undefined {
  return typeof code === 'number' && typeof reason === 'string' ? { code, reason } : undefined;
}

/** The end by an answer that nobody of this kit gives: of a proxy, or of an application that knows no such address. */
function surprise({ status }: Response): End {
  return { code: ABNORMAL, reason: `got no stream from the server, but an answer with ${status}` };
}
