import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'rolldown';

const root = fileURLToPath(new URL('../..', import.meta.url));

/**
 * What a page loads, in bytes of gzip. `asked` is where it is to come; `budget` is what it was last and two hundredths. It goes down, but for what users were promised.
 */
const BUDGETS = {
  // Grown by `messages`, `currentStatus`, `currentQuestion`, `results` and `summary`.
  SessionClient: { asked: 5000, budget: 13_650 },
  // Grown by what listeners hear of failures and of questions that are over.
  '<status-messenger>, Lit included': { asked: 13_000, budget: 29_200 },
  // Grown by the timeline's window of rows, and by what becomes of an answer that was begun.
  'the whole kit in one file': { asked: 30_000, budget: 61_500 },
};

/** The size of what a page loads at once that has `source` as its script. What it loads later, or never, does not count. */
async function loaded(source: string): Promise<number> {
  const { output } = await build({
    input: 'page',
    plugins: [
      { name: 'page', resolveId: (id) => (id === 'page' ? id : null), load: (id) => (id === 'page' ? source : null) },
    ],
    resolve: { conditionNames: ['import', 'module', 'browser', 'production'] },
    cwd: root,
    platform: 'browser',
    output: { minify: true },
    write: false,
  });
  const chunks = new Map(output.flatMap((file) => (file.type === 'chunk' ? [[file.fileName, file] as const] : [])));
  const wanted = new Set(output.slice(0, 1).map(({ fileName }) => fileName));
  for (const name of wanted) for (const other of chunks.get(name)?.imports ?? []) wanted.add(other);
  return [...wanted].reduce((sum, name) => sum + gzipped(chunks.get(name)?.code ?? ''), 0);
}

function gzipped(code: string): number {
  return gzipSync(code, { level: 9 }).length;
}

function assertWithin(what: keyof typeof BUDGETS, bytes: number): void {
  const { asked, budget } = BUDGETS[what];
  const note = bytes > asked ? `, asked are ${asked}` : '';
  console.log(`${what}: ${bytes} bytes of gzip${note}`);
  assert.ok(bytes > 1000, 'something was built');
  assert.ok(bytes <= budget, `${what}: got ${bytes} bytes of gzip, expected at most ${budget}${note}`);
}

test('SessionClient stays small', async () => {
  assertWithin(
    'SessionClient',
    await loaded(
      `import { SessionClient } from 'status-messenger/client'; globalThis.client = new SessionClient({ url: '/ws' });`,
    ),
  );
});

test('<status-messenger> stays small', async () => {
  const source = `import ${JSON.stringify(`${root}dist/components/status-messenger/define.js`)};`;
  assertWithin('<status-messenger>, Lit included', await loaded(source));
});

test('the whole kit stays small, is one file, and brings no language but its own', () => {
  const code = readFileSync(`${root}dist/cdn.js`, 'utf8');
  assertWithin('the whole kit in one file', gzipped(code));
  assert.doesNotMatch(code, /\bimport\b/);
  const map = JSON.parse(readFileSync(`${root}dist/cdn.js.map`, 'utf8')) as { readonly sources: readonly string[] };
  assert.deepEqual(
    map.sources.filter((source) => source.includes('words/languages/')),
    [],
  );
});
