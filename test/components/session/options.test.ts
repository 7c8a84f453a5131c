import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { SessionClient } from '../../../components/session/index.js';
import { complaints, reset } from './setup.js';

beforeEach(reset);

/** As a page does that no compiler has looked at. */
function make(...args: unknown[]): SessionClient {
  return Reflect.construct(SessionClient, args);
}

for (const [args, message] of [
  [[], 'new SessionClient: got nothing, expected an object with url; pass for instance { url: "/ws" }'],
  [['/ws'], 'new SessionClient: got string "/ws", expected an object with url; pass for instance { url: "/ws" }'],
  [
    [{ url: '/ws', getToken: 'secret' }],
    'new SessionClient: getToken: got string "secret", expected a function; pass what never changes as token',
  ],
] as const) {
  test(`what no client can be made of is named: ${JSON.stringify(args)}`, () => {
    assert.throws(() => make(...args), { code: 'invalid', message: `status-messenger: ${message}` });
  });
}

test('a name that no option has is named, and those that there are', () => {
  assert.throws(() => make({ url: '/ws', sesionId: 's' }), {
    code: 'invalid',
    message: /^status-messenger: new SessionClient: got "sesionId", expected url, sessionId, .+; check its spelling$/,
  });
});

test('an option that is undefined is as one that is left out', () => {
  const names = ['sessionId', 'threadId', 'userId', 'token', 'getToken', 'decode', 'reconnectDelay', 'storage'];
  make({ url: 'ws://server/ws', ...Object.fromEntries(names.map((name) => [name, undefined])) });
});

test('without a url it is refused when it connects, and says what to write', () => {
  const client = make({ sessionId: 's' });
  client.connect();
  assert.equal(client.connection.status, 'refused');
  assert.deepEqual(complaints(), [
    'status-messenger: url: got nothing, expected a path or a URL; write for instance url="/ws"',
  ]);
});
