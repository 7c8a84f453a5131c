import assert from 'node:assert/strict';
import { test } from 'node:test';
import { connectionUrl } from '../../../components/session/index.js';
import { streamUrl } from '../../../components/session/url.js';

const base = 'https://example.org/app/page.html?x=1#top';

const forms: ReadonlyArray<[name: string, url: string, sessionId: string | undefined, expected: string]> = [
  ['a path', '/ws', 'abc', 'wss://example.org/ws/abc'],
  ['a path with a slash at its end', '/ws/', 'abc', 'wss://example.org/ws/abc'],
  ['a relative path', 'ws', 'abc', 'wss://example.org/app/ws/abc'],
  ['https://', 'https://host/ws', 'abc', 'wss://host/ws/abc'],
  ['http://', 'http://host:8000/ws', 'abc', 'ws://host:8000/ws/abc'],
  ['ws://', 'ws://host/ws', 'abc', 'ws://host/ws/abc'],
  ['wss://', 'wss://host/ws', 'abc', 'wss://host/ws/abc'],
  ['//host', '//host/ws', 'abc', 'wss://host/ws/abc'],
  ['a host alone', 'ws://host', 'abc', 'ws://host/abc'],
  ['a placeholder', '/ws/{session-id}/live', 'abc', 'wss://example.org/ws/abc/live'],
  ['a placeholder in camel case', '/ws/{sessionId}', 'abc', 'wss://example.org/ws/abc'],
  ['a placeholder in the query', '/ws?session={session-id}', 'abc', 'wss://example.org/ws?session=abc'],
  ['the whole address without a session id', 'ws://host/ws/abc', undefined, 'ws://host/ws/abc'],
  ['the whole address and a session id, too', 'ws://host/ws/abc', 'abc', 'ws://host/ws/abc'],
  ['a path of one segment that is the id, too', '/ws', 'ws', 'wss://example.org/ws/ws'],
  ['a host and a path of one segment that is the id, too', 'ws://host/ws/', 'ws', 'ws://host/ws/ws'],
  ['the whole address with escapes', '/ws/a%3ab', 'a:b', 'wss://example.org/ws/a%3ab'],
  ['a malformed escape', '/ws/%zz', 'abc', 'wss://example.org/ws/%zz/abc'],
  ['a placeholder with escapes', '/ws/%7Bsession-id%7d', 'abc', 'wss://example.org/ws/abc'],
  ['a placeholder and a slash', '/ws/{session-id}/', 'abc', 'wss://example.org/ws/abc'],
  ['a placeholder, a slash and a query', '/ws/{session-id}/?x=1', 'abc', 'wss://example.org/ws/abc?x=1'],
  ['a query', '/ws?tenant=7', 'abc', 'wss://example.org/ws/abc?tenant=7'],
  ['a fragment', '/ws#here', 'abc', 'wss://example.org/ws/abc'],
  ['an id with every character that it may have', '/ws', 'aA0._~:-', 'wss://example.org/ws/aA0._~:-'],
];

for (const [name, url, sessionId, expected] of forms) {
  test(`url: ${name}`, () => assert.equal(connectionUrl({ url, sessionId, base }), expected));
}

test('url: further parameters are encoded, and those that are there stay', () => {
  const query: Array<[string, string]> = [
    ['token', 'a&b=c'],
    ['after', 'thread:x@epoch000-1'],
  ];
  assert.equal(
    connectionUrl({ url: '/ws?x=1', sessionId: 's', base, query }),
    'wss://example.org/ws/s?x=1&token=a%26b%3Dc&after=thread%3Ax%40epoch000-1',
  );
});

const mistakes: ReadonlyArray<[url: string, sessionId: string | undefined, message: string]> = [
  [
    '',
    'abc',
    'status-messenger: url: got an empty string, expected a path, http(s):// or ws(s)://; write for instance url="/ws"',
  ],
  [
    'http://[',
    'abc',
    'status-messenger: url: got string "http://[", expected a path or a URL; write for instance url="/ws"',
  ],
  [
    'ftp://host/ws',
    'abc',
    'status-messenger: url: got string "ftp://host/ws", expected a path, http(s):// or ws(s)://; write for instance url="/ws"',
  ],
  [
    '/ws',
    'a b',
    'status-messenger: session-id: got string "a b", expected 1–128 characters of A-Z a-z 0-9 . _ ~ : -; replace other characters, for instance by "_"',
  ],
  ...['.', '..'].map(
    (id) =>
      [
        '/ws',
        id,
        `status-messenger: session-id: got string "${id}", expected an id that can stand in a path; a URL takes "." and ".." for folders`,
      ] as [string, string, string],
  ),
  [
    '/ws/{session-id}',
    undefined,
    'status-messenger: session-id: got nothing, expected a session id for the placeholder in "/ws/{session-id}"; set session-id',
  ],
];

for (const [url, sessionId, message] of mistakes) {
  test(`url: "${url}" with ${sessionId} is a mistake that is named`, () => {
    assert.throws(() => connectionUrl({ url, sessionId, base }), { message });
  });
}

test('url: a relative one without a page to be relative to is named', () => {
  assert.throws(
    () => connectionUrl({ url: '/ws', sessionId: 's' }),
    /url: got string "\/ws", expected a whole URL where there is no page; write for instance "wss:\/\/example\.org\/ws", or set base/,
  );
});

for (const [url, expected] of [
  ['ws://host:8000/ws/abc', 'http://host:8000/sse/abc'],
  [
    'wss://host/ws/abc?token=a%20b&after=x-1&after=thread:t@y-2',
    'https://host/sse/abc?token=a%20b&after=x-1&after=thread:t@y-2',
  ],
  ['wss://host/base/ws/ws/abc', 'https://host/base/ws/sse/abc'],
  ['wss://host/ws/a~b.c:%20', 'https://host/sse/a~b.c:%20'],
  ['wss://host/ws/tasks/abc', 'https://host/sse/tasks/abc'],
  ['wss://host/ws/tasks', 'https://host/sse/tasks'],
  ['wss://host/live/abc', undefined],
  ['wss://host/ws/abc/', undefined],
  ['wss://host/ws/abc/more', undefined],
  ['wss://host/abc?x=/ws/abc', undefined],
  ['wss://host/ws', undefined],
  ['wss://host/news/abc', undefined],
] as const) {
  test(`url: the stream beside ${url}`, () => {
    assert.equal(streamUrl(url), expected);
  });
}
