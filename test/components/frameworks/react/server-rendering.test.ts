import assert from 'node:assert/strict';
import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { type TestContext, test } from 'node:test';
import { createElement, StrictMode } from 'react';
import { renderToPipeableStream, renderToString } from 'react-dom/server';
import type { UseStatusMessengerOptions } from '../../../../components/frameworks/react/options.js';
import { useStatusMessenger } from '../../../../components/frameworks/react/use-status-messenger.js';

function Viewer({ options }: { options: UseStatusMessengerOptions }) {
  const { isConnected, messages, currentQuestion, currentStatus, agentResults, finalSummary, connection } =
    useStatusMessenger(options);
  const shown = { isConnected, messages, currentQuestion, currentStatus, agentResults, finalSummary, connection };
  return createElement('p', null, btoa(JSON.stringify(shown)));
}

const NOTHING = {
  isConnected: false,
  messages: [],
  currentQuestion: null,
  currentStatus: '',
  agentResults: {},
  finalSummary: null,
  connection: { status: 'idle' },
};

const shownIn = (html: string): unknown => JSON.parse(atob(/<p>([^<]*)<\/p>/.exec(html)?.[1] ?? ''));

/** Counts the sockets that are opened while the test runs. */
function countSockets(t: TestContext): () => number {
  let count = 0;
  const before = Object.getOwnPropertyDescriptor(globalThis, 'WebSocket');
  class Counted {
    constructor() {
      count++;
    }
  }
  Object.defineProperty(globalThis, 'WebSocket', { configurable: true, value: Counted });
  t.after(() => {
    if (before) Object.defineProperty(globalThis, 'WebSocket', before);
    else Reflect.deleteProperty(globalThis, 'WebSocket');
  });
  return () => count;
}

test('on a server nothing is connected, asked, told or left, and a session without words is rendered', async (t) => {
  const sockets = countSockets(t);
  const calls: string[] = [];
  const getToken = () => void calls.push('getToken');
  const onStatus = () => calls.push('onStatus');
  const timers = () => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
  const before = timers();
  const options = { clientId: 'user-123', getToken, onStatus };
  const viewer = createElement(StrictMode, null, createElement(Viewer, { options }));
  assert.deepEqual(shownIn(renderToString(viewer)), NOTHING);

  const stream = renderToPipeableStream(viewer);
  const output = new PassThrough();
  stream.pipe(output);
  const [html] = await Promise.all([text(output), once(output, 'end')]);
  assert.deepEqual(shownIn(html), NOTHING);
  assert.equal(typeof document, 'undefined');
  assert.equal(sockets(), 0);
  assert.deepEqual(calls, []);
  assert.equal(timers(), before);
});

test('without a clientId and a client it says what is missing', () => {
  const render = (options: object) =>
    renderToString(createElement(Viewer, { options: options as UseStatusMessengerOptions }));
  for (const options of [{}, { clientId: undefined }, { clientId: 5 }, { clientId: null }]) {
    assert.throws(() => render(options), {
      code: 'invalid',
      message: /^status-messenger: useStatusMessenger: clientId: got .*, expected the id of a session/,
    });
  }
});
