import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isAllowedOrigin, readOrigins } from '../../../server-adapter/access/origin.js';
import { startServer } from '../../helpers/server.js';
import { WireClient } from '../../helpers/wire-client.js';

const cases: ReadonlyArray<
  [origin: string | undefined, host: string | undefined, allowed: string[] | '*', expected: boolean]
> = [
  [undefined, 'example.org', [], true],
  ['https://example.org', 'example.org', [], true],
  ['https://EXAMPLE.org', 'example.org', [], true],
  ['https://example.org', 'Example.org', [], true],
  ['http://example.org:8000', 'example.org:8000', [], true],
  ['https://example.org:443', 'example.org', [], true],
  ['https://evil.example', 'example.org', [], false],
  ['https://example.org.evil.example', 'example.org', [], false],
  ['https://example.org:8443', 'example.org', [], false],
  ['https://sub.example.org', 'example.org', [], false],
  ['null', 'example.org', [], false],
  ['', 'example.org', [], false],
  ['file://', '', [], false],
  ['https://example.org', undefined, [], false],
  ['https://evil.example', 'example.org', '*', true],
  ['https://app.example', 'example.org', ['https://app.example'], true],
  ['http://app.example', 'example.org', ['https://app.example'], false],
  ['capacitor://localhost', 'example.org', ['capacitor://localhost'], true],
  ['capacitor://localhost', 'example.org', [], false],
];

for (const [origin, host, allowed, expected] of cases) {
  test(`origin ${origin} at ${host}, allowed ${allowed}: ${expected}`, () => {
    assert.equal(isAllowedOrigin(origin, host, allowed), expected);
  });
}

test('what is no origin is refused as an option', () => {
  assert.deepEqual(readOrigins(undefined), []);
  for (const wrong of ['https://example.org', 5, null]) {
    assert.throws(
      () => readOrigins(wrong),
      /options\.allowedOrigins: got .+, expected a list of origins, or "\*"; write/,
    );
  }
  const expected = 'expected an origin with its scheme and without a path';
  for (const [wrong, says] of [
    ['https://example.org/', `got string "https://example.org/", ${expected}; write "https://example.org"`],
    ['HTTPS://Example.org:443', `got string "HTTPS://Example.org:443", ${expected}; write "https://example.org"`],
    ['example.org', `got string "example.org", ${expected}; write for instance "https://example.org"`],
    ['localhost:3000', `got string "localhost:3000", ${expected}; write for instance "https://example.org"`],
    ['null', `got string "null", ${expected}; write for instance "https://example.org"`],
    [5, `got number 5, ${expected}; write for instance "https://example.org"`],
  ] as const) {
    assert.throws(() => readOrigins(['https://good.example', wrong]), {
      message: `status-messenger: options.allowedOrigins[1]: ${says}`,
    });
  }
});

test('a page of another origin is refused with 4403, and the log says once how to let it in', async (t) => {
  const server = await startServer();
  t.after(server.close);
  for (let i = 0; i < 2; i++) {
    const foreign = new WireClient(`${server.url}/s`, { origin: 'https://evil.example' });
    assert.deepEqual(await foreign.closed(), { code: 4403, reason: 'pages of this origin may not connect' });
    assert.deepEqual(foreign.frames, []);
  }
  assert.equal(server.log.with('allowedOrigins').length, 1);
  for (const origin of [server.http, undefined]) {
    const own = new WireClient(`${server.url}/s`, origin === undefined ? {} : { origin });
    await own.synced();
    await own.close();
  }
});

test('a page of an origin that is allowed is let in', async (t) => {
  const server = await startServer({ allowedOrigins: ['https://app.example'] });
  t.after(server.close);
  const page = new WireClient(`${server.url}/s`, { origin: 'https://app.example' });
  await page.synced();
  await page.close();
});
