import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LateSocket } from '../../../components/session/late-socket.js';
import { HandSocket } from '../../helpers/hand-socket.js';

const settled = () => new Promise((resolve) => setTimeout(resolve));

test('what is loaded late is heard and told as if it had been there', async () => {
  const real = new HandSocket('ws://host/ws');
  const late = new LateSocket(async () => () => real);
  const heard: unknown[] = [];
  late.onopen = () => heard.push('open');
  late.onmessage = ({ data }) => heard.push(data);
  late.onclose = ({ code }) => heard.push(code);
  assert.equal(late.readyState, 0);
  await settled();
  real.open();
  late.send('a');
  real.onmessage?.({ data: 'b' });
  real.onclose?.({ code: 1000, reason: '' });
  assert.deepEqual(heard, ['open', 'b', 1000]);
  assert.deepEqual(real.sent, ['a']);
  assert.equal(late.readyState, real.readyState);
});

test('closed before it is loaded, it makes no connection and says nothing', async () => {
  let made = 0;
  const late = new LateSocket(async () => () => new HandSocket(`ws://host/${made++}`));
  late.onclose = () => assert.fail('told of its own end');
  late.close();
  await settled();
  assert.equal(made, 0);
  assert.equal(late.readyState, 3);
});

test('what cannot be loaded ends like a connection that does not come about', async () => {
  const late = new LateSocket(() => Promise.reject(new Error('no such file')));
  const end = await new Promise((resolve) => {
    late.onclose = resolve;
  });
  assert.deepEqual(end, { code: 1006, reason: 'no such file' });
});
