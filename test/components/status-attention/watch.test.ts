import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Connection } from '../../../components/session/index.js';
import { NOTHING_WATCHED, type Watched, watch } from '../../../components/status-attention/watch.js';
import { applyAll, type ChannelState, initialState, type Message } from '../../../protocol/index.js';

const LIVE: Connection = { status: 'live', since: 0, transport: 'websocket' };
const LOST: Connection = { status: 'reconnecting', since: 0, attempt: 1, reason: '' };
const STATUS = { type: 'status', data: 'one', ts: 1 };
const asked = (questionId: string, question = 'Which?') => ({
  type: 'question',
  data: { questionId, question },
  ts: 2,
});
const answered = (questionId: string) => ({ type: 'answered', data: { questionId, outcome: 'answered' }, ts: 3 });
const DONE = { type: 'complete', data: { summary: 'All read' }, ts: 4 };
const FAILED = { type: 'error', data: { message: 'No disk', fatal: true }, ts: 4 };
const STOPPED = { type: 'state', data: { status: 'CANCELLED' }, ts: 4 };

/** A session whose page nobody looks at, unless it is said otherwise. */
class Page {
  state: ChannelState = initialState;
  watched: Watched = NOTHING_WATCHED;
  /** The news, oldest first. */
  readonly news: string[] = [];

  after(messages: readonly Message[], connection = LIVE, isLookedAt = false): string | undefined {
    this.state = applyAll(this.state, messages);
    const { watched, isNews } = watch(this.watched, this.state, connection, isLookedAt);
    this.watched = watched;
    const { call } = watched;
    if (call && isNews) this.news.push(`${call.kind} ${call.text}`);
    return call?.kind;
  }
}

test('a question calls for as long as it waits and nobody looks, and is news once', () => {
  const page = new Page();
  assert.equal(page.after([STATUS]), undefined);
  assert.equal(page.after([asked('a')]), 'question');
  assert.equal(page.after([]), 'question');
  assert.equal(page.after([], LIVE, true), undefined);
  assert.equal(page.after([]), 'question');
  assert.equal(page.after([asked('b', 'And when?'), answered('a')]), 'question');
  assert.equal(page.after([answered('b')]), undefined);
  assert.deepEqual(page.news, ['question Which?', 'question And when?']);
});

test('a question that a person saw is no news when they leave, though it calls', () => {
  const page = new Page();
  assert.equal(page.after([asked('a')], LIVE, true), undefined);
  assert.equal(page.after([]), 'question');
  assert.deepEqual(page.news, []);
});

for (const [kind, message, text] of [
  ['completed', DONE, 'All read'],
  ['failed', FAILED, 'No disk'],
] as const) {
  test(`a run that is ${kind} when nobody looks calls until somebody does`, () => {
    const page = new Page();
    page.after([STATUS]);
    assert.equal(page.after([message]), kind);
    assert.equal(page.after([]), kind);
    assert.equal(page.after([], LIVE, true), undefined);
    assert.equal(page.after([]), undefined);
    assert.deepEqual(page.news, [`${kind} ${text}`]);
  });

  test(`a run that is ${kind} before everything is here, or while somebody looks, calls nobody`, () => {
    const before = new Page();
    assert.equal(before.after([STATUS, message], { status: 'connecting' }), undefined);
    assert.equal(before.after([]), undefined);
    const seen = new Page();
    seen.after([STATUS]);
    assert.equal(seen.after([message], LIVE, true), undefined);
    assert.equal(seen.after([]), undefined);
    assert.deepEqual([...before.news, ...seen.news], []);
  });
}

test('nothing calls before everything is here; a question that still waits does then', () => {
  const page = new Page();
  assert.equal(page.after([asked('a')], { status: 'connecting' }), undefined);
  assert.equal(page.after([]), 'question');
  assert.deepEqual(page.news, ['question Which?']);
});

test('while the connection is lost it stays as it was, and nothing new is known', () => {
  const page = new Page();
  page.after([asked('a')]);
  assert.equal(page.after([], LOST), 'question');
  assert.equal(page.after([], LOST, true), undefined);
  assert.equal(page.after([], LOST), undefined);
  assert.equal(page.after([]), 'question');
  assert.equal(page.news.length, 1);
});

test('a run that ends while the connection is lost calls when that is back', () => {
  const page = new Page();
  page.after([STATUS]);
  page.after([], LOST);
  assert.equal(page.after([DONE], LOST), undefined);
  assert.equal(page.after([], { status: 'ended' }), 'completed');
});

test('a run that was stopped calls nobody, and one that begins takes back that the last is done', () => {
  const stopped = new Page();
  stopped.after([STATUS]);
  assert.equal(stopped.after([STOPPED]), undefined);
  const page = new Page();
  page.after([STATUS]);
  assert.equal(page.after([DONE]), 'completed');
  assert.equal(page.after([{ ...STATUS, ts: 5 }]), undefined);
  assert.equal(page.after([{ ...DONE, ts: 6 }]), 'completed');
});
