import assert from 'node:assert/strict';
import { once } from 'node:events';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { Worker } from 'node:worker_threads';
import { createElement } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { transformWithOxc } from 'vite';
import { useStatusMessenger } from '../../components/frameworks/react/use-status-messenger.js';
import { ManualClock, seededRandom } from '../../components/testing/index.js';
import { isObject } from '../../protocol/index.js';
import * as calls from '../../server-adapter/index.js';
import { scratchFolder } from '../helpers/scratch.js';
import { startServer } from '../helpers/server.js';
import { type Frame, WireClient } from '../helpers/wire-client.js';
import { runPart, snippet } from './readme-snippet.js';

async function serve(t: TestContext) {
  const server = await startServer();
  t.after(() => server.close());
  return server;
}

function watch(t: TestContext, url: string): WireClient {
  const page = new WireClient(url);
  t.after(() => page.close());
  return page;
}

/** The events of a page that say how a step is, in a word and the step's label. */
function steps(page: WireClient): string[] {
  const labels = new Map<unknown, unknown>();
  return page.frames.flatMap(({ type, data }) => {
    if (type !== 'event' || !isObject(data)) return [];
    if (data.label !== undefined) labels.set(data.step, data.label);
    return `${data.event} ${labels.get(data.step)}`;
  });
}

test("what the README's run says is what its pages show", async (t) => {
  const server = await serve(t);
  const read: unknown[] = [];
  const around = { ...calls, pages: ['a', 'b'], read: (page: unknown) => read.push(page) };
  server.messenger.onSession(() => runPart('says', around));
  const page = watch(t, `${server.url}/s`);
  assert.deepEqual((await page.type('complete')).data, { summary: 'All is well.' });
  assert.deepEqual(read, ['a', 'b']);
  assert.deepEqual(steps(page), [
    'step_started Reading',
    'step_started Pages',
    'step_finished Pages',
    'step_finished Reading',
  ]);
  const result = await page.type('result');
  assert.deepEqual(result.data, { agent: 'Risk', data: { level: 'low' } });
});

test("the README's questions are asked one after the other, and take their answers", async (t) => {
  const server = await serve(t);
  const ended = new Promise<unknown>((resolve) => {
    server.messenger.onSession(() => runPart('asks', calls).then(resolve, resolve));
  });
  const page = watch(t, `${server.url}/s`);
  const asked = (text: string) => page.frame(({ type, data }) => isQuestion(type, data) && data.question === text);
  const answers: [question: string, answer: unknown][] = [
    ['What is the app called?', 'Dingo'],
    ['Which colour?', 'b'],
    ['Which days?', ['Mon', 'Wed']],
    ['Go on?', true],
    ['Where to?', { street: 'High Street', number: 1 }],
  ];
  for (const [i, [question, answer]] of answers.entries()) {
    const { data }: Frame = await asked(question);
    assert.ok(isObject(data));
    await page.send({ type: 'answer', ref: `${i}`, data: { questionId: data.questionId, answer } });
    assert.deepEqual((await page.ack(`${i}`)).data, { ref: `${i}`, accepted: true });
  }
  assert.equal(await ended, undefined);
});

function isQuestion(type: string, data: unknown): data is { question: string } {
  return type === 'question' && isObject(data);
}

test("the README's task is carried out, and ends with its summary", async (t) => {
  const server = await serve(t);
  const planned: unknown[] = [];
  const plan = (prompt: string, { signal }: { signal: AbortSignal }) => planned.push([prompt, signal.aborted]);
  await runPart('tasks', { ...calls, messenger: server.messenger, plan });
  const { id } = await server.messenger.tasks.create('a todo application');
  const page = watch(t, server.url.replace(/ws$/, `ws/tasks/${id}`));
  assert.deepEqual((await page.type('complete')).data, { summary: 'Built.' });
  assert.deepEqual(planned, [['a todo application', false]]);
  assert.deepEqual(await page.closed(), { code: 1000, reason: 'done' });
});

test("what the README's worker says is shown, and it is waited for", async (t) => {
  // Within the package, so that its own name leads to the build.
  const folder = scratchFolder();
  t.after(() => rm(folder, { recursive: true }));
  await writeFile(join(folder, 'worker.mjs'), await snippet('worker.mjs'));
  const server = await serve(t);
  const here = pathToFileURL(join(folder, 'server.mjs')).href;
  await runPart('attaches', { messenger: server.messenger, Worker, once, here });
  const page = watch(t, `${server.url}/s`);
  await page.status('Reading chapter three…');
  assert.deepEqual(
    page.statuses,
    ['one', 'two', 'three'].map((chapter) => `Reading chapter ${chapter}…`),
  );
  await page.frame(({ type, data }) => type === 'event' && isObject(data) && data.event === 'step_finished');
  assert.deepEqual(steps(page), ['step_started Chapters', 'step_finished Chapters']);
});

test("the README's authorize decides by the user", async (t) => {
  let options: calls.MessengerOptions = {};
  class StatusMessenger {
    constructor(given: calls.MessengerOptions) {
      options = given;
    }
  }
  const userOf = (cookie: unknown) => (cookie === 'ada' ? { id: 'ada', threads: ['t'] } : undefined);
  const mayWatch = (_: unknown, sessionId: string) => sessionId === 'hers';
  await runPart('authorize', { StatusMessenger, userOf, mayWatch });
  const server = await startServer(options);
  t.after(() => server.close());
  const headers = { cookie: 'ada' };
  assert.deepEqual(await watch(t, `${server.url}/hers`).closed(), { code: 4401, reason: 'please log in' });
  assert.equal((await new WireClient(`${server.url}/his`, { headers }).closed()).code, 4403);
  const page = new WireClient(`${server.url}/hers?thread=t`, { headers });
  t.after(() => page.close());
  const { data } = await page.type('connected');
  assert.ok(isObject(data) && isObject(data.channels));
  assert.deepEqual(Object.keys(data.channels), ['session:hers', 'thread:t', 'user:ada']);
});

test("the README's clock moves a server", async () => {
  const beats: number[] = [];
  class Clock extends ManualClock {
    override after(ms: number, run: () => void): () => void {
      return super.after(ms, () => {
        beats.push(this.now());
        run();
      });
    }
  }
  await runPart('clock', { ...calls, ManualClock: Clock, seededRandom });
  assert.ok(beats.length > 0);
});

test("the README's event can be published where nothing is set up for it", async (t) => {
  const server = await serve(t);
  await server.messenger.runWithSession('s', () => runPart('events', calls));
  assert.deepEqual(server.log.with('error'), []);
});

test("the README's component is one", async () => {
  const source = (await snippet('Conversation.jsx')).replace(/^import .*$/m, '');
  const { code } = await transformWithOxc(source, 'Conversation.jsx', { jsx: { runtime: 'classic' } });
  const make = new Function('React', 'useStatusMessenger', `${code.replace(/^export .*$/m, '')}; return Conversation`);
  const Conversation = make({ createElement }, useStatusMessenger);
  assert.equal(renderToStaticMarkup(createElement(Conversation)), '<div><p> (last known)</p></div>');
});
