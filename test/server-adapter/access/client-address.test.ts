import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addressGroup, clientAddress } from '../../../server-adapter/access/client-address.js';

for (const [header, proxies, expected] of [
  ['1.1.1.1', 0, 'socket'],
  [undefined, 0, 'socket'],
  [undefined, 1, 'socket'],
  ['', 1, 'socket'],
  ['1.1.1.1', 1, '1.1.1.1'],
  ['6.6.6.6, 1.1.1.1', 1, '1.1.1.1'],
  ['6.6.6.6,1.1.1.1 , 2.2.2.2', 2, '1.1.1.1'],
  [['6.6.6.6', '1.1.1.1'], 1, '1.1.1.1'],
  ['1.1.1.1', 2, '1.1.1.1'],
  ['6.6.6.6, 1.1.1.1:51234', 1, '1.1.1.1'],
  ['6.6.6.6, 2001:db8::1', 1, '2001:db8::1'],
  ['6.6.6.6, [2001:db8::1]:51234', 1, '2001:db8::1'],
  ['6.6.6.6, [2001:db8::1]', 1, '2001:db8::1'],
] as const) {
  test(`behind ${proxies} proxies, ${JSON.stringify(header)} comes from ${expected}`, () => {
    assert.equal(clientAddress('socket', header, proxies), expected);
  });
}

test('a request without a socket has no address', () => {
  assert.equal(clientAddress(undefined, '6.6.6.6', 0), undefined);
});

const group = '2001:db8:0:7::/64';
for (const [address, expected] of [
  ['1.2.3.4', '1.2.3.4'],
  ['::ffff:1.2.3.4', '1.2.3.4'],
  ['::FFFF:1.2.3.4', '1.2.3.4'],
  ['2001:db8:0:7:1:2:3:4', group],
  ['2001:db8:0:7::', group],
  ['2001:0DB8:0000:0007:ffff::9', group],
  ['2001:db8::7:0:0:0:4', group],
  ['2001:db8:0:8::1', '2001:db8:0:8::/64'],
  ['::1', '0:0:0:0::/64'],
  ['::', '0:0:0:0::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ['unknown', 'unknown'],
  ['1:2', '1:2'],
  ['', ''],
] as const) {
  test(`${address} is counted as ${expected}`, () => {
    assert.equal(addressGroup(address), expected);
  });
}
