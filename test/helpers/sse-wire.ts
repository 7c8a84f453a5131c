import { once } from 'node:events';
import { type ClientRequest, type IncomingMessage, request } from 'node:http';

/** An event as it stood in the stream. */
export interface WireEvent {
  readonly event?: string;
  readonly id?: string;
  readonly retry?: string;
  readonly data: string;
}

/** What a POST was answered. */
export interface PostAnswer {
  readonly status: number | undefined;
  readonly body: unknown;
}

interface Listener {
  heard(frame: string): void;
  closed(code: number, reason: string): void;
}

/** The other end of a stream of server-sent events that knows nothing but the wire: one GET, and a POST for each frame, one after the other. */
export class SseWire {
  readonly events: WireEvent[] = [];
  readonly answers: PostAnswer[] = [];
  readonly request: ClientRequest;
  /** Once the server has answered. */
  readonly response: Promise<IncomingMessage>;
  readonly #url: string;
  readonly #headers: Record<string, string>;
  readonly #listener: Listener;
  #text = '';
  #stream: string | undefined;
  #isClosed = false;
  #posting: ClientRequest | undefined;
  #opened: () => void = () => {};
  #posts: Promise<unknown>;

  constructor(url: string, headers: Record<string, string>, listener: Listener) {
    this.#url = url;
    this.#headers = headers;
    this.#listener = listener;
    this.#posts = new Promise<void>((resolve) => {
      this.#opened = resolve;
    });
    this.request = request(url, { headers, agent: false });
    this.request.on('error', () => this.#end(1006, ''));
    this.response = once(this.request, 'response').then(([response]) => response);
    this.response.then(
      (response) => this.#read(response),
      () => {},
    );
    this.request.end();
  }

  /** Posts a frame once those before it were answered. */
  send(frame: string | Buffer): void {
    this.#posts = this.#posts.then(() => this.#post(frame));
  }

  pause(): void {
    void this.response.then((response) => response.pause());
  }

  resume(): void {
    void this.response.then((response) => response.resume());
  }

  terminate(): void {
    this.request.destroy();
    this.#posting?.destroy();
  }

  #read(response: IncomingMessage): void {
    let body = '';
    response.setEncoding('utf8');
    response.on('error', () => {});
    response.on('data', (piece) => {
      if (response.statusCode === 200) this.#take(piece);
      else body += piece;
    });
    response.on('close', () => {
      const { close = 1006, reason = '' } = body === '' ? {} : JSON.parse(body).error;
      this.#end(close, reason);
    });
  }

  #take(piece: string): void {
    this.#text += piece;
    const blocks = this.#text.split('\n\n');
    this.#text = blocks.pop() ?? '';
    for (const block of blocks) {
      const fields = block.split('\n').map((line) => {
        const [, name = '', value = ''] = /^(\w+): (.*)$/s.exec(line) ?? [];
        return [name, value] as const;
      });
      const event: WireEvent = { data: '', ...Object.fromEntries(fields) };
      this.events.push(event);
      if (event.event === undefined) this.#listener.heard(event.data);
      else if (event.event === 'open') {
        this.#stream = JSON.parse(event.data).stream;
        this.#opened();
      } else {
        const { code, reason } = JSON.parse(event.data);
        this.#end(code, reason);
      }
    }
  }

  async #post(frame: string | Buffer): Promise<void> {
    if (this.#isClosed) return;
    const url = new URL(this.#url);
    url.searchParams.delete('after');
    if (this.#stream !== undefined) url.searchParams.set('stream', this.#stream);
    const posting = request(url, { method: 'POST', headers: this.#headers, agent: false });
    this.#posting = posting;
    posting.end(frame);
    try {
      const [response] = await once(posting, 'response');
      let body = '';
      for await (const piece of response) body += piece;
      this.answers.push({ status: response.statusCode, body: body === '' ? undefined : JSON.parse(body) });
    } catch {
      // The server has left.
    }
  }

  #end(code: number, reason: string): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#opened();
    this.#listener.closed(code, reason);
  }
}
