import assert from 'node:assert/strict';
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { after, type TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import { seededRandom } from '../../../components/testing/index.js';
import { type AnsweredData, type ChannelState, isObject, type QuestionData } from '../../../protocol/index.js';
import { SqliteStore } from '../../../server-adapter/channels/sqlite/index.js';
import { seedFromEnvironment } from '../../helpers/random.js';
import { type Frame, WireClient } from '../../helpers/wire-client.js';
import { directory } from '../stores/support.js';
import { type Moment, QUESTIONS } from './kill-plan.js';
import { asked, fold, messagesIn, say, test, verdict } from './support.js';

const seed = seedFromEnvironment();
const root = fileURLToPath(new URL('../../../', import.meta.url));

/** The child as one plain file, made once: so it starts in a moment, and can be killed often. */
const cleanUp: Array<() => void> = [];
after(() => {
  for (const clean of cleanUp) clean();
});
const child = bundle();

async function bundle(): Promise<string> {
  const outDir = directory({ after: (clean: () => void) => void cleanUp.push(clean) } as unknown as TestContext);
  await build({
    configFile: false,
    logLevel: 'silent',
    ssr: { noExternal: ['ws'] },
    build: {
      ssr: fileURLToPath(new URL('kill-child.ts', import.meta.url)),
      outDir,
      emptyOutDir: false,
      rolldownOptions: { output: { entryFileNames: 'child.mjs' } },
    },
  });
  return join(outDir, 'child.mjs');
}

/** A server that lives again and again over one file. */
class Lives {
  readonly file: string;
  readonly #journal: string;
  readonly #t: TestContext;
  #process: ChildProcessWithoutNullStreams | undefined;
  #complaint = '';
  url = '';

  constructor(t: TestContext) {
    const path = directory(t);
    this.#t = t;
    this.file = join(path, 'status.db');
    this.#journal = join(path, 'journal');
  }

  async start(moment: Moment = 'never'): Promise<void> {
    const victim = spawn(process.execPath, [await child, this.file, this.#journal, moment], {
      env: { ...process.env, NODE_PATH: join(root, 'node_modules') },
    });
    this.#process = victim;
    this.#t.after(() => victim.kill('SIGKILL'));
    victim.stderr.on('data', (text) => {
      this.#complaint += text;
    });
    const [port] = await Promise.race([
      once(createInterface({ input: victim.stdout }), 'line'),
      once(victim, 'close').then(() => assert.fail(`it did not start: ${this.#complaint}`)),
    ]);
    this.url = `ws://127.0.0.1:${port}/ws`;
  }

  kill(): Promise<void> {
    this.#process?.kill('SIGKILL');
    return this.died();
  }

  /** Once it is dead, by whatever hand. */
  async died(): Promise<void> {
    const victim = this.#process;
    if (victim && victim.exitCode === null && victim.signalCode === null) await once(victim, 'close');
    assert.equal(victim?.signalCode, 'SIGKILL', this.#complaint);
  }

  /** What the handler has written down, over all its lives. */
  get journal(): string[] {
    return existsSync(this.#journal) ? readFileSync(this.#journal, 'utf8').trim().split('\n') : [];
  }

  /** What stands in the file. */
  state(session = 's'): ChannelState {
    const store = new SqliteStore({ file: this.file });
    try {
      const state = store.peek(`session:${session}`)?.state();
      assert.ok(state);
      return state;
    } finally {
      store.close();
    }
  }
}

/** A page that comes back from where it was, and says again what was not acknowledged. */
class Page {
  readonly #frames: Frame[] = [];
  readonly #t: TestContext;
  readonly #lives: Lives;
  readonly #session: string;
  readonly #unheard = new Map<string, object>();
  #client: WireClient | undefined;

  constructor(t: TestContext, lives: Lives, session = 's') {
    this.#t = t;
    this.#lives = lives;
    this.#session = session;
  }

  get client(): WireClient {
    assert.ok(this.#client);
    return this.#client;
  }

  async connect(): Promise<void> {
    this.#keep();
    const last = this.all()
      .filter(({ id }) => id !== undefined)
      .at(-1)?.id;
    const query = `?user=ada${last === undefined ? '' : `&after=${last}`}`;
    const client = new WireClient(`${this.#lives.url}/${this.#session}${query}`);
    this.#t.after(() => client.close());
    this.#client = client;
    await client.synced();
    for (const frame of this.#unheard.values()) await client.send(frame);
  }

  answer(questionId: string, answer: unknown, ref: string): Promise<void> {
    return this.#send({ type: 'answer', ref, data: { questionId, answer } });
  }

  input(data: unknown, ref: string): Promise<void> {
    return this.#send({ type: 'input', ref, data });
  }

  async #send(frame: { readonly type: string; readonly ref: string; readonly data: unknown }): Promise<void> {
    this.#unheard.set(frame.ref, frame);
    await this.client.send(frame);
  }

  /** All that it was ever sent of its session. */
  all(): Frame[] {
    return [...this.#frames, ...(this.#client?.frames ?? [])].filter(({ channel }) => channel === undefined);
  }

  /** Keeps what came before the connection ended. */
  #keep(): void {
    const { frames = [] } = this.#client ?? {};
    for (const { type, data } of frames) {
      if (type === 'ack' && isObject(data)) this.#unheard.delete(String(data.ref));
    }
    this.#frames.push(...frames);
    this.#client = undefined;
  }
}

/** What stands in a log: each question once, each answered once, the run begun, and ended once. */
function assertOnce(state: ChannelState): void {
  const said = state.messages;
  const ids = said
    .filter(({ type }) => type === 'question')
    .map(({ data }) => (data as unknown as QuestionData).questionId);
  assert.deepEqual(ids, [...new Set(ids)], 'nothing is asked twice');
  const ends = said
    .filter(({ type }) => type === 'answered')
    .map(({ data }) => (data as unknown as AnsweredData).questionId);
  assert.deepEqual(ends, [...new Set(ends)], 'nothing is answered twice');
  assert.deepEqual(
    state.questions.filter(({ status }) => status === 'open'),
    [],
    'nothing is left open',
  );
  assert.equal(said.filter(({ type }) => type === 'complete').length, 1);
}

const ALL = Array.from({ length: QUESTIONS }, (_, i) => `a${i}`).join(' ');

/** Answers all that is asked from here on, up to the end. */
async function answerAll(page: Page, from = 0): Promise<void> {
  for (let i = from; i < QUESTIONS; i++) {
    const { questionId } = await asked(page.client, `Question ${i}?`);
    assert.equal((await say(page.client, 'answer', { questionId, answer: `a${i}` }, `r${i}`)).accepted, true);
  }
  assert.deepEqual((await page.client.type('complete')).data, { summary: ALL });
}

test('killed while a question is open: it is taken up, and answered once', async (t) => {
  const lives = new Lives(t);
  const page = new Page(t, lives);
  await lives.start();
  await page.connect();
  const { questionId } = await asked(page.client, 'Question 0?');
  await lives.kill();
  assert.equal((await page.client.closed()).code, 1006);
  assert.equal(lives.state().questions[0]?.status, 'open');
  await lives.start();
  await page.connect();
  assert.equal((await say(page.client, 'answer', { questionId, answer: 'a0' }, 'r0')).accepted, true);
  await answerAll(page, 1);
  await lives.kill();
  assertOnce(lives.state());
  assert.deepEqual(
    lives.journal.filter((line) => line.startsWith('0 ')),
    ['0 a0'],
  );
});

for (const moment of ['before the ack', 'storing an answer'] as const) {
  test(`killed ${moment}: the page says it again, it counts once, and the run goes on with it`, async (t) => {
    const lives = new Lives(t);
    const [page, other] = [new Page(t, lives), new Page(t, lives)];
    await lives.start(moment);
    await page.connect();
    await other.connect();
    const { questionId } = await asked(page.client, 'Question 0?');
    await page.answer(questionId, 'a0', 'r0');
    await lives.died();
    await page.client.closed();
    assert.deepEqual(
      page.client.frames.filter(({ type }) => type === 'ack' || type === 'answered'),
      [],
      'it heard nothing of it',
    );
    assert.equal(lives.state().questions[0]?.status, moment === 'before the ack' ? 'answered' : 'open');
    await lives.start();
    await page.connect();
    assert.deepEqual((await page.client.ack('r0')).data, { ref: 'r0', accepted: true });
    await other.connect();
    const late = await say(other.client, 'answer', { questionId, answer: 'too late' });
    assert.deepEqual(verdict(late), { accepted: false, reason: 'answered', by: 'ada' });
    await answerAll(page, 1);
    await lives.kill();
    assertOnce(lives.state());
    assert.deepEqual(
      lives.journal.filter((line) => line.startsWith('0 ')),
      ['0 a0'],
    );
    const told = page
      .all()
      .filter(({ type, data }) => type === 'answered' && (data as AnsweredData).questionId === questionId);
    assert.equal(told.length, 1, 'the page is told once how it ended');
  });
}

for (const [moment, got] of [
  ['before an input', []],
  ['with an input', ['input 10 EUR']],
] as const) {
  test(`killed ${moment}: whether the application got it is not known, and it does not get it again`, async (t) => {
    const lives = new Lives(t);
    const page = new Page(t, lives, 'unkeyed');
    await lives.start(moment);
    await page.connect();
    await page.input('10 EUR', 'r');
    await lives.died();
    await page.client.closed();
    await lives.start();
    await page.connect();
    assert.deepEqual((await page.client.ack('r')).data, { ref: 'r', accepted: false, reason: 'interrupted' });
    await page.input('another', 's');
    assert.deepEqual((await page.client.ack('s')).data, { ref: 's', accepted: true });
    await lives.kill();
    await page.client.closed();
    await lives.start();
    await page.connect();
    await page.input('another', 's');
    assert.deepEqual((await page.client.ack('s')).data, { ref: 's', accepted: true });
    assert.deepEqual(
      lives.journal.filter((line) => line.startsWith('input')),
      [...got, 'input another'],
    );
  });
}

test('killed before anybody saw the question: it is seen then, once', async (t) => {
  const lives = new Lives(t);
  const page = new Page(t, lives);
  await lives.start('before the question is seen');
  await page.connect().catch(() => {});
  await lives.died();
  assert.equal(lives.state().questions.length, 1);
  await lives.start();
  await page.connect();
  await answerAll(page);
  await lives.kill();
  assertOnce(lives.state());
});

test('killed with a question open that has no key: it is closed, and another one is asked', async (t) => {
  const lives = new Lives(t);
  const page = new Page(t, lives, 'unkeyed');
  await lives.start();
  await page.connect();
  const { questionId } = await asked(page.client, 'Unkeyed?');
  await lives.kill();
  await page.client.closed();
  await lives.start();
  await page.connect();
  const next = await page.client.frame(({ type }) => type === 'question');
  const { data } = await page.client.type('answered');
  assert.deepEqual(data, { questionId, outcome: 'cancelled' });
  const again = next.data as { questionId: string };
  assert.notEqual(again.questionId, questionId);
  assert.deepEqual(verdict(await say(page.client, 'answer', { questionId, answer: 'x' })), {
    accepted: false,
    reason: 'cancelled',
  });
  await say(page.client, 'answer', { questionId: again.questionId, answer: 'Ada' });
  assert.deepEqual((await page.client.type('complete')).data, { summary: 'Ada' });
});

test('killed when the run had said its end: it is not run again', async (t) => {
  const lives = new Lives(t);
  const page = new Page(t, lives);
  await lives.start('before the work is given back');
  await page.connect();
  for (let i = 0; i < QUESTIONS; i++) {
    const { questionId } = await asked(page.client, `Question ${i}?`);
    await page.client.send({ type: 'answer', ref: `r${i}`, data: { questionId, answer: `a${i}` } });
  }
  await lives.died();
  assert.equal(lives.state().phase, 'completed');
  await lives.start();
  await page.connect();
  // As long as it takes to begin, and longer.
  await sleep(300);
  await lives.kill();
  assert.deepEqual(lives.journal.filter((line) => line === 'begins').length, 1);
  assertOnce(lives.state());
});

test(`killed at any moment, again and again: asked once, answered once, nothing left hanging (SEED=${seed})`, async (t) => {
  const random = seededRandom(seed);
  const lives = new Lives(t);
  const page = new Page(t, lives);
  const moments: Moment[] = ['never', 'never', 'before the ack', 'storing an answer', 'before the question is seen'];
  let isOver = false;
  let count = 0;
  while (!isOver) {
    const isLast = ++count > 12;
    const moment = isLast ? 'never' : (moments[Math.floor(random() * moments.length)] ?? 'never');
    await lives.start(moment);
    isOver = await converse(page, isLast ? Number.POSITIVE_INFINITY : 2 + Math.floor(random() * 8), () => lives.kill());
    if (!isOver) await lives.died();
  }
  await lives.kill();
  const state = lives.state();
  assertOnce(state);
  assert.equal(state.summary, ALL);
  for (const { id, answer } of state.questions) assert.equal(answer, `a${id.split('.').at(1)}`);
  // The page was told each message once, over all its connections.
  const ids = page
    .all()
    .filter(({ id, type }) => id !== undefined && type !== 'snapshot')
    .map(({ id }) => id);
  assert.deepEqual(ids, [...new Set(ids)]);
  assert.ok(messagesIn(page.all()).length <= state.messages.length);
  // In no life had a question another answer than in the one before.
  assert.equal(new Set(lives.journal.filter((line) => line !== 'begins')).size, QUESTIONS);
});

/** Answers what is asked until the run is over, or the server is gone: after so many frames it is killed. Answers whether the run is over. */
async function converse(page: Page, frames: number, kill: () => Promise<void>): Promise<boolean> {
  const state = () => fold(page.all());
  const isOver = () => state().phase === 'completed';
  try {
    await page.connect();
    let count = 0;
    page.client.ws.on('message', () => {
      if (++count === frames) void kill();
    });
    while (!isOver()) {
      const open = () => state().questions.find(({ status }) => status === 'open');
      await page.client.frame(() => isOver() || open() !== undefined);
      const question = open();
      if (!question) continue;
      const number = question.id.split('.').at(1);
      await page.answer(question.id, `a${number}`, `r${number}`);
      await page.client.frame(() => open()?.id !== question.id);
    }
  } catch {
    // The server is gone.
    await page.client.closed();
  }
  return isOver();
}
