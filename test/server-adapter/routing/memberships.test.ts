import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ask } from '../../../server-adapter/index.js';
import { serve } from '../access/support.js';
import { STORES } from '../conversation/tasks-support.js';
import { caughtUp, heardIn, own, page, trusting } from './support.js';

for (const [name, open] of STORES) {
  test(`${name}: those who join get the thread: who is there at once, beginning with what it adds up to, and who comes later`, async (t) => {
    const server = await serve(t, { store: open(t), authorize: trusting });
    const { messenger } = server;
    const [here, device, other] = [
      await page(t, server, 's'),
      await page(t, server, 'phone?user=ann'),
      await page(t, server, 'other'),
    ];
    await messenger.sendToThread('t', own('before'));
    await messenger.join('t', { sessionId: 's' });
    await messenger.join('t', { userId: 'ann' });
    const snapshot = await here.frame(({ type, channel }) => type === 'snapshot' && channel === 'thread:t');
    assert.deepEqual(
      (snapshot.data as { messages: Array<{ data: unknown }> }).messages.map(({ data }) => data),
      ['before'],
    );
    const later = await page(t, server, 's');
    const laptop = await page(t, server, 'laptop?user=ann');
    const { channels } = (await later.type('connected')).data as { channels: object };
    assert.deepEqual(Object.keys(channels), ['session:s', 'thread:t']);
    const sent = await messenger.sendToThread('t', own('after'));
    assert.equal(sent.delivered, 4);
    for (const client of [here, device, later, laptop]) await client.frame(({ data }) => data === 'after');
    await caughtUp(server, other, 'other');
    assert.equal(other.raw.join().includes('after'), false);
  });

  test(`${name}: those who leave get nothing more, whenever they connected`, async (t) => {
    const server = await serve(t, { store: open(t), authorize: trusting });
    const { messenger } = server;
    const before = await page(t, server, 's');
    await messenger.join('t', { sessionId: 's' });
    const after = await page(t, server, 's');
    await messenger.sendToThread('t', own('for members'));
    for (const client of [before, after]) await client.frame(({ data }) => data === 'for members');
    messenger.leave('t', { sessionId: 's' });
    const late = await page(t, server, 's');
    const sent = await messenger.sendToThread('t', own('secret'));
    const unkept = await messenger.sendToThread('t', own('secret, too'), { retry: false });
    assert.deepEqual([sent.delivered, unkept.delivered], [0, 0]);
    for (const client of [before, after, late]) {
      await caughtUp(server, client, 's');
      assert.equal(client.raw.join().includes('secret'), false);
    }
    await messenger.join('t', { sessionId: 's' });
    await before.frame(({ type, channel, data }) => {
      return type === 'snapshot' && channel === 'thread:t' && JSON.stringify(data).includes('secret');
    });
    assert.equal((await messenger.sendToThread('t', own('again'))).delivered, 3);
  });

  test(`${name}: who joins and leaves in the same instant is no member`, async (t) => {
    const server = await serve(t, { store: open(t), authorize: trusting });
    const { messenger } = server;
    const client = await page(t, server, 's');
    const joined = messenger.join('t', { sessionId: 's' });
    messenger.leave('t', { sessionId: 's' });
    await joined;
    assert.equal((await messenger.sendToThread('t', own('secret'))).delivered, 0);
    await caughtUp(server, client, 's');
    assert.equal(client.raw.join().includes('secret'), false);
  });

  test(`${name}: who is a member twice stays one until both are taken back`, async (t) => {
    const server = await serve(t, { store: open(t), authorize: trusting });
    const { messenger } = server;
    const client = await page(t, server, 's?user=ann');
    const delivered = async () => (await messenger.sendToThread('t', own('x'))).delivered;
    await messenger.join('t', { sessionId: 's' });
    await messenger.join('t', { sessionId: 's' });
    await messenger.join('t', { userId: 'ann' });
    assert.equal(await delivered(), 1, 'and gets each message once');
    messenger.leave('t', { sessionId: 's' });
    assert.equal(await delivered(), 1, 'a member as ann');
    messenger.leave('t', { userId: 'ann' });
    assert.equal(await delivered(), 0);
    await caughtUp(server, client, 's');
    assert.deepEqual(heardIn(client, 'thread:t'), ['x', 'x']);
  });
}

test('what authorize granted is not taken back by a call', async (t) => {
  const server = await serve(t, { authorize: trusting });
  const { messenger } = server;
  const client = await page(t, server, 's?thread=t');
  await messenger.join('t', { sessionId: 's' });
  assert.equal((await messenger.sendToThread('t', own(1))).delivered, 1);
  messenger.leave('t', { sessionId: 's' });
  assert.equal((await messenger.sendToThread('t', own(2))).delivered, 1);
  await caughtUp(server, client, 's');
  assert.deepEqual(heardIn(client, 'thread:t'), [1, 2]);
});

test('a page that asks for a thread does not have it for that', async (t) => {
  const server = await serve(t);
  const client = await page(t, server, 's?thread=t&user=ann');
  assert.equal((await server.messenger.sendToThread('t', own('secret'))).delivered, 0);
  assert.equal((await server.messenger.sendToUser('ann', own('secret'))).delivered, 0);
  await caughtUp(server, client, 's');
  assert.equal(client.raw.join().includes('secret'), false);
});

test('who joined a thread resumes it, and answers what is asked in it', async (t) => {
  const server = await serve(t, { authorize: trusting });
  const { messenger } = server;
  await messenger.join('t', { userId: 'ann' });
  const client = await page(t, server, 's?user=ann');
  const { id } = await messenger.sendToThread('t', own(1));
  await messenger.sendToThread('t', own(2));
  const returned = await page(t, server, `s?user=ann&after=thread:t@${id}`);
  assert.deepEqual(heardIn(returned, 'thread:t'), [2]);
  const asked = messenger.runWithSession({ threadId: 't' }, () => ask('Which?'));
  const { data } = await client.frame(({ type }) => type === 'question');
  const { questionId } = data as { questionId: string };
  await client.send({ type: 'answer', ref: 'a', data: { questionId, answer: 'this' } });
  assert.deepEqual((await client.ack('a')).data, { ref: 'a', accepted: true });
  assert.equal(await asked, 'this');
  messenger.leave('t', { userId: 'ann' });
  const again = messenger.runWithSession({ threadId: 't' }, () => ask('And now?'));
  again.catch(() => {});
  await client.send({ type: 'answer', ref: 'b', data: { questionId: 'any', answer: 'x' } });
  const refused = (await client.ack('b')).data as { accepted: boolean };
  assert.equal(refused.accepted, false);
});

test('members come and go while pages do, and none is left over', async (t) => {
  const server = await serve(t, { authorize: trusting });
  const { messenger } = server;
  for (let round = 0; round < 20; round++) {
    const member = { sessionId: `s${round % 3}` };
    const joining = [messenger.join('t', member), messenger.join('t', member)];
    const client = await page(t, server, member.sessionId);
    await Promise.all(joining);
    messenger.leave('t', member);
    if (round % 2) await client.leave();
  }
  assert.equal((await messenger.sendToThread('t', own('x'))).delivered, 0);
});

test('who is nobody can be no member', async (t) => {
  const { messenger } = await serve(t);
  const call = (name: 'join' | 'leave', ...args: unknown[]) => Reflect.apply(messenger[name], messenger, args);
  for (const member of [
    undefined,
    null,
    's',
    {},
    { sessionId: 's', userId: 'u' },
    { sessionId: 'no id' },
    { userId: 5 },
  ]) {
    await assert.rejects(async () => call('join', 't', member), { code: 'invalid' }, JSON.stringify(member));
    assert.throws(() => call('leave', 't', member), { code: 'invalid' }, JSON.stringify(member));
  }
  for (const thread of [undefined, '', 'no id', 5]) {
    await assert.rejects(async () => call('join', thread, { sessionId: 's' }), { code: 'invalid' });
    assert.throws(() => call('leave', thread, { sessionId: 's' }), { code: 'invalid' }, `${thread}`);
  }
  await messenger.close();
  await assert.rejects(messenger.join('t', { sessionId: 's' }), { code: 'closed' });
});
