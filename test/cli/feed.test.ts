import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Feed, type FeedOptions, type Said } from '../../cli/feed.js';

function start(publish: FeedOptions['publish'], options: Partial<FeedOptions> = {}) {
  const warnings: string[] = [];
  const feed = new Feed({ publish, mayTryAgain: () => false, warn: (text) => void warnings.push(text), ...options });
  return { feed, warnings };
}

const status = (i: number): Said => ({ type: 'status', data: `${i}` });
const END: Said = { type: 'complete', data: { summary: '' } };

test('what is said in one turn goes together, the rest in order behind it', async () => {
  const batches: number[] = [];
  const said: unknown[] = [];
  const { feed } = start(async (messages) => {
    batches.push(messages.length);
    said.push(...messages);
    return [];
  });
  const all = Array.from({ length: 250 }, (_, i) => status(i));
  for (const each of all) feed.say(each);
  await feed.end(END);
  assert.deepEqual(batches, [100, 100, 51]);
  assert.deepEqual(said, [...all, END]);
});

test('a publisher that is too slow loses the oldest statuses, is told how many, and nothing else', async () => {
  let open = () => {};
  const gate = new Promise<void>((resolve) => {
    open = resolve;
  });
  const said: Said[] = [];
  const { feed } = start(async (messages) => {
    await gate;
    said.push(...messages);
    return [];
  });
  const step: Said = { type: 'event', data: { event: 'step_started' } };
  feed.say(status(-1));
  await sleep(5);
  feed.say(step);
  for (let i = 0; i < 1500; i++) feed.say(status(i));
  open();
  await feed.end(END);
  assert.deepEqual(said.slice(0, 4), [
    status(-1),
    { type: 'status', data: '… 502 lines are left out' },
    step,
    status(502),
  ]);
  assert.deepEqual(said.at(-1), END);
  assert.equal(said.length, 3 + 998 + 1);
});

test('what may be tried again is, without a gap; a failure is told once', async () => {
  let failures = 2;
  const said: Said[] = [];
  const publish = async (messages: readonly Said[]) => {
    if (failures-- > 0) throw new Error('not yet');
    said.push(...messages);
    return [];
  };
  const { feed, warnings } = start(publish, { mayTryAgain: () => true });
  feed.say(status(1));
  await feed.end(END);
  assert.deepEqual(said, [status(1), END]);
  assert.deepEqual(warnings, ['not yet']);
});

test('a server that was never there is not waited for as long as one that was', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const clock = { now: 0 };
  t.mock.method(performance, 'now', () => clock.now);
  let attempts = 0;
  const publish = () => {
    attempts++;
    clock.now += 1500;
    return Promise.reject(new Error('nobody there'));
  };
  const { feed } = start(publish, { mayTryAgain: () => true });
  let isOver = false;
  const ended = feed.end(END).then(() => {
    isOver = true;
  });
  while (!isOver) {
    t.mock.timers.tick(500);
    await new Promise((resolve) => setImmediate(resolve));
  }
  await ended;
  assert.equal(attempts, 2);
});

test('what may not be tried again is left, and keeps nobody', async () => {
  const { feed, warnings } = start(() => Promise.reject(new Error('no')));
  feed.say(status(1));
  await feed.end(END);
  assert.deepEqual(warnings, ['no']);
});

test('attempts that fail, and more between them: every line arrives, or is counted as left out', async () => {
  let i = 0;
  let failures = 3;
  const said: Said[] = [];
  const publish = async (messages: readonly Said[]) => {
    if (failures-- > 0) {
      // Once this attempt is over, and before the next.
      setImmediate(() => {
        for (let more = 0; more < 1500; more++) feed.say(status(i++));
      });
      throw new Error('not yet');
    }
    said.push(...messages);
    return [];
  };
  const { feed } = start(publish, { mayTryAgain: () => true });
  feed.say(status(i++));
  await feed.end();
  const notices = said.flatMap(({ data }) => /^… (\d+) lines are left out$/.exec(String(data))?.[1] ?? []);
  assert.equal(i, 4501);
  assert.deepEqual(notices, ['3501']);
  assert.equal(said.length, 1 + 1000);
});

test('a message that goes nowhere is told once', async () => {
  const { feed, warnings } = start(async (messages) => messages.map(() => ({ reason: 'nobody' })));
  feed.say(status(1));
  await feed.end(END);
  feed.say(status(2));
  await feed.end(END);
  assert.deepEqual(warnings, ['publish: got a message that went nowhere (nobody)']);
});
