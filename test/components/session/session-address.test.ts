import assert from 'node:assert/strict';
import { test } from 'node:test';
import { keptName, sessionUrl } from '../../../components/session/session-address.js';

test('the address of a session names what else it watches, before the rest', () => {
  const options = { url: 'ws://server/ws?a=1', sessionId: 's', threadId: 't', userId: 'u' };
  assert.equal(sessionUrl(options, [['token', 'x']]), 'ws://server/ws/s?a=1&thread=t&user=u&token=x');
  assert.equal(sessionUrl({ url: '/ws', base: 'https://server/app/' }, []), 'wss://server/ws');
});

test('frames are kept by the address without its token, for each session, thread and user', () => {
  assert.equal(
    keptName({ url: 'ws://server/ws?token=a&b=1', sessionId: 's' }),
    'status-messenger ws://server/ws/s?b=1',
  );
  const names = [{}, { sessionId: 's' }, { threadId: 's' }, { userId: 's' }].map((ids) =>
    keptName({ url: 'ws://server/ws', ...ids }),
  );
  assert.equal(new Set(names).size, 4);
});

test('an address that cannot be throws', () => {
  assert.throws(() => keptName({ url: 'ftp://server/ws' }), { code: 'invalid' });
});
