import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { declarations, entries, title } from '../../scripts/docs/declarations.js';
import { root } from './readme-snippet.js';

const docs = join(root, 'docs/api');

test('the reference is made of what is built', () => {
  const text = readFileSync(join(docs, 'README.md'), 'utf8');
  assert.ok(text.includes(declarations(root)), 'what is published has changed since: npm run build && npm run docs');
});

test('every entry has its page, and every link in the reference leads somewhere', () => {
  for (const { name } of entries(root)) assert.ok(existsSync(join(docs, title(name))), name);
  for (const file of readdirSync(docs)) {
    const text = readFileSync(join(docs, file), 'utf8');
    for (const [, path = '', anchor] of text.matchAll(/\]\(([\w-]*\.md)?(?:#([\w-]+))?\)/g)) {
      const target = path === '' ? text : readFileSync(join(docs, path), 'utf8');
      if (anchor !== undefined) assert.ok(anchors(target).has(anchor), `${file}: ${path}#${anchor}`);
    }
  }
});

/** What can be linked to in a page: its headings as GitHub names them, and what has an id. */
function anchors(text: string): ReadonlySet<string> {
  const found = new Map<string, number>();
  const ids = [...text.matchAll(/<a id="([\w-]+)"/g)].map(([, id = '']) => id);
  const headings = [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) => {
    const name = heading
      .toLowerCase()
      .replace(/[^\w\s-]/g, '')
      .replaceAll(' ', '-');
    const before = found.get(name) ?? 0;
    found.set(name, before + 1);
    return before === 0 ? name : `${name}-${before}`;
  });
  return new Set([...ids, ...headings]);
}
