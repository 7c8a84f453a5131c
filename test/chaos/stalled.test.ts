import assert from 'node:assert/strict';
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { WebSocket } from 'ws';
import { parsePosition } from '../../protocol/index.js';
import { SESSION } from './host.js';
import type { Answer, Arrived, Order } from './stalled-process.js';

const MiB = 1024 * 1024;
/** Large enough that most of the time goes into bytes, small enough that the log keeps some dozens. */
const BYTES = 32 * 1024;
const MESSAGES = Math.ceil((250 * 1e6) / BYTES);
/** Many times what a system takes for a reader that reads nothing, so that the server has to hold the rest back. */
const WARM_UP = Math.ceil((64 * MiB) / BYTES);
/** Messages on their way to the viewer who reads: less than one connection may have waiting, and than the log keeps. */
const AHEAD = 8;
/** How long the server lets a page take nothing, by default. */
const STALL_TIMEOUT = 60_000;

test('250 MB to a viewer who reads and one who does not cost the server no memory; the one who reads again goes on, the other is closed with 4408', async (t) => {
  const child = fork(fileURLToPath(new URL('stalled-process.ts', import.meta.url)), {
    // What the process has should be what it holds: a young generation that stays as it is, and an allocator that gives back what is freed.
    execArgv: ['--import', 'tsx', '--expose-gc', '--max-semi-space-size=1'],
    env: { ...process.env, MALLOC_ARENA_MAX: '1', MALLOC_MMAP_THRESHOLD_: '65536', MALLOC_TRIM_THRESHOLD_: '65536' },
  });
  t.after(() => child.kill('SIGKILL'));
  const { port } = await answerOf(child);
  const order = (what: Order) => {
    const answer = answerOf(child);
    child.send(what);
    return answer;
  };
  const url = `ws://127.0.0.1:${port}/ws/${SESSION}`;
  const healthy = new Reader(url);
  const stalled = new Reader(url);
  t.after(() => {
    for (const { ws } of [healthy, stalled]) ws.terminate();
  });
  await Promise.all([healthy.got(() => healthy.isSynced), stalled.got(() => stalled.isSynced)]);

  healthy.onMessage = () => child.send({ arrived: healthy.seq } satisfies Arrived);
  let published = 0;
  const publish = async (count: number) => {
    const [from, to] = [published, published + count];
    published = to;
    await order({ do: 'publish', from, to, bytes: BYTES, ahead: AHEAD });
    await healthy.got(() => healthy.seq === published);
  };

  stalled.ws.pause();
  await publish(WARM_UP);
  const { rss: before = 0 } = await order({ do: 'measure' });
  await publish(MESSAGES);
  const { rss: after = 0 } = await order({ do: 'measure' });
  const grown = (after - before) / MiB;
  t.diagnostic(`the server grew by ${grown.toFixed(1)} MiB to ${(after / MiB).toFixed(0)} MiB`);
  assert.ok(grown < 8, `the server grew by ${grown.toFixed(1)} MiB`);
  assert.deepEqual([healthy.snapshots, healthy.wrongs], [1, []], 'one when it came, and then each message');

  // Almost too late: it is still there when it reads again, and is brought to the head at once.
  await order({ do: 'pass', ms: STALL_TIMEOUT - 40_000 });
  await healthy.beats(3);
  const read = stalled.seq;
  stalled.ws.resume();
  await stalled.got(() => stalled.seq === published);
  assert.deepEqual([stalled.snapshots, stalled.wrongs], [2, []]);
  assert.ok(published - stalled.jumpedFrom > MESSAGES / 2, `it had ${read}, and read up to ${stalled.jumpedFrom}`);
  await publish(10);
  await stalled.got(() => stalled.seq === published);
  assert.equal(stalled.snapshots, 2);

  stalled.ws.pause();
  await publish(WARM_UP);
  await order({ do: 'pass', ms: STALL_TIMEOUT });
  await healthy.beats(1);
  stalled.ws.resume();
  assert.equal(await stalled.closed, 4408);
  assert.deepEqual(healthy.wrongs, []);
});

/** A viewer that knows where it is, and keeps nothing of what it gets. */
class Reader {
  readonly ws: WebSocket;
  readonly closed: Promise<number>;
  seq = 0;
  snapshots = 0;
  /** Where it stood before its last snapshot. */
  jumpedFrom = 0;
  isSynced = false;
  readonly wrongs: string[] = [];
  onMessage = () => {};
  #beats = 0;

  constructor(url: string) {
    this.ws = new WebSocket(url);
    this.closed = once(this.ws, 'close').then(([code]) => Number(code));
    this.ws.on('error', () => {});
    this.ws.on('message', (data) => this.#read(String(data)));
  }

  /** Resolves once something holds; every frame is asked. */
  async got(holds: () => boolean): Promise<void> {
    while (!holds()) {
      const ended = this.closed.then((code) => Promise.reject(new Error(`closed with ${code}, at ${this.seq}`)));
      await Promise.race([once(this.ws, 'message'), ended]);
    }
  }

  /** Once the server has looked after its connections so many times. */
  async beats(count: number): Promise<void> {
    const end = this.#beats + count;
    await this.got(() => this.#beats >= end);
    await sleep(1);
  }

  #read(text: string): void {
    const frame: { type: string; id?: string } = JSON.parse(text);
    const seq = parsePosition(frame.id)?.seq;
    if (frame.type === 'snapshot') {
      this.snapshots++;
      this.jumpedFrom = this.seq;
      this.seq = seq ?? 0;
    } else if (seq !== undefined) {
      if (seq !== this.seq + 1 && seq !== this.seq) this.wrongs.push(`${seq} behind ${this.seq}`);
      this.seq = seq;
      this.onMessage();
    } else if (frame.type === 'synced') this.isSynced = true;
    else if (frame.type === 'heartbeat') this.#beats++;
  }
}

function answerOf(child: ChildProcess): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const exited = (code: number | null) => reject(new Error(`the server ended with ${code}`));
    child.once('exit', exited);
    child.once('message', (answer) => {
      child.off('exit', exited);
      resolve(answer as Answer);
    });
  });
}
