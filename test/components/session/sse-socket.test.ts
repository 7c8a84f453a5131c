import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type TestContext, test } from 'node:test';
import { SseSocket } from '../../../components/session/sse-socket.js';
import { ManualClock } from '../../../components/testing/index.js';
import { LIMITS } from '../../../protocol/index.js';
import { listen } from '../../helpers/server.js';

/** A request, with all of its body, which a test answers as it likes. */
interface Asked {
  readonly request: IncomingMessage;
  readonly body: string;
  readonly response: ServerResponse;
}

/** A server in a test's hands. */
class HandServer {
  readonly #asked: Asked[] = [];
  #wake = () => {};

  private constructor(readonly url: string) {}

  static async start(t: TestContext): Promise<HandServer> {
    const http = createServer(async (request, response) => {
      let body = '';
      for await (const piece of request) body += piece;
      hand.#asked.push({ request, body, response });
      hand.#wake();
    });
    const hand = new HandServer(`http://127.0.0.1:${await listen(http)}/sse/s`);
    t.after(() => {
      http.closeAllConnections();
      http.close();
    });
    return hand;
  }

  /** How many ask and have not been taken by `next`. */
  get waiting(): number {
    return this.#asked.length;
  }

  async next(): Promise<Asked> {
    while (true) {
      const asked = this.#asked.shift();
      if (asked) return asked;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  /** Answers the next request with a stream that begins with `text`. */
  async stream(text = ''): Promise<ServerResponse> {
    const { response } = await this.next();
    response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' });
    response.write(text || ':\n');
    return response;
  }
}

type Told = 'open' | { readonly data: unknown; readonly aside?: boolean } | { code: number; reason: string };

/** A socket, and what it tells. */
class Watched {
  readonly told: Told[] = [];
  readonly socket: SseSocket;
  #wake = () => {};

  constructor(t: TestContext, url: string, clock?: ManualClock) {
    this.socket = new SseSocket(url, clock);
    t.after(() => this.socket.close());
    this.socket.onopen = () => this.#tell('open');
    this.socket.onmessage = (event) => this.#tell(event);
    this.socket.onclose = ({ code, reason }) => this.#tell({ code, reason });
  }

  async count(count: number): Promise<void> {
    while (this.told.length < count) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  /** The end, once it is there. */
  async end(): Promise<{ code: number; reason: string }> {
    while (true) {
      const last = this.told.at(-1);
      if (last && last !== 'open' && 'code' in last) return last;
      await this.count(this.told.length + 1);
    }
  }

  #tell(told: Told): void {
    this.told.push(told);
    this.#wake();
  }
}

test('what the server says comes as it comes, and its close as that of a WebSocket', async (t) => {
  const server = await HandServer.start(t);
  const page = new Watched(t, `${server.url}?after=x-1&token=t`);
  assert.equal(page.socket.readyState, 0);
  const { request, response } = await server.next();
  assert.equal(request.url, '/sse/s?after=x-1&token=t');
  assert.equal(request.headers.accept, 'text/event-stream');
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  response.write('event: open\ndata: {"stream":"abc"}\n\ndata: one\n\nevent: other\ndata: {}\n\n');
  await page.count(2);
  assert.equal(page.socket.readyState, 1);
  response.write('data: two\n\nevent: close\ndata: {"code":4403,"reason":"no"}\n\ndata: three\n\n');
  assert.deepEqual(await page.end(), { code: 4403, reason: 'no' });
  assert.deepEqual(page.told.slice(0, -1), ['open', { data: 'one' }, { data: 'two' }]);
  assert.equal(page.socket.readyState, 3);
});

const json = (error: object) => JSON.stringify({ error });
for (const [name, answer, type, body, end] of [
  [
    'a refusal',
    403,
    'application/json',
    json({ code: 'x', close: 4403, reason: 'not yours' }),
    { code: 4403, reason: 'not yours' },
  ],
  [
    'no room',
    503,
    'application/json',
    json({ close: 1013, reason: 'retry=5000' }),
    { code: 1013, reason: 'retry=5000' },
  ],
  ['an error without a close code', 404, 'application/json', json({ code: 'not_found' }), 404],
  ['a close code that is none', 404, 'application/json', json({ close: '4403', reason: 'x' }), 404],
  ['a page of a proxy', 502, 'text/html', '<h1>Bad gateway</h1>', 502],
  ['a page in place of a stream', 200, 'text/html', '<!doctype html>', 200],
  ['nothing', 204, 'text/event-stream', '', 204],
  ['JSON of another', 500, 'application/json', '[1]', 500],
  [
    'an error in place of a stream',
    200,
    'application/json',
    json({ close: 4404, reason: 'none' }),
    { code: 4404, reason: 'none' },
  ],
] as const) {
  test(`an answer that is ${name} ends it before it opened`, async (t) => {
    const server = await HandServer.start(t);
    const page = new Watched(t, server.url);
    const { response } = await server.next();
    response.writeHead(answer, { 'content-type': type });
    response.end(body);
    const surprise = { code: 1006, reason: `got no stream from the server, but an answer with ${answer}` };
    assert.deepEqual(await page.end(), typeof end === 'number' ? surprise : end);
    assert.equal(page.told.length, 1);
  });
}

test('an answer without an end is read so far, and no further', async (t) => {
  const server = await HandServer.start(t);
  const page = new Watched(t, server.url);
  const { response } = await server.next();
  response.writeHead(502, { 'content-type': 'text/html' });
  let written = 0;
  const closed = once(response, 'close');
  const write = () => {
    while (!response.destroyed && response.write('x'.repeat(16_384))) written += 16_384;
  };
  response.on('drain', write);
  write();
  assert.equal((await page.end()).code, 1006);
  await closed;
  assert.ok(written < 20 * 1024 * 1024, `${written}`);
});

test('nobody there, a stream that ends without a word, one that is cut, and one that never ends an event: 1006', async (t) => {
  assert.equal((await new Watched(t, 'http://127.0.0.1:9/sse/s').end()).code, 1006);
  const server = await HandServer.start(t);
  for (const [end, reason] of [
    [(response: ServerResponse) => response.end(), /^the stream has ended$/],
    [(response: ServerResponse) => response.destroy(), /./],
    [
      (response: ServerResponse) => response.write(`data: ${'x'.repeat(LIMITS.partialFrame)}`),
      /^status-messenger: an event: got over 1048576 characters without its end$/,
    ],
  ] as const) {
    const page = new Watched(t, server.url);
    const response = await server.stream();
    await page.count(1);
    end(response);
    const { code, reason: said } = await page.end();
    assert.equal(code, 1006);
    assert.match(said, reason);
  }
});

test('frames are posted in their order, each when the one before was answered, and each ack is told aside', async (t) => {
  const server = await HandServer.start(t);
  const page = new Watched(t, `${server.url}?after=x-1&thread=t&after=y-2&token=secret`);
  await server.stream('event: open\ndata: {"stream":"abc"}\n\ndata: {}\n\n');
  await page.count(2);
  for (const frame of ['one', 'two', 'three']) page.socket.send(frame);
  for (const [i, frame] of ['one', 'two', 'three'].entries()) {
    const { request, body, response } = await server.next();
    assert.equal(request.method, 'POST');
    assert.equal(request.url, '/sse/s?thread=t&token=secret&stream=abc');
    assert.equal(body, frame);
    assert.equal(server.waiting, 0, 'the next one waits');
    if (i === 1) response.writeHead(202).end('{}');
    else response.writeHead(200).end(JSON.stringify({ ref: frame, accepted: true }));
  }
  await page.count(4);
  assert.deepEqual(page.told.slice(2), [
    { data: '{"type":"ack","data":{"ref":"one","accepted":true}}', aside: true },
    { data: '{"type":"ack","data":{"ref":"three","accepted":true}}', aside: true },
  ]);
});

for (const [name, answer, end] of [
  [
    'is refused',
    (response: ServerResponse) => response.writeHead(401).end(json({ close: 4401, reason: 'expired' })),
    { code: 4401, reason: 'expired' },
  ],
  [
    'meets a proxy',
    (response: ServerResponse) => response.writeHead(502).end('<h1>'),
    { code: 1006, reason: 'got no stream from the server, but an answer with 502' },
  ],
  ['is lost', (response: ServerResponse) => response.destroy(), { code: 1006 }],
] as const) {
  test(`a frame that ${name} ends the connection, and those behind it are not sent`, async (t) => {
    const server = await HandServer.start(t);
    const page = new Watched(t, server.url);
    const stream = await server.stream('data: {}\n\n');
    await page.count(2);
    page.socket.send('one');
    page.socket.send('two');
    answer((await server.next()).response);
    const got = await page.end();
    assert.deepEqual({ ...got, ...end }, got);
    if (!stream.destroyed) await once(stream, 'close');
    assert.equal(server.waiting, 0);
  });
}

test('a frame that is not answered in 20 s ends the connection', async (t) => {
  const server = await HandServer.start(t);
  const clock = new ManualClock();
  const page = new Watched(t, server.url, clock);
  await server.stream('data: {}\n\n');
  await page.count(2);
  page.socket.send('one');
  const { response } = await server.next();
  clock.advance(19_999);
  assert.equal(page.socket.readyState, 1);
  clock.advance(1);
  assert.deepEqual(await page.end(), { code: 1006, reason: 'a frame was not answered' });
  if (!response.destroyed) await once(response, 'close');
});

test('close() lets go of everything, and nothing is told after it', async (t) => {
  const server = await HandServer.start(t);
  const page = new Watched(t, server.url);
  const stream = await server.stream('data: {}\n\n');
  await page.count(2);
  page.socket.send('one');
  page.socket.send('two');
  const { response } = await server.next();
  const closed = [stream, response].map((each) => once(each, 'close'));
  page.socket.close();
  assert.equal(page.socket.readyState, 3);
  await Promise.all(closed);
  const early = new Watched(t, server.url);
  const asked = await server.next();
  const left = once(asked.response, 'close');
  early.socket.close();
  await left;
  assert.equal(server.waiting, 0);
  assert.deepEqual(early.told, []);
  assert.equal(page.told.length, 2);
});

test('whoever closes it over a message hears none of those that came with it', async (t) => {
  const server = await HandServer.start(t);
  const page = new Watched(t, server.url);
  const heard: unknown[] = [];
  page.socket.onmessage = ({ data }) => {
    heard.push(data);
    page.socket.close();
  };
  const stream = await server.stream('data: one\n\ndata: two\n\nevent: close\ndata: {"code":1000,"reason":""}\n\n');
  if (!stream.destroyed) await once(stream, 'close');
  assert.deepEqual(heard, ['one']);
  assert.deepEqual(page.told, ['open']);
});
