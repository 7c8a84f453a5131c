import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { root } from './readme-snippet.js';

const readme = await readFile(join(root, 'README.md'), 'utf8');
/** The blocks behind `<!-- from: FILE -->`: lines of an app that is built and driven. */
const excerpts = [...readme.matchAll(/<!-- from: (\S+) -->\n```\w+\n([\s\S]*?)```/g)];

const linesOf = (text: string) => text.split('\n').flatMap((line) => line.trim() || []);

for (const [, file = '', excerpt = ''] of excerpts) {
  test(`what the README shows of ${file} is there, line by line`, async () => {
    const rest = linesOf(await readFile(join(root, file), 'utf8'));
    for (const line of linesOf(excerpt)) {
      const at = rest.indexOf(line);
      assert.notEqual(at, -1, `"${line}" is not in ${file}, or not behind what stands before it in the README`);
      rest.splice(0, at + 1);
    }
  });
}

test('every framework has an excerpt', () => {
  const shown = excerpts.map(([, file]) => file?.split('/')[2]);
  for (const name of ['react-18', 'react-19', 'vue', 'svelte', 'angular', 'solid'])
    assert.ok(shown.includes(name), name);
});
