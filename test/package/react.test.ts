import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createElement } from 'react';
import { renderToString } from 'react-dom/server';
import { initialState } from 'status-messenger/protocol';
import { StatusMessenger, StatusPanel } from 'status-messenger/react';

test("React's components: a server writes what attributes can say, and nothing else", () => {
  const props = { url: '/ws', sessionId: 'abc', getToken: () => 'secret', onMessage: () => {}, className: 'mine' };
  const html = renderToString(createElement(StatusMessenger, { ...props, paused: false, token: null }));
  assert.equal(html, '<status-messenger url="/ws" session-id="abc" class="mine"></status-messenger>');
  const panel = createElement(StatusPanel, { paused: true, htmlFor: 'a', session: null, variant: 'compact' });
  assert.match(renderToString(panel), /^<status-panel paused="" for="a" variant="compact"><\/status-panel>$/);
  const known = renderToString(createElement(StatusPanel, { snapshot: initialState, style: { color: 'red' } }));
  const [, json = ''] = /^<status-panel snapshot="([^"]*)" style="color:red"><\/status-panel>$/.exec(known) ?? [];
  assert.deepEqual(JSON.parse(json.replaceAll('&quot;', '"')), initialState);
});
