import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { beginning, branch, copyText, isOpenAtFirst, resultsView } from '../../../components/status-results/view.js';
import { localeFor } from '../../../components/words/index.js';
import { applyAll, initialState, type Message } from '../../../protocol/index.js';

const view = (...messages: Array<Pick<Message, 'type' | 'data'>>) =>
  resultsView(applyAll(initialState, messages), localeFor('en').words);
const STATUS = { type: 'status', data: 'x' };
const RESULT = { type: 'result', data: { agent: 'Risk', data: 1 } };
const complete = (summary: string) => ({ type: 'complete', data: { summary } });
const FATAL = { type: 'error', data: { message: 'No disk', fatal: true } };

test('while there is nothing, that is said', () => {
  assert.deepEqual(view(), { end: undefined, summary: '', results: [], isEmpty: true });
  assert.equal(view(STATUS).isEmpty, true);
  assert.equal(view(RESULT).isEmpty, false);
});

test('a run that is done speaks by what came out of it, and says that it is done where nothing did', () => {
  assert.equal(view(STATUS, complete('All read')).end, undefined);
  assert.equal(view(STATUS, complete('All read')).summary, 'All read');
  assert.equal(view(RESULT, complete('')).end, undefined);
  assert.deepEqual(view(STATUS, complete('')).end, { phase: 'completed', text: 'Done', detail: '' });
  assert.equal(view(STATUS, complete('')).isEmpty, false);
});

test('a run that failed says why, one that was stopped says so, both beside what had come out', () => {
  const failed = view(STATUS, RESULT, FATAL);
  assert.deepEqual(failed.end, { phase: 'failed', text: 'Failed', detail: 'No disk' });
  assert.equal(failed.results.length, 1);
  assert.equal(view(STATUS, { type: 'state', data: { status: 'FAILED' } }).end?.detail, '');
  const stopped = view(
    STATUS,
    { type: 'error', data: { message: 'slow' } },
    { type: 'state', data: { status: 'CANCELLED' } },
  );
  assert.deepEqual(stopped.end, { phase: 'cancelled', text: 'Stopped', detail: '' });
  assert.equal(view(RESULT, { type: 'error', data: { message: 'slow' } }).end, undefined);
});

test('a text is copied as it is, anything else as JSON that can be read', () => {
  assert.equal(copyText('a\n"b"'), 'a\n"b"');
  assert.equal(copyText({ a: [1] }), '{\n  "a": [\n    1\n  ]\n}');
  assert.equal(copyText(null), 'null');
});

test('lists and objects are branches, items are counted from one, and nothing else is a branch', () => {
  const locale = localeFor('en');
  assert.deepEqual(branch(['a', 'b'], locale), [
    ['1', 'a'],
    ['2', 'b'],
  ]);
  assert.deepEqual(branch(JSON.parse('{"__proto__":1,"b":null}'), locale), [
    ['__proto__', 1],
    ['b', null],
  ]);
  for (const leaf of [null, 1, '', 'a', true]) assert.equal(branch(leaf, locale), undefined);
});

test('small branches are open at first, large and deep ones are not', () => {
  assert.equal(isOpenAtFirst({ a: 1 }, 2), true);
  assert.equal(isOpenAtFirst({ a: 'x'.repeat(300) }, 2), false);
  assert.equal(isOpenAtFirst({ a: 1 }, 5), false);
});

test('a text is cut between characters', () => {
  assert.equal(beginning('abc', 3), 'abc');
  assert.equal(beginning('abcd', 3), 'abc');
  assert.equal(beginning('ab👍d', 3), 'ab');
});

test('the renderer that is tested is the one in the README', async () => {
  const root = new URL('../../../', import.meta.url);
  const [readme, tested] = await Promise.all([
    readFile(new URL('README.md', root), 'utf8'),
    readFile(new URL('markdown.ts', import.meta.url), 'utf8'),
  ]);
  assert.ok(readme.includes(`\`\`\`ts\n// render-markdown.ts\n${tested}\`\`\``));
});
