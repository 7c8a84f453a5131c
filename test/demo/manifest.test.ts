import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tokens as sharedStyles } from '../../components/styles/tokens.js';
import { manifest } from '../../demo/manifest/analyze.js';
import { type Control, controlsOf, readValue, writeValue } from '../../demo/manifest/controls.js';
import { type ElementInfo, readElements } from '../../demo/manifest/elements.js';
import { readToken, tokensOf } from '../../demo/manifest/tokens.js';

const elements = readElements(JSON.parse(await manifest()));

function element(tag: string): ElementInfo {
  const found = elements.get(tag);
  assert.ok(found, tag);
  return found;
}

const kinds = (tag: string) => Object.fromEntries(controlsOf(element(tag)).map(({ name, kind }) => [name, kind]));

test('every element is read from the manifest, with what it inherits and without what is private', () => {
  assert.equal(elements.size, 9);
  const { properties, methods, events, parts, states, tokens, slots } = element('status-question');
  assert.deepEqual(properties.map(({ name }) => name).sort(), ['htmlFor', 'questionId', 'session', 'words']);
  assert.equal(properties.find(({ name }) => name === 'questionId')?.attribute, 'question-id');
  assert.deepEqual(
    events.map(({ name }) => name),
    ['answer', 'decline'],
  );
  assert.ok(parts.some(({ name }) => name === 'form'));
  assert.ok(states.some(({ name }) => name === 'urgent'));
  assert.ok(tokens.some(({ name }) => name === '--status-accent'));
  assert.deepEqual(slots, []);
  assert.deepEqual(methods, []);
  assert.ok(element('status-messenger').methods.some(({ name }) => name === 'sendAnswer(answer, questionId)'));
});

test('controls follow the types: what names the session is set by the page, and what can be set here comes first', () => {
  assert.deepEqual(kinds('status-controls'), {
    confirm: 'boolean',
    restartable: 'boolean',
    htmlFor: 'none',
    session: 'none',
    words: 'none',
  });
  assert.equal(kinds('status-progress').step, 'text');
  assert.equal(kinds('status-timeline').agents, 'list');
  const { variant, url, paused, getToken } = kinds('status-panel');
  assert.deepEqual(
    { variant, url, paused, getToken },
    { variant: 'choice', url: 'none', paused: 'boolean', getToken: 'none' },
  );
  const [first] = controlsOf(element('status-panel'));
  assert.deepEqual(first?.options, ['full', 'compact']);
  assert.equal(first?.default, "'full'");
});

test('a number of a type that may be missing has a control for numbers', () => {
  const [control] = controlsOf({
    ...element('status-progress'),
    properties: [{ name: 'lines', description: '', type: 'number | null' }],
  });
  assert.equal(control?.kind, 'number');
});

test('what a control writes into an address it reads from there, and nothing that it cannot be set to', () => {
  const control = (kind: Control['kind'], options: readonly string[] = []): Control => ({
    name: 'x',
    description: '',
    type: '',
    kind,
    options,
    default: '',
  });
  for (const [kind, value] of [
    ['boolean', false],
    ['number', -1.5],
    ['text', 'a, b'],
    ['list', ['a', 'b']],
  ] as const) {
    assert.deepEqual(readValue(control(kind), writeValue(value)), value);
  }
  assert.equal(readValue(control('choice', ['full', 'compact']), 'compact'), 'compact');
  assert.equal(readValue(control('choice', ['full', 'compact']), 'huge'), undefined);
  assert.equal(readValue(control('boolean'), 'yes'), undefined);
  assert.equal(readValue(control('number'), ''), undefined);
  assert.equal(readValue(control('none'), 'x'), undefined);
  assert.equal(String(readValue(control('text'), 'x'.repeat(9999))).length, 500);
});

test('every token has a field of its kind, which takes nothing but its values', () => {
  const tokens = tokensOf(element('status-panel'));
  const at = (name: string) => {
    const token = tokens.find((each) => each.name === name);
    assert.ok(token, name);
    return token;
  };
  assert.equal(at('--status-accent').kind, 'color');
  assert.equal(at('--status-gap').kind, 'length');
  assert.equal(readToken(at('--status-accent'), '#FF0080'), '#FF0080');
  assert.equal(readToken(at('--status-accent'), 'red; background: url(//x)'), undefined);
  assert.equal(readToken(at('--status-radius'), '0.75rem'), '0.75rem');
  assert.equal(readToken(at('--status-radius'), '99rem'), undefined);
  assert.equal(readToken(at('--status-radius'), '1px'), undefined);
});

test('fields of colours begin with what the elements have by default, on light ground and on dark', () => {
  const mixed = ['--status-muted', '--status-surface', '--status-border', '--status-focus'];
  const colors = tokensOf(element('status-panel')).filter((token) => token.kind === 'color');
  assert.ok(colors.length > mixed.length);
  for (const { name, start } of colors) {
    assert.notEqual(start.light, start.dark, name);
    if (mixed.includes(name)) continue;
    const property = `var(${name}, light-dark(${start.light}, ${start.dark}))`;
    assert.ok(sharedStyles.cssText.includes(property), property);
  }
});

test('what is no manifest has no elements', () => {
  for (const value of [
    undefined,
    null,
    'x',
    {},
    { modules: 'x' },
    { modules: [{ declarations: [null, 'x', { tagName: 7 }] }] },
  ]) {
    assert.equal(readElements(value).size, 0);
  }
});
