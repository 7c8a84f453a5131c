import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatAddress, PLAIN_LOOK, parseAddress } from '../../demo/app/route.js';

test('an address says the page, its look and what is set, and is read as it was written', () => {
  for (const hash of [
    '#/',
    '#/story/status-panel/running',
    '#/story/status-controls/confirm?scheme=dark&dir=rtl&lang=ar&width=narrow&set.confirm=false&set.--status-accent=%23ff0000',
    '#/reference/status-question',
    '#/live/run',
    '#/live/conversation/agents-a1b2c3d4e5f6',
  ]) {
    assert.equal(formatAddress(parseAddress(hash)), hash);
  }
});

test('what is by default is left out of an address', () => {
  const { look } = parseAddress('#/story/status-panel/running?scheme=auto&dir=ltr&lang=en&width=wide');
  assert.deepEqual(look, PLAIN_LOOK);
  assert.equal(formatAddress({ route: { page: 'start' }, look, values: {} }), '#/');
});

test('what is no address leads to the start, and what cannot be set is left out', () => {
  for (const hash of ['', '#', '#/nowhere', '#/story/UPPER/x', '#/live/else', '#agents-123']) {
    assert.deepEqual(parseAddress(hash).route, { page: 'start' }, hash);
  }
  assert.deepEqual(parseAddress('#/live/run/other-session').route, { page: 'live', work: 'run' });
  const { look, values } = parseAddress('#/?scheme=pink&lang=xx&set.__proto__=1&set.--other=2&confirm=true');
  assert.deepEqual(look, PLAIN_LOOK);
  assert.deepEqual(values, {});
  const many = Array.from(
    { length: 100 },
    (_, i) => `set.${'abcdefghij'[i % 10]}${'klmnopqrst'[Math.floor(i / 10)]}=1`,
  );
  assert.equal(Object.keys(parseAddress(`#/?${many.join('&')}`).values).length, 40);
});

test('a story that is none leads to its element', () => {
  for (const hash of ['#/story/status-panel', '#/story/status-panel/UPPER']) {
    assert.deepEqual(parseAddress(hash).route, { page: 'reference', tag: 'status-panel' });
  }
});
