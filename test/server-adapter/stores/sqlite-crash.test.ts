import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import { seededRandom } from '../../../components/testing/index.js';
import { applyAll, initialState, isObject, type Message, parseJson, parsePosition } from '../../../protocol/index.js';
import { SqliteStore } from '../../../server-adapter/channels/sqlite/index.js';
import { seedFromEnvironment } from '../../helpers/random.js';
import { ackOf, CHANNELS, clock, messageOf, TAIL } from './crash-plan.js';
import { directory, NOW, read, tail } from './support.js';

/** Lives of a file of its own, side by side, each with so many ends. */
const FILES = 3;
const KILLS = 12;
const seed = seedFromEnvironment();
const root = fileURLToPath(new URL('../../../', import.meta.url));

/** The child as one plain file: so it starts in a moment, and dozens of them can be killed. */
async function bundle(outDir: string): Promise<string> {
  await build({
    configFile: false,
    logLevel: 'silent',
    build: {
      ssr: fileURLToPath(new URL('crash-child.ts', import.meta.url)),
      outDir,
      emptyOutDir: false,
      rolldownOptions: { output: { entryFileNames: 'child.mjs' } },
    },
  });
  return join(outDir, 'child.mjs');
}

/** What was acknowledged, of all channels. */
class Acknowledged {
  readonly epochs = new Map<string, string>();
  readonly heads = new Map<string, number>();
  readonly refs = new Map<string, number[]>();
  lines = 0;

  add(line: string): void {
    const value = parseJson(line);
    assert.ok(isObject(value) && typeof value.name === 'string' && typeof value.number === 'number', line);
    const { name, number } = value;
    this.lines++;
    if (value.ref !== undefined) {
      this.refs.set(name, [...(this.refs.get(name) ?? []), number]);
      return;
    }
    const position = parsePosition(value.id);
    assert.equal(position?.seq, number, 'positions are given in the order of the calls');
    assert.equal(position.epoch, this.epochs.get(name) ?? position.epoch, 'the epoch stays');
    this.epochs.set(name, position.epoch);
    this.heads.set(name, Math.max(this.heads.get(name) ?? 0, number));
  }
}

test(`what was acknowledged outlives ${FILES * KILLS} kills at any moment (SEED=${seed})`, async (t) => {
  const path = directory(t);
  const child = await bundle(path);
  const lives = Array.from({ length: FILES }, (_, i) => live(child, join(path, `${i}.db`), seed + 1000 * i));
  await Promise.all(lives);
});

async function live(child: string, file: string, seed: number): Promise<void> {
  const random = seededRandom(seed);
  const acknowledged = new Acknowledged();
  for (let kill = 0; kill < KILLS; kill++) {
    await runAndKill(child, file, seed + kill, random, acknowledged);
    // Not every time: one who is killed is followed by one who knows nothing of it.
    if (random() < 0.5) check(file, acknowledged);
  }
  check(file, acknowledged);
  assert.ok(acknowledged.lines > KILLS);
}

async function runAndKill(
  child: string,
  file: string,
  seed: number,
  random: () => number,
  acknowledged: Acknowledged,
): Promise<void> {
  const victim = spawn(process.execPath, [child, file, `${seed}`], {
    env: { ...process.env, NODE_PATH: join(root, 'node_modules') },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let complaint = '';
  victim.stderr.on('data', (text) => {
    complaint += text;
  });
  const last = acknowledged.lines + 1 + Math.floor(random() ** 2 * 150);
  const delay = random() * 3;
  createInterface({ input: victim.stdout }).on('line', (line) => {
    acknowledged.add(line);
    if (acknowledged.lines === last) void sleep(delay).then(() => victim.kill('SIGKILL'));
  });
  const [, signal] = await once(victim, 'close');
  assert.equal(signal, 'SIGKILL', complaint);
}

function check(file: string, acknowledged: Acknowledged): void {
  const store = new SqliteStore({ file, tail: TAIL, clock });
  for (const name of CHANNELS) {
    const head = acknowledged.heads.get(name);
    if (head === undefined) continue;
    const log = store.retain(name);
    assert.equal(log.epoch, acknowledged.epochs.get(name));
    assert.ok(log.seq >= head, `${name}: ${head} was acknowledged, ${log.seq} is the last`);
    const all: Message[] = Array.from({ length: log.seq }, (_, i) => {
      const { type, data } = messageOf(i + 1);
      return { type, data: data as Message['data'], id: `${log.epoch}-${i + 1}`, ts: NOW };
    });
    const kept = tail(log);
    assert.deepEqual(
      kept,
      kept.map((_, i) => log.seq - kept.length + 1 + i),
      'no holes',
    );
    for (const seq of kept) assert.deepEqual(read(log.frame(seq)), all[seq - 1]);
    assert.ok(kept.length > 0 && kept.length <= TAIL.count);
    assert.deepEqual(log.state(), applyAll(initialState, all));
    const latest = all.filter(({ type }) => type === 'status').at(-1);
    assert.equal(log.latestStatus === undefined ? undefined : read(log.latestStatus).id, latest?.id);
    for (const number of acknowledged.refs.get(name) ?? []) {
      assert.deepEqual(log.recall(`ref ${number}`), ackOf(number), `${name}: ref ${number} was acknowledged`);
    }
  }
  store.close();
}
