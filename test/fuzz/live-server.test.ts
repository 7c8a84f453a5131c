import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import fc from 'fast-check';
import { isObject, LIMITS, parseJson } from '../../protocol/index.js';
import { StatusMessenger } from '../../server-adapter/index.js';
import { listen, startServer, type TestServer } from '../helpers/server.js';
import { WireClient } from '../helpers/wire-client.js';
import { upgradeRequest } from '../server-adapter/support.js';
import { outgoing } from './messages.js';
import { closeBytes, frameBytes, OPCODE, RawPeer } from './raw-peer.js';
import { anyJson, anyText, holdsSoon, nearly, seed } from './support.js';

const KEY = 'the key';
/** What waits for ever has failed; more runs than usual may take as long as they need. */
const TIMEOUT = { timeout: process.env.RUNS === undefined ? 60_000 : Number.POSITIVE_INFINITY };

/** A server, and a page of session `s` that must notice nothing of what strangers do. */
class Watched {
  readonly #page: WireClient;
  readonly #said: string[] = [];

  private constructor(
    readonly server: TestServer,
    page: WireClient,
  ) {
    this.#page = page;
  }

  static async start(t: TestContext): Promise<Watched> {
    const server = await startServer({ apiKey: KEY });
    t.after(server.close);
    const page = new WireClient(`${server.url}/s`);
    await page.synced();
    return new Watched(server, page);
  }

  get port(): number {
    return this.server.port;
  }

  /** The page gets what is said now, in order behind all that was said before. Answers how many watch. */
  async undisturbed(): Promise<number> {
    const text = `status ${this.#said.length}`;
    this.#said.push(text);
    const { delivered } = await this.server.messenger.sendToSession('s', { type: 'status', data: text });
    await this.#page.status(text);
    assert.deepEqual(this.#page.statuses.slice(-3), this.#said.slice(-3));
    return delivered;
  }

  /** Once everyone else is gone: nothing is left of them, and the page has every message once. */
  async alone(): Promise<void> {
    const connections = promisify(this.server.server.getConnections.bind(this.server.server));
    while ((await connections()) > 1) await sleep(2);
    while ((await this.undisturbed()) > 1) await sleep(2);
    assert.deepEqual(this.#page.statuses, this.#said);
    assert.deepEqual(
      this.server.log.lines.filter((line) => line.startsWith('error')),
      [],
    );
    await this.#page.close();
  }
}

const cuts = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 4 });
const bytes = fc.uint8Array({ maxLength: 200 }).map((array) => Buffer.from(array));

// Frames

interface Attack {
  readonly bytes: Buffer;
  /** The codes that RFC 6455 or the contract name for it. */
  readonly code: number;
}

function attack(code: number, ...parts: ReadonlyArray<fc.Arbitrary<Buffer>>): fc.Arbitrary<Attack> {
  return fc.tuple(...parts).map((all) => ({ bytes: Buffer.concat(all), code }));
}

const control = fc.constantFrom(OPCODE.close, OPCODE.ping, OPCODE.pong);
const content = fc.constantFrom(OPCODE.text, OPCODE.binary);
/** No UTF-8: a stray continuation, an overlong form, half a pair, beyond the last character, cut short. */
const badText = fc
  .tuple(fc.string(), fc.constantFrom('80', 'c0af', 'eda080', 'f4908080', 'ff', 'e282'))
  .map(([text, hex]) => Buffer.concat([Buffer.from(text), Buffer.from(hex, 'hex')]));
const unstarted = fc.boolean().map((fin) => frameBytes('a', { opcode: OPCODE.continuation, fin }));
const begun = content.map((opcode) => frameBytes('a', { opcode, fin: false }));
const tooLong = fc.oneof(
  fc.constantFrom(65_537n, 2n ** 31n, 2n ** 32n, 2n ** 53n, 2n ** 63n, 2n ** 64n - 1n),
  fc.bigInt({ min: BigInt(LIMITS.clientFrame) + 1n, max: 2n ** 64n - 1n }),
);
const badCode = fc.oneof(
  fc.constantFrom(0, 999, 1004, 1005, 1006, 1015, 1016, 2999, 5000, 65_535),
  fc.integer({ min: 0, max: 999 }),
  fc.integer({ min: 5000, max: 65_535 }),
);
const goodCode = fc.oneof(
  fc.constantFrom(1000, 1001, 1003, 1007, 1011, 3000, 4999),
  fc.integer({ min: 3000, max: 4999 }),
);

const attacks = fc.oneof(
  attack(
    1002,
    fc.tuple(bytes, content).map(([payload, opcode]) => frameBytes(payload, { opcode, masked: false })),
  ),
  attack(
    1002,
    fc.tuple(bytes, fc.integer({ min: 1, max: 7 })).map(([payload, reserved]) => frameBytes(payload, { reserved })),
  ),
  attack(
    1002,
    fc
      .tuple(bytes, fc.constantFrom(3, 4, 5, 6, 7, 11, 12, 13, 14, 15))
      .map(([payload, opcode]) => frameBytes(payload, { opcode })),
  ),
  attack(
    1002,
    control.map((opcode) => frameBytes('', { opcode, fin: false })),
  ),
  attack(
    1002,
    fc
      .tuple(control, fc.bigInt({ min: 126n, max: 2n ** 64n - 1n }))
      .map(([opcode, length]) => frameBytes('', { opcode, length })),
  ),
  attack(1002, unstarted),
  attack(
    1002,
    begun,
    content.map((opcode) => frameBytes('b', { opcode })),
  ),
  attack(1002, fc.constant(frameBytes('x', { opcode: OPCODE.close }))),
  attack(
    1002,
    badCode.map((code) => closeBytes(code)),
  ),
  attack(
    1007,
    badText.map((text) => frameBytes(text)),
  ),
  attack(
    1007,
    badText.map((text) => frameBytes(text, { fin: false })),
    fc.constant(frameBytes('', { opcode: OPCODE.continuation })),
  ),
  attack(
    1007,
    badText.map((text) => closeBytes(1000, text.subarray(-100))),
  ),
  attack(
    1009,
    tooLong.map((length) => frameBytes('', { length })),
  ),
  attack(
    1009,
    fc.constant(frameBytes('x'.repeat(LIMITS.clientFrame), { fin: false })),
    fc.constant(frameBytes('x', { opcode: OPCODE.continuation, fin: false })),
  ),
  attack(
    1009,
    fc.constant(
      Buffer.concat(
        Array.from({ length: 65 }, (_, i) =>
          frameBytes('x'.repeat(1024), { opcode: i ? OPCODE.continuation : OPCODE.text, fin: false }),
        ),
      ),
    ),
  ),
  attack(
    1008,
    fc.constant(
      Buffer.concat(
        Array.from({ length: 20_000 }, (_, i) =>
          frameBytes('', { opcode: i ? OPCODE.continuation : OPCODE.text, fin: false }),
        ),
      ),
    ),
  ),
  attack(
    4400,
    bytes.map((payload) => frameBytes(payload, { opcode: OPCODE.binary })),
  ),
  fc.tuple(goodCode, fc.string({ maxLength: 20 })).map(([code, reason]) => ({ bytes: closeBytes(code, reason), code })),
  attack(1005, fc.constant(frameBytes('', { opcode: OPCODE.close }))),
);

/** What any page may say. */
const harmless = fc
  .array(
    fc.oneof(
      anyText.filter((text) => text.length < 5000).map((text) => frameBytes(text)),
      anyJson.filter((text) => text.length < 5000).map((text) => frameBytes(text)),
      fc.uint8Array({ maxLength: 125 }).map((payload) => frameBytes(Buffer.from(payload), { opcode: OPCODE.ping })),
      fc.constant(frameBytes('', { opcode: OPCODE.pong })),
      fc.constant(
        Buffer.concat([frameBytes('{"type":', { fin: false }), frameBytes('5}', { opcode: OPCODE.continuation })]),
      ),
    ),
    { maxLength: 4 },
  )
  .map((frames) => Buffer.concat(frames));

test(
  `a broken frame ends its connection by the code that names it, and no other (SEED=${seed})`,
  TIMEOUT,
  async (t) => {
    const watched = await Watched.start(t);
    await holdsSoon(150, fc.tuple(harmless, attacks, cuts), async ([before, { bytes: broken, code }, shares]) => {
      const peer = await RawPeer.open(watched.port);
      await peer.writeInPieces(Buffer.concat([before, broken]), shares);
      assert.equal(await peer.closed(), code);
      await peer.destroy();
      await watched.undisturbed();
    });
    await watched.alone();
  },
);

test(`what follows a handshake at once is refused the same (SEED=${seed})`, TIMEOUT, async (t) => {
  const watched = await Watched.start(t);
  await holdsSoon(40, attacks, async ({ bytes: broken, code }) => {
    const peer = new RawPeer(watched.port);
    peer.write(Buffer.concat([Buffer.from(upgradeRequest('/ws/s')), broken]));
    assert.equal(await peer.closed(), code);
    await peer.destroy();
    await watched.undisturbed();
  });
  await watched.alone();
});

test(`a frame that comes byte by byte is a frame (SEED=${seed})`, TIMEOUT, async (t) => {
  const watched = await Watched.start(t);
  await holdsSoon(10, fc.string({ minLength: 1, maxLength: 20 }), async (ref) => {
    const peer = await RawPeer.open(watched.port);
    const frame = frameBytes(JSON.stringify({ type: 'ping', ref }));
    await peer.writeInPieces(
      frame,
      Array.from(frame, (_, i) => i / frame.length),
    );
    const isAck = (text: string) => text === JSON.stringify({ type: 'ack', data: { ref, accepted: true } });
    await peer.until(() => peer.frames.some(({ payload }) => isAck(payload.toString())));
    await peer.destroy();
  });
  await watched.alone();
});

test(`random bytes behind a handshake harm nobody (SEED=${seed})`, TIMEOUT, async (t) => {
  const watched = await Watched.start(t);
  const noise = fc.uint8Array({ minLength: 1, maxLength: 2000, size: 'max' }).map((array) => Buffer.from(array));
  await holdsSoon(80, fc.tuple(noise, cuts), async ([random, shares]) => {
    const peer = await RawPeer.open(watched.port);
    await peer.writeInPieces(random, shares);
    // It may be the beginning of a frame that never ends: then it is the peer who leaves.
    peer.socket.end();
    const code = await peer.closed();
    assert.ok(code === undefined || isSayable(code), `${code}`);
    await peer.destroy();
    await watched.undisturbed();
  });
  await watched.alone();
});

/** The codes that an endpoint may put into a close frame, and 1005 for one without. */
function isSayable(code: number): boolean {
  const standard = code >= 1000 && code <= 1014 && code !== 1004 && code !== 1006;
  return standard || (code >= 3000 && code <= 4999);
}

test('floods are answered or cut off, whether their answers are read or not', TIMEOUT, async (t) => {
  const watched = await Watched.start(t);
  const ping = frameBytes('x'.repeat(125), { opcode: OPCODE.ping });
  const asked = frameBytes(JSON.stringify({ type: 'ping', ref: 'x'.repeat(128) }));
  const refused = frameBytes(JSON.stringify({ type: 'answer', ref: 'x'.repeat(128), data: {} }));
  for (const frame of [ping, asked, refused]) {
    const burst = Buffer.concat(Array.from({ length: 400 }, () => frame));
    for (const reads of [true, false]) {
      const peer = await RawPeer.open(watched.port);
      if (!reads) peer.socket.pause();
      // Twenty times what a connection may be behind by: more than the system takes between the two.
      for (let i = 0; i < (reads ? 10 : 600) && !peer.socket.destroyed; i++) {
        await new Promise((resolve) => peer.socket.write(burst, resolve));
      }
      await watched.undisturbed();
      await peer.destroy();
    }
  }
  await watched.alone();
});

test('pongs that nobody asked for are frames, too: who sends them too fast is sent away', TIMEOUT, async (t) => {
  const watched = await Watched.start(t);
  const peer = await RawPeer.open(watched.port);
  const burst = Buffer.concat(Array.from({ length: 1500 }, () => frameBytes('x', { opcode: OPCODE.pong })));
  peer.write(burst);
  assert.equal(await peer.closed(), 4429);
  await peer.destroy();
  await watched.alone();
});

test('what comes in very many pieces is refused: each takes more memory than its bytes', TIMEOUT, async (t) => {
  const watched = await Watched.start(t);
  const cutUp = await RawPeer.open(watched.port);
  const first = frameBytes('a', { fin: false });
  const more = frameBytes('a', { fin: false, opcode: OPCODE.continuation });
  cutUp.write(Buffer.concat([first, ...Array.from({ length: 300 }, () => more)]));
  assert.equal(await cutUp.closed(), 1008);
  await cutUp.destroy();

  const dripping = await RawPeer.open(watched.port);
  const frame = frameBytes('a'.repeat(LIMITS.clientFrame));
  for (let i = 0; i < frame.length && !dripping.ended; i++) {
    dripping.write(frame.subarray(i, i + 1));
    // The network brings it by itself.
    await new Promise(setImmediate);
  }
  assert.equal(await dripping.closed(), 1008);
  await dripping.destroy();
  await watched.alone();
});

// Handshakes

const path = fc.oneof(
  fc.constantFrom(
    '/ws/s',
    '/ws/%',
    '/ws/%00',
    '/ws/%E4%',
    '/ws/',
    '/ws',
    '/',
    '*',
    '/ws/s/s',
    '//ws/s',
    '/ws/..',
    '/healthz',
  ),
  fc.string({ maxLength: 30 }).map((text) => `/ws/${encodeURIComponent(text)}`),
  fc.webPath().map((text) => `/ws${text || '/'}`),
  fc.nat(40_000).map((length) => `/ws/${'x'.repeat(length)}`),
  fc.webQueryParameters().map((query) => `/ws/s?${query}`),
  fc.nat(3000).map((count) => `/ws/s?${'after=%&'.repeat(count)}`),
);
const GOOD_HEADERS: ReadonlyArray<readonly [name: string, value: string]> = [
  ['Host', 'localhost'],
  ['Connection', 'Upgrade'],
  ['Upgrade', 'websocket'],
  ['Sec-WebSocket-Version', '13'],
  ['Sec-WebSocket-Key', 'dGhlIHNhbXBsZSBub25jZQ=='],
];
const badHeaders = fc.constantFrom<readonly [name: string, value: string | undefined]>(
  ['Host', undefined],
  ['Host', 'a b:c'],
  ['Connection', 'close'],
  ['Connection', undefined],
  ['Upgrade', 'h2c'],
  ['Upgrade', 'websocket, h2c'],
  ['Upgrade', ''],
  ['Sec-WebSocket-Version', '12'],
  ['Sec-WebSocket-Version', '13, 14'],
  ['Sec-WebSocket-Version', undefined],
  ['Sec-WebSocket-Key', 'short'],
  ['Sec-WebSocket-Key', undefined],
  ['Sec-WebSocket-Protocol', ',,;'],
  ['Sec-WebSocket-Extensions', 'permessage-deflate; server_max_window_bits=99'],
  ['Sec-WebSocket-Extensions', '=;,"'],
  ['Origin', 'null'],
  ['Origin', 'https://elsewhere.example'],
  ['Origin', '\xff\xfe'],
  ['Content-Length', '5'],
  ['Content-Length', '-1'],
  ['Transfer-Encoding', 'chunked'],
  ['Expect', '100-continue'],
  ['X-Long', 'x'.repeat(20_000)],
  ['X-Null', 'a\0b'],
  ['Bad Name', 'a'],
);
const handshake = fc
  .record({
    method: fc.oneof(
      { weight: 5, arbitrary: fc.constant('GET') },
      fc.constantFrom('POST', 'HEAD', 'CONNECT', 'get', 'FOO'),
    ),
    target: path,
    version: fc.oneof({ weight: 8, arbitrary: fc.constant('1.1') }, fc.constantFrom('1.0', '2.0', '9.9', '0.9', '')),
    changes: fc.array(badHeaders, { maxLength: 2 }),
    behind: fc.oneof({ weight: 3, arbitrary: fc.constant(Buffer.alloc(0)) }, bytes),
  })
  .map(({ method, target, version, changes, behind }) => {
    const changed = new Map<string, string | undefined>([...GOOD_HEADERS, ...changes]);
    const lines = [...changed].flatMap(([name, value]) => (value === undefined ? [] : `${name}: ${value}`));
    const head = `${method} ${target} HTTP/${version}\r\n${lines.join('\r\n')}\r\n\r\n`;
    return Buffer.concat([Buffer.from(head, 'latin1'), behind]);
  });

test(`a handshake is answered as one, or refused; nothing of it stays (SEED=${seed})`, TIMEOUT, async (t) => {
  const watched = await Watched.start(t);
  await holdsSoon(200, fc.tuple(handshake, cuts), async ([request, shares]) => {
    const peer = new RawPeer(watched.port);
    await peer.writeInPieces(request, shares);
    peer.socket.end();
    await peer.end();
    const said = peer.head || peer.rest;
    assert.match(said, /^$|^HTTP\/1\.1 (100|101|200|400|404|405|426|431|501|505) /);
    await watched.undisturbed();
  });
  await watched.alone();
});

for (const [name, change, status] of [
  ['another method', ['GET ', 'POST '], 405],
  ['another version', ['Version: 13', 'Version: 12'], 400],
  ['a short key', ['dGhlIHNhbXBsZSBub25jZQ==', 'c2hvcnQ='], 400],
  ['no key', ['Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n', ''], 400],
  ['another protocol to upgrade to', ['websocket', 'h2c'], 400],
  ['a path of nobody', ['/ws/s', '/elsewhere'], 404],
  ['headers without end', ['Host: localhost', `Host: localhost\r\nX-Long: ${'x'.repeat(20_000)}`], 431],
  ['a path without end', ['/ws/s', `/ws/${'s'.repeat(20_000)}`], 431],
  ['a null byte', ['Host: localhost', 'Host: local\0host'], 400],
] as const) {
  test(`a handshake with ${name} is refused with ${status}`, TIMEOUT, async (t) => {
    const watched = await Watched.start(t);
    const peer = new RawPeer(watched.port);
    peer.write(upgradeRequest('/ws/s').replace(change[0], change[1]));
    await peer.end();
    assert.match(peer.head, new RegExp(`^HTTP/1\\.1 ${status} `));
    await watched.alone();
  });
}

test(`hundreds of half handshakes leave nothing behind (SEED=${seed})`, TIMEOUT, async (t) => {
  const watched = await Watched.start(t);
  const whole = upgradeRequest('/ws/s');
  const crowd = fc.array(fc.tuple(fc.nat(whole.length), fc.boolean()), { minLength: 50, maxLength: 100, size: 'max' });
  await holdsSoon(4, crowd, async (halves) => {
    const peers = halves.map(([length]) => {
      const peer = new RawPeer(watched.port);
      peer.write(whole.slice(0, length));
      return peer;
    });
    await watched.undisturbed();
    await Promise.all(
      peers.map((peer, i) => {
        if (halves[i]?.[1]) return peer.destroy();
        peer.socket.end();
        return peer.end();
      }),
    );
  });
  await watched.alone();
});

test(
  'a handshake that never comes to its end is ended by the limits of the Node server it is attached to',
  TIMEOUT,
  async (t) => {
    const server = createServer({ headersTimeout: 100, requestTimeout: 200, connectionsCheckingInterval: 10 });
    const messenger = new StatusMessenger({ logger: false });
    messenger.attach(server);
    const port = await listen(server);
    t.after(async () => {
      await messenger.close({ timeout: 100 });
      server.closeAllConnections();
      server.close();
    });
    const peers = Array.from({ length: 20 }, () => new RawPeer(port));
    // A byte now and then: what counts is the whole head, not the last byte.
    const drip = setInterval(() => {
      for (const [i, peer] of peers.entries()) peer.write(i % 2 ? 'x' : '');
    }, 20);
    for (const peer of peers) peer.write('GET /ws/s HTTP/1.1\r\nHost: localhost\r\nX-Slow: ');
    await Promise.all(peers.map((peer) => peer.end()));
    clearInterval(drip);
    for (const peer of peers) assert.match(peer.head, /^$|^HTTP\/1\.1 408 /);
  },
);

// Plain HTTP

const method = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom('GET', 'POST') },
  {
    weight: 1,
    arbitrary: fc.constantFrom('HEAD', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'PROPFIND', 'CONNECT', 'post'),
  },
);
const target = fc.oneof(
  { weight: 3, arbitrary: fc.constant('/api/messages') },
  fc.constantFrom('/healthz', '/status', '/status?session_id=s', '/status?session_id=%', '/status?session_id[]=s'),
  fc.constantFrom(
    '*',
    '//',
    '//x/healthz',
    '/..//healthz',
    'http://x/healthz',
    'http://[/healthz',
    '/api/messages/',
    '/__proto__',
    '/%',
  ),
  fc.webPath({ size: 'small' }).map((text) => `/${text}`),
);
const publication = fc
  .tuple(outgoing, nearly({ session_id: fc.constantFrom('t', 'run_a', '__proto__'), user_id: fc.constant(undefined) }))
  .map(([message, recipient]) => ({ ...message, ...recipient }));
const body = fc.oneof(
  anyJson,
  anyText,
  publication.map((one) => JSON.stringify(one)),
  fc.array(publication, { maxLength: 3 }).map((all) => JSON.stringify(all)),
  fc.constant(JSON.stringify({ session_id: 't', type: 'own', data: 'x'.repeat(LIMITS.message) })),
  fc.constant('['.repeat(4 * LIMITS.message + 1)),
);
const framing = fc.oneof(
  { weight: 6, arbitrary: fc.constant((size: number) => [`Content-Length: ${size}`]) },
  fc.constantFrom(
    (size: number) => [`Content-Length: ${size + 1}`],
    (size: number) => [`Content-Length: ${Math.max(0, size - 1)}`],
    (size: number) => [`Content-Length: ${size}`, `Content-Length: ${size}`],
    () => ['Content-Length: -1'],
    () => ['Content-Length: 99999999999999999999'],
    () => ['Transfer-Encoding: chunked'],
    () => ['Transfer-Encoding: gzip, chunked', 'Content-Length: 3'],
    () => [],
  ),
);
const authorization = fc.oneof(
  { weight: 5, arbitrary: fc.constant(`Bearer ${KEY}`) },
  fc.constantFrom('', 'Bearer', 'Bearer ', 'Basic a', 'Bearer \xff', `bearer ${'x'.repeat(5000)}`),
);
const headers = fc.array(
  fc.constantFrom(
    'Host: a b',
    'Host: [',
    'Expect: 100-continue',
    'Upgrade: x',
    'Content-Encoding: gzip',
    'X: \xff',
    'Cookie: a\tb',
    'Bad',
  ),
  { maxLength: 1 },
);
const request = fc.record({ method, target, body, framing, authorization, headers }).map((drawn) => {
  const payload = Buffer.from(drawn.body);
  const lines = [`Authorization: ${drawn.authorization}`, 'Connection: close', ...drawn.framing(payload.length)];
  const hosts = drawn.headers.some((line) => line.startsWith('Host')) ? [] : ['Host: localhost'];
  const all = [`${drawn.method} ${drawn.target} HTTP/1.1`, ...hosts, ...drawn.headers, ...lines];
  return Buffer.concat([Buffer.from(`${all.join('\r\n')}\r\n\r\n`, 'latin1'), payload]);
});

test(
  `whatever is asked over plain HTTP is answered, and never by a failure of the server (SEED=${seed})`,
  TIMEOUT,
  async (t) => {
    const watched = await Watched.start(t);
    await holdsSoon(200, fc.tuple(request, cuts), async ([bytesOfIt, shares]) => {
      const peer = new RawPeer(watched.port);
      await peer.writeInPieces(bytesOfIt, shares);
      peer.socket.end();
      await peer.end();
      const status = /^HTTP\/1\.1 (\d+) /.exec(peer.head)?.[1];
      assert.match(status ?? '', /^$|^(100|200|201|400|401|404|405|408|413|417|431|501)$/, peer.head);
      if (/^content-type: application\/json/im.test(peer.head)) assertAnswer(Number(status), peer);
      await watched.undisturbed();
    });
    await watched.alone();
  },
);

/** An answer of the kit is JSON, and an error says in its own words what to do. */
function assertAnswer(status: number, peer: RawPeer): void {
  const text = bodyOf(peer);
  // The answer to HEAD has none.
  if (text === '') return;
  const answer = parseJson(text);
  if (status < 400) {
    assert.notEqual(answer, undefined, text);
    return;
  }
  const error = isObject(answer) ? answer.error : undefined;
  assert.ok(isObject(error), text);
  assert.match(String(error.message), /^status-messenger: /);
}

function bodyOf({ head, rest }: RawPeer): string {
  if (!/^transfer-encoding: chunked/im.test(head)) return rest;
  let text = '';
  let left = Buffer.from(rest);
  while (left.length > 0) {
    const line = left.indexOf('\r\n');
    const size = Number.parseInt(left.subarray(0, line).toString(), 16);
    text += left.subarray(line + 2, line + 2 + size);
    left = left.subarray(line + 2 + size + 2);
  }
  return text;
}

test('a body is not waited for by whoever may not send one', TIMEOUT, async (t) => {
  const watched = await Watched.start(t);
  const head = 'POST /api/messages HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n';
  const slow = Array.from({ length: 20 }, () => new RawPeer(watched.port));
  for (const peer of slow) peer.write(`${head}\r\n{`);
  for (const peer of slow) {
    await peer.until(() => peer.head !== '');
    assert.match(peer.head, /^HTTP\/1\.1 401 /);
  }
  const allowed = new RawPeer(watched.port);
  allowed.write(`${head}Authorization: Bearer ${KEY}\r\n\r\n{`);
  await watched.undisturbed();
  await Promise.all([allowed, ...slow].map((peer) => peer.destroy()));
  await watched.alone();
});
