import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { LitElementRenderer, render } from '@lit-labs/ssr';
import { collectResult } from '@lit-labs/ssr/lib/render-result.js';
import type { TemplateResult } from 'lit';
import { html, unsafeStatic } from 'lit/static-html.js';
import { parseFragment } from 'parse5';
import { type SessionSource, stillSession } from 'status-messenger';
import 'status-messenger/define';
import 'status-messenger/words/de';
import type { ChannelState } from 'status-messenger/protocol';
import { TestSession } from 'status-messenger/testing';

const COMPANIONS = ['attention', 'connection', 'controls', 'progress', 'question', 'results', 'timeline'].map(
  (name) => `status-${name}`,
);
const TAGS = [...COMPANIONS, 'status-messenger', 'status-panel'];

/** What closes every place that a text can stand in, were it not escaped. */
const HOSTILE = `"'><script>alert(1)</script></template><!--x--><img src=x onerror=alert(1)>`;

/** A session in which everything has happened that elements show, all of it said in one text. */
function talkative(text: string): ChannelState {
  const session = new TestSession();
  session.status(text, { agent: text });
  const step = session.stepStarted(text);
  session.progress({ value: 3, max: 12, label: text, message: text, unit: text }, undefined, { step });
  session.progress({ value: 3, max: 12, label: text, message: text, unit: text });
  session.result(text, { [text]: [text, { [text]: text }] });
  session.result('Writer', text);
  session.question(text, { choices: [text, { value: text, label: text }], default: text }, { agent: text });
  return session.state;
}

const made = (template: TemplateResult) => collectResult(render(template));
const alone = (name: string) => html`<${unsafeStatic(name)}></${unsafeStatic(name)}>`;
const handed = (name: string, session: SessionSource) =>
  html`<${unsafeStatic(name)} .session=${session}></${unsafeStatic(name)}>`;
const inMessenger = (state: ChannelState, name: string) =>
  html`<status-messenger url="/ws" snapshot=${JSON.stringify(state)}><p>${alone(name)}</p></status-messenger>`;

/** The texts of a piece of HTML as a browser reads it, those in shadow roots included, and the names of all its elements and attributes. */
function read(source: string) {
  const texts: string[] = [];
  const names = new Set<string>();
  const visit = (node: object): void => {
    if ('value' in node) texts.push(String(node.value).trim());
    if ('tagName' in node) names.add(String(node.tagName));
    if ('attrs' in node && Array.isArray(node.attrs)) for (const { name } of node.attrs) names.add(name);
    if (('tagName' in node && node.tagName === 'style') || node === null) return;
    if ('childNodes' in node && Array.isArray(node.childNodes)) node.childNodes.forEach(visit);
    if ('content' in node && typeof node.content === 'object' && node.content) visit(node.content);
  };
  visit(parseFragment(source));
  return { text: texts.join(' ').replace(/\s+/g, ' '), names };
}

/** What is written to the console meanwhile. */
function consoleOf(t: TestContext): string[] {
  const said: string[] = [];
  for (const kind of ['error', 'warn'] as const)
    t.mock.method(console, kind, (text: unknown) => said.push(String(text)));
  return said;
}

for (const name of TAGS) {
  test(`<${name}> is rendered by itself, and leaves nothing behind`, async (t) => {
    const said = consoleOf(t);
    const timers = () => process.getActiveResourcesInfo().filter((one) => one === 'Timeout').length;
    const before = timers();
    const source = await made(alone(name));
    assert.match(source, new RegExp(`<${name}[^>]*><template shadowroot="open"`));
    assert.deepEqual([said, timers(), typeof globalThis.document], [[], before, 'undefined']);
  });
}

/** What each shows of a session that has `TEXT` everywhere. */
const SHOWN: Readonly<Record<string, string>> = {
  'status-connection': 'Connecting…',
  'status-controls': 'Stop',
  'status-progress': '25% TEXT 3 of 12 TEXT',
  'status-question': 'Question from TEXT TEXT',
  'status-results': 'Writer Copy TEXT',
  'status-timeline': 'Result of TEXT',
};

for (const [name, shown] of Object.entries(SHOWN)) {
  test(`<${name}> shows the session of the <status-messenger> around it, and one that it is handed`, async () => {
    const state = talkative('TEXT');
    const handedIn = handed(name, stillSession(state, true));
    for (const template of [inMessenger(state, name), handedIn]) {
      const { text } = read(await made(template));
      assert.ok(text.includes(shown), `${shown} in ${text}`);
    }
    assert.ok(!read(await made(alone(name))).text.includes('TEXT'));
  });
}

test('<status-panel> shows all of a session that is handed in, in one language', async () => {
  const panel = html`<status-panel lang="de" url="/ws" snapshot=${JSON.stringify(talkative('TEXT'))}></status-panel>`;
  const { text } = read(await made(panel));
  for (const shown of ['Wartet auf Sie', 'Verbindung wird aufgebaut…', '3 von 12 TEXT', 'Writer', 'Anhalten'])
    assert.ok(text.includes(shown), `${shown} in ${text}`);
});

test('a panel without a url shows the session around it', async () => {
  const { text } = read(await made(inMessenger(talkative('TEXT'), 'status-panel')));
  assert.ok(text.includes('3 of 12 TEXT'));
});

test('nobody shows a session that another element is named for', async () => {
  const named = html`<status-messenger url="/ws" snapshot=${JSON.stringify(talkative('TEXT'))}>
    <status-results for="other"></status-results>
  </status-messenger>`;
  assert.ok(read(await made(named)).text.includes('No results yet'));
});

test('what a session says becomes text and nothing else', async () => {
  const kit = (state: ChannelState) => html`
    <status-panel url="/ws" snapshot=${JSON.stringify(state)}></status-panel>
    ${TAGS.map((name) => inMessenger(state, name))}
  `;
  const [harmless, hostile] = await Promise.all(
    ['TEXT', HOSTILE].map(async (text) => read(await made(kit(talkative(text))))),
  );
  assert.ok(hostile?.text.includes(HOSTILE));
  assert.deepEqual(hostile?.names, harmless?.names);
});

test('nothing of what is rendered depends on the moment or the time zone', async (t) => {
  const state = talkative('TEXT');
  const template = html`${TAGS.map((name) => inMessenger(state, name))}`;
  const before = await made(template);
  t.mock.timers.enable({ apis: ['Date'], now: Date.now() + 3_600_000 });
  process.env.TZ = 'Pacific/Kiritimati';
  assert.equal(await made(template), before);
});

test('what is no state is told, and left out', async (t) => {
  const said = consoleOf(t);
  const huge = JSON.stringify(talkative('x'.repeat(4000))) + ' '.repeat(300_000);
  for (const snapshot of ['{', '', 'null', '[]', '{"phase":"running"}', huge]) {
    const source = await made(html`<status-messenger snapshot=${snapshot}></status-messenger>`);
    assert.match(source, /data-states="idle"/);
  }
  assert.equal(said.length, 6);
  for (const text of said) assert.match(text, /^status-messenger: snapshot: got .*, expected the state of a session; /);
});

test('an element whose connectedCallback is called on the server, too, is rendered the same', async (t) => {
  const template = html`${TAGS.map((name) => inMessenger(talkative('TEXT'), name))}`;
  const before = await made(template);
  LitElementRenderer.renderOptions.push(() => ({ connectedCallback: true }));
  t.after(() => LitElementRenderer.renderOptions.pop());
  assert.equal(await made(template), before);
});
