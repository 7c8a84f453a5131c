import assert from 'node:assert/strict';
import { test } from 'node:test';
import { get } from 'svelte/store';
import { createSSRApp, h } from 'vue';
import { renderToString as renderVue } from 'vue/server-renderer';
import { statusMessenger } from '../../../components/frameworks/svelte/index.js';
import { useStatusMessenger } from '../../../components/frameworks/vue/index.js';
import { HandSocket } from '../../helpers/hand-socket.js';

const options = { url: 'http://localhost/ws', sessionId: 'abc', WebSocket: HandSocket };
const timers = () => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;

test('Vue: on a server nothing is connected, and a session without words is rendered', async () => {
  const before = timers();
  const app = createSSRApp({
    setup() {
      // biome-ignore lint/correctness/useHookAtTopLevel: it is Vue's, which is called in setup().
      const { isConnected, currentStatus, messages, connection } = useStatusMessenger(() => options);
      return () => h('p', JSON.stringify([isConnected.value, currentStatus.value, messages.value, connection.value]));
    },
  });
  assert.equal(await renderVue(app), '<p>[false,&quot;&quot;,[],{&quot;status&quot;:&quot;idle&quot;}]</p>');
  assert.equal(HandSocket.all.length, 0);
  assert.equal(timers(), before);
});

test('Svelte: on a server nothing is connected, whoever subscribes', () => {
  const before = timers();
  const { isConnected, currentStatus, question } = get(statusMessenger(options));
  assert.deepEqual([isConnected, currentStatus, question], [false, '', null]);
  assert.equal(HandSocket.all.length, 0);
  assert.equal(timers(), before);
});

test('what is no options, or no client, is said at once', () => {
  for (const [wrong, message] of [
    [undefined, /options of the session: got nothing, expected an object; pass for instance \{ url/],
    [{ client: {} }, /client: got an object with no fields, expected a SessionClient, or a TestSession; make one/],
    [{ client: null }, /client: got null/],
  ] as const) {
    assert.throws(() => Reflect.apply(statusMessenger, undefined, [wrong]), { code: 'invalid', message });
  }
});

test('options that there are not are said at once', () => {
  const wrong = { ...options, sessionID: 'abc' };
  assert.throws(() => statusMessenger(wrong), { code: 'invalid', message: /got "sessionID", expected url, sessionId/ });
});
