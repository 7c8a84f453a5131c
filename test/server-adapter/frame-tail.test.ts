import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seededRandom } from '../../components/testing/index.js';
import { applyAll, initialState, type Message, parseJson, readMessage } from '../../protocol/index.js';
import { FrameTail } from '../../server-adapter/channels/frame-tail.js';
import { MemoryLog } from '../../server-adapter/channels/memory-log.js';
import { encodeTextFrames, payloadOf } from '../../server-adapter/channels/websocket-frames.js';
import { compose } from '../../server-adapter/compose.js';
import { seedFromEnvironment } from '../helpers/random.js';
import { startServer } from '../helpers/server.js';
import { WireClient } from '../helpers/wire-client.js';

const seed = seedFromEnvironment();

test('texts of every size go over the wire as they are', async (t) => {
  const server = await startServer();
  t.after(server.close);
  const page = new WireClient(`${server.url}/s`);
  await page.synced();
  const sizes = [0, 1, 50, 51, 52, 53, 54, 55, 125, 126, 127, 65_000, 65_460, 65_535, 65_536, 65_537, 200_000];
  const texts = sizes.flatMap((size) => ['x'.repeat(size), `${'ä'.repeat(size / 2)}😀`]);
  for (const text of texts) await server.messenger.sendToSession('s', { type: 'status', data: text });
  await page.status(texts.at(-1) ?? '');
  assert.deepEqual(page.statuses, texts);
  await page.close();
});

test('a frame carries its text at the bounds of every header', () => {
  for (const size of [0, 125, 126, 65_535, 65_536]) {
    const frame = encodeTextFrames(['x'.repeat(size)]);
    assert.equal(frame.length, size + (size < 126 ? 2 : size < 65_536 ? 4 : 10));
    assert.equal(payloadOf(frame).toString(), 'x'.repeat(size));
  }
});

test(`what is pushed is there until it is dropped, whatever its size (SEED=${seed})`, () => {
  const random = seededRandom(seed);
  const tail = new FrameTail();
  const model: Array<{ text: string; mark: boolean }> = [];
  for (let step = 0; step < 3000; step++) {
    if (random() < 0.9) {
      const text = 'é'.repeat(Math.floor(random() ** 4 * 30_000));
      const mark = random() < 0.5;
      tail.push(text, mark);
      model.push({ text, mark });
    } else {
      const count = Math.floor(random() * Math.min(40, model.length));
      tail.drop(count);
      model.splice(0, count);
    }
    assert.equal(tail.length, model.length);
    if (model.length === 0) continue;
    const index = Math.floor(random() * model.length);
    assert.equal(tail.text(index), model[index]?.text);
    assert.equal(tail.isMarked(index), model[index]?.mark);
    const { bytes, count } = tail.stretch(index);
    assert.ok(count >= 1 && index + count <= model.length);
    assert.ok(bytes.equals(encodeTextFrames(model.slice(index, index + count).map(({ text }) => text))));
  }
  assert.equal(tail.bytes, encodeTextFrames(model.map(({ text }) => text)).length);
  assert.throws(() => tail.text(model.length), RangeError);
});

/** Milliseconds that it takes to drop all but one of so many frames, having looked at each: the least of some trials. */
function timeToDrop(count: number): number {
  const trials = Array.from({ length: 5 }, () => {
    const tail = new FrameTail();
    for (let i = 0; i < count; i++) tail.push('x'.repeat(1000), false);
    const start = performance.now();
    for (let i = 0; i < count - 1; i++) tail.sizeOf(i);
    tail.drop(count - 1);
    return performance.now() - start;
  });
  return Math.min(...trials);
}

test('what a frame costs to drop does not grow with how many there are', () => {
  timeToDrop(2000);
  const [few, many] = [timeToDrop(2000), timeToDrop(40_000)];
  // Twenty times as many; as the square it would be four hundred times.
  assert.ok(many < 100 * few, `${few} ms, ${many} ms`);
});

test('bytes that were handed out stay as they are, whatever comes after', () => {
  const tail = new FrameTail();
  tail.push('first', false);
  const { bytes } = tail.stretch(0);
  const before = Buffer.from(bytes);
  for (let i = 0; i < 5000; i++) {
    tail.push(`status ${i}`, false);
    if (i > 100) tail.drop(1);
  }
  assert.ok(bytes.equals(before));
});

test(`many plain statuses among all else fold to what they add up to, in whatever chunks (SEED=${seed})`, () => {
  const random = seededRandom(seed);
  for (const count of [210, 400, 1000]) {
    const log = new MemoryLog('session:s', 'epoch000', { count, bytes: 1e9, age: 1e9 }, 0);
    const messages: Message[] = [];
    for (let i = 0; i < 4000; i++) {
      const drawn = random();
      const run = random() < 0.5 ? {} : { run: 'r' };
      const outgoing =
        drawn < 0.9
          ? { type: 'status', data: `status ${i}` }
          : drawn < 0.92
            ? { type: 'complete', data: { summary: `${i}` }, ...run }
            : drawn < 0.95
              ? { type: 'question', data: { question: `${i}?`, questionId: `q${i % 3}` }, ...run }
              : { type: 'status', data: { message: `status ${i}` }, agent: 'a', ...run };
      log.append(compose(outgoing), i);
      const message = readMessage(parseJson(log.frame(i + 1) ?? ''));
      assert.ok(message);
      messages.push(message);
      if (random() < 0.005) assert.deepEqual(log.state(), applyAll(initialState, messages));
    }
    assert.deepEqual(log.state(), applyAll(initialState, messages));
  }
});
