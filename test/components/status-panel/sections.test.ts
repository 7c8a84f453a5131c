import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { exportedParts } from '../../../components/status-panel/sections.js';

for (const section of ['connection', 'question', 'progress', 'timeline', 'results', 'controls'] as const) {
  test(`the panel hands on every part of its ${section}, each under the name of that`, () => {
    const tag = `status-${section}`;
    const source = readFileSync(new URL(`../../../components/${tag}/${tag}.ts`, import.meta.url), 'utf8');
    const documented = [...source.matchAll(/@csspart (\S+)/g)].map(([, name]) => name);
    const expected = documented.filter((name) => name !== 'base').map((name) => `${name}:${section}-${name}`);
    assert.deepEqual(exportedParts(section).split(',').sort(), expected.sort());
  });
}
