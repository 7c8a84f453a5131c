import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Drafts } from '../../../components/status-question/drafts.js';

function storage(content?: string) {
  const values = new Map(content === undefined ? [] : [['status-messenger:drafts', content]]);
  return {
    getItem: (key: string) => values.get(key) ?? null,
    setItem: (key: string, value: string) => void values.set(key, value),
    get size() {
      return [...values.values()].join('').length;
    },
  };
}

test('a draft is kept until its question ends, each by its key', () => {
  const place = storage();
  new Drafts(() => place).keep('a', [['field-0', 'one']]);
  new Drafts(() => place).keep('b', [['field-0', 'two']]);
  const drafts = new Drafts(() => place);
  assert.deepEqual(drafts.read('a'), [['field-0', 'one']]);
  drafts.drop(['a', 'c']);
  assert.equal(drafts.read('a'), undefined);
  assert.deepEqual(drafts.read('b'), [['field-0', 'two']]);
});

test('there are at most 20 drafts, and the one that was written first goes', () => {
  const drafts = new Drafts(
    (
      (place) => () =>
        place
    )(storage()),
  );
  for (let i = 0; i < 20; i++) drafts.keep(`${i}`, [['field-0', 'x']]);
  drafts.keep('0', [['field-0', 'y']]);
  drafts.keep('20', [['field-0', 'x']]);
  assert.equal(drafts.read('1'), undefined);
  assert.deepEqual([drafts.read('0'), drafts.read('20')], [[['field-0', 'y']], [['field-0', 'x']]]);
});

test('a draft that is longer than any answer is not kept, nor what was kept of it before', () => {
  const place = storage();
  const drafts = new Drafts(() => place);
  drafts.keep('a', [['field-0', 'x'.repeat(60_000)]]);
  assert.equal(drafts.read('a')?.length, 1);
  drafts.keep('a', [['field-0', 'x'.repeat(65_536)]]);
  assert.equal(drafts.read('a'), undefined);
  assert.ok(place.size < 100);
});

test('what is no draft is none', () => {
  for (const content of ['', '{', 'null', '{"a":1}', '[["a"]]', '[["a",[["b",1]]]]', '[["a",["b"]]]', '[[1,[]]]']) {
    assert.equal(new Drafts(() => storage(content)).read('a'), undefined, content);
  }
});

test('where a storage is missing or full nothing is kept, and nothing fails', () => {
  const missing = new Drafts(() => {
    throw new Error('SecurityError');
  });
  missing.keep('a', []);
  missing.drop(['a']);
  assert.equal(missing.read('a'), undefined);
  const full = new Drafts(() => ({
    getItem: () => null,
    setItem() {
      throw new Error('QuotaExceededError');
    },
  }));
  full.keep('a', []);
  assert.equal(full.read('a'), undefined);
});
