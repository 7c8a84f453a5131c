import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { promisify } from 'node:util';

const execute = promisify(execFile);

/** Runs a module against the built package, and answers what it printed as JSON. */
async function inNode(source: string): Promise<unknown> {
  const { stdout, stderr } = await execute(process.execPath, ['--input-type=module', '--eval', source]);
  assert.equal(stderr, '');
  return JSON.parse(stdout);
}

/** Answers the names of all packages that a module brings with it. */
const loadedPackages = (entry: string) => `
  import { register } from 'node:module';
  import { MessageChannel } from 'node:worker_threads';
  const { port1, port2 } = new MessageChannel();
  const seen = new Set();
  port1.on('message', (specifier) => seen.add(specifier));
  port1.unref();
  const hooks = 'export let port; export function initialize(data) { port = data; } export async function resolve(s, c, n) { port.postMessage(s); return n(s, c); }';
  register('data:text/javascript,' + encodeURIComponent(hooks), { data: port2, transferList: [port2] });
  await import(${JSON.stringify(entry)});
  await new Promise((resolve) => setTimeout(resolve, 50));
  const bare = [...seen].filter((s) => !/^(node:|file:|\\.|\\/|data:)/.test(s)).sort();
  console.log(JSON.stringify(bare));
  process.exit();
`;

test("'status-messenger/server' loads ws and Node's own modules, nothing else", async () => {
  const builtin = new Set(['buffer', 'crypto', 'events', 'http', 'https', 'net', 'stream', 'tls', 'url', 'zlib']);
  const loaded = await inNode(loadedPackages('status-messenger/server'));
  assert.ok(Array.isArray(loaded));
  assert.deepEqual(
    loaded.filter((name) => !builtin.has(name)),
    ['status-messenger/server', 'ws'],
  );
});

test("'status-messenger/protocol' loads nothing", async () => {
  assert.deepEqual(await inNode(loadedPackages('status-messenger/protocol')), ['status-messenger/protocol']);
});

test("'status-messenger/client' loads nothing", async () => {
  assert.deepEqual(await inNode(loadedPackages('status-messenger/client')), ['status-messenger/client']);
});

test("'status-messenger/testing' loads nothing", async () => {
  assert.deepEqual(await inNode(loadedPackages('status-messenger/testing')), ['status-messenger/testing']);
});

for (const [entry, framework] of [
  ['react', /^react$/],
  ['vue', /^(@?vue(\/|$)|@babel\/parser|entities|estree-walker|source-map-js)/],
  ['svelte', /^(svelte(\/|$)|clsx|esm-env|#client\/)/],
  ['angular', /^(@angular\/core(\/|$)|rxjs(\/|$))/],
] as const) {
  test(`'status-messenger/${entry}' loads its own framework, and no other`, async () => {
    const loaded = await inNode(loadedPackages(`status-messenger/${entry}`));
    assert.ok(Array.isArray(loaded));
    const own = /^(status-messenger\/|lit(-html|-element)?(\/|$)|@lit\/|@lit-labs\/ssr-dom-shim)/;
    assert.deepEqual(
      loaded.filter((name) => !own.test(name) && !framework.test(name)),
      [],
    );
    assert.ok(loaded.some((name) => framework.test(name)));
    // Only React's components bring their elements along.
    assert.equal(
      loaded.some((name) => /^lit(\/|$)/.test(name)),
      entry === 'react',
    );
  });
}

test("'status-messenger' and 'status-messenger/define' in Node neither throw nor register", async () => {
  const source = `
    import { StatusMessengerElement } from 'status-messenger';
    const before = typeof globalThis.customElements?.get('status-messenger');
    await import('status-messenger/define');
    console.log(JSON.stringify([typeof StatusMessengerElement, before, typeof globalThis.HTMLElement, typeof globalThis.window]));
  `;
  assert.deepEqual(await inNode(source), ['function', 'undefined', 'undefined', 'undefined']);
});

/** The elements that stand beside `<status-messenger>`. */
const COMPANIONS = ['Attention', 'Connection', 'Controls', 'Panel', 'Progress', 'Question', 'Results', 'Timeline'];

test('an element can be made in Node, for server rendering, and touches nothing', async () => {
  const source = `
    import { customElements } from '@lit-labs/ssr-dom-shim';
    import * as kit from 'status-messenger';
    customElements.define('status-messenger', kit.StatusMessengerElement);
    const element = new kit.StatusMessengerElement();
    element.url = '/ws';
    element.sessionId = 'abc';
    for (const name of ${JSON.stringify(COMPANIONS)}) {
      customElements.define(\`status-\${name.toLowerCase()}\`, kit[\`Status\${name}Element\`]);
      new kit[\`Status\${name}Element\`]().htmlFor = 'a';
    }
    console.log(JSON.stringify([element.state.phase, element.connection.status, element.hasAttribute('url')]));
  `;
  assert.deepEqual(await inNode(source), ['idle', 'idle', false]);
});

test('every entry has what the README names', async () => {
  const source = `
    const names = async (entry) => Object.keys(await import(entry));
    const wanted = {
      'status-messenger': ['StatusMessengerElement', ...${JSON.stringify(COMPANIONS.map((name) => `Status${name}Element`))}, 'SessionClient', 'setWords', 'startStatusUpdates'],
      'status-messenger/words/de': ['de'],
      'status-messenger/words/ar': ['ar'],
      'status-messenger/client': ['SessionClient', 'connectionUrl'],
      'status-messenger/server': ['StatusMessenger', 'addStatusMessage', 'getStatusMessages', 'streamStatusUpdates', 'setupStatusMessenger', 'runWithSession', 'currentContext', 'progress', 'step', 'track', 'ask', 'result', 'complete', 'fail', 'withAgent', 'publishAgentEvent', 'PublicError', 'UnansweredError'],
      'status-messenger/server/sqlite': ['SqliteStore'],
      'status-messenger/server/tokens': ['SessionTokens'],
      'status-messenger/react': ['useStatusMessenger', 'StatusMessenger', ...${JSON.stringify(COMPANIONS.map((name) => `Status${name}`))}],
      'status-messenger/vue': ['useStatusMessenger'],
      'status-messenger/svelte': ['statusMessenger'],
      'status-messenger/angular': ['injectStatusMessenger'],
      'status-messenger/testing': ['ManualClock', 'TestSession', 'seededRandom'],
      'status-messenger/protocol': ['apply', 'initialState', 'LIMITS', 'CloseCode', 'parsePosition'],
    };
    const missing = [];
    for (const [entry, list] of Object.entries(wanted)) {
      const had = await names(entry);
      for (const name of list) if (!had.includes(name)) missing.push(entry + ' ' + name);
    }
    console.log(JSON.stringify(missing));
  `;
  assert.deepEqual(await inNode(source), []);
});
