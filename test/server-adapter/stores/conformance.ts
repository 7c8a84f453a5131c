import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { seededRandom } from '../../../components/testing/index.js';
import {
  applyAll,
  type ChannelName,
  type Clock,
  initialState,
  LIMITS,
  type Message,
  parsePosition,
} from '../../../protocol/index.js';
import { payloadOf } from '../../../server-adapter/channels/websocket-frames.js';
import { compose } from '../../../server-adapter/compose.js';
import type { ChannelStore, TailBounds } from '../../../server-adapter/index.js';
import { seedFromEnvironment } from '../../helpers/random.js';
import { HOUR, Listener, NOW, read, SettableClock, say, status, tail } from './support.js';

export interface ConformanceOptions {
  readonly clock: Clock;
  readonly tail?: Partial<TailBounds>;
  readonly idle?: number;
  readonly channels?: number;
}

/** What every store promises. `open` makes an empty one; whatever it leaves behind is removed with the test. */
export function conformance(name: string, open: (t: TestContext, options: ConformanceOptions) => ChannelStore): void {
  const seed = seedFromEnvironment();

  /** A test with a store of its own, which is closed with it. */
  function check(
    what: string,
    options: Omit<ConformanceOptions, 'clock'>,
    run: (set: { store: ChannelStore; user: Listener; clock: SettableClock }) => Promise<void>,
  ): void {
    test(`${name}: ${what}`, async (t) => {
      const clock = new SettableClock(NOW);
      const store = open(t, { clock, ...options });
      const user = new Listener();
      store.use(user);
      await run({ store, user, clock });
      await store.close();
    });
  }

  check('messages get positions that count, and their frames carry position and time', {}, async ({ store, clock }) => {
    const log = await store.retain('session:s');
    assert.equal(log.name, 'session:s');
    assert.equal(log.seq, 0);
    assert.deepEqual(log.state(), initialState);
    assert.equal(log.latestStatus, undefined);
    const first = await say(store, 'session:s', 'ä');
    assert.equal(first, `${log.epoch}-1`);
    clock.advance(5);
    assert.equal(await say(store, 'session:s', { type: 'own', data: { a: 1 }, agent: 'b' }), `${log.epoch}-2`);
    assert.deepEqual(read(log.frame(1)), { type: 'status', data: 'ä', id: first, ts: NOW });
    assert.deepEqual(read(log.frame(2)), {
      type: 'own',
      data: { a: 1 },
      agent: 'b',
      id: `${log.epoch}-2`,
      ts: NOW + 5,
    });
    assert.equal(log.frame(0), undefined);
    assert.equal(log.frame(3), undefined);
    assert.equal(log.stretch(3), undefined);
    assert.equal(log.latestStatus, log.frame(1));
    assert.equal(log.state().status?.text, 'ä');
  });

  check('channels are apart, and each has an epoch of its own', {}, async ({ store }) => {
    const [a, b] = [await say(store, 'session:a', 'to a'), await say(store, 'thread:a', 'to b')].map(parsePosition);
    assert.equal(a?.seq, 1);
    assert.equal(b?.seq, 1);
    assert.match(a?.epoch ?? '', /^[a-z0-9]{8,64}$/);
    assert.notEqual(a?.epoch, b?.epoch);
    assert.deepEqual(parsePosition(await say(store, 'session:a')), { epoch: a?.epoch, seq: 2 });
    assert.equal(read(store.peek('session:a')?.latestStatus).data, 'x');
    assert.equal(read(store.peek('thread:a')?.latestStatus).data, 'to b');
    const names = Array.from({ length: 200 }, (_, i): ChannelName => `user:${i}`);
    const positions = await Promise.all(names.map((user) => say(store, user)));
    assert.equal(new Set(positions.map((position) => parsePosition(position)?.epoch)).size, 200);
  });

  check('what one turn says is stored in the order of the calls', {}, async ({ store }) => {
    const names: ChannelName[] = ['session:a', 'session:b', 'user:c'];
    const said = Array.from({ length: 300 }, (_, i) => ({ channel: names[i % 3] as ChannelName, text: `${i}` }));
    const positions = await Promise.all(said.map(({ channel, text }) => say(store, channel, text)));
    for (const [i, { channel, text }] of said.entries()) {
      assert.equal(parsePosition(positions[i])?.seq, Math.floor(i / 3) + 1);
      assert.equal(read(store.peek(channel)?.frame(Math.floor(i / 3) + 1)).data, text);
    }
  });

  check('whoever listens hears of a message when it can be read, and not before', {}, async ({ store, user }) => {
    const log = await store.retain('session:s');
    const heard: number[] = [];
    user.onAppended = (channel) => heard.push(store.peek(channel)?.seq ?? 0);
    let isStored = false;
    const stored = say(store, 'session:s').then(() => {
      isStored = true;
    });
    if (log.seq === 0) assert.deepEqual([log.frame(1), log.latestStatus, heard.length], [undefined, undefined, 0]);
    await stored;
    assert.ok(isStored);
    await say(store, 'session:s');
    await say(store, 'user:u');
    assert.deepEqual(user.heard, ['session:s', 'session:s', 'user:u']);
    assert.deepEqual(heard, [1, 2, 1]);
  });

  check('a stretch holds the frames as they go over the wire', {}, async ({ store }) => {
    const log = await store.retain('session:s');
    for (let i = 1; i <= 50; i++) await say(store, 'session:s', 'é'.repeat(i));
    for (let seq = 1; seq <= 50; ) {
      const stretch = log.stretch(seq);
      assert.ok(stretch && stretch.count >= 1 && seq + stretch.count <= 51);
      assert.equal(payloadOf(stretch.bytes).subarray(0, 8).toString(), '{"type":');
      seq += stretch.count;
    }
  });

  check('the tail is bounded by count', { tail: { count: 16 } }, async ({ store }) => {
    const log = await store.retain('session:s');
    for (let i = 1; i <= 16; i++) await say(store, 'session:s', `${i}`);
    assert.equal(tail(log).length, 16, 'the bound itself is allowed');
    for (let i = 17; i <= 100; i++) {
      await say(store, 'session:s', `${i}`);
      const kept = tail(log);
      assert.ok(kept.length <= 16 && kept.length >= 14, `${kept.length}`);
      assert.deepEqual([kept[0], kept.at(-1)], [i - kept.length + 1, i]);
    }
    assert.equal(log.state().status?.text, '100');
    assert.equal(log.state().messages.length, 100);
  });

  check('the tail is bounded by bytes, and the last message always stays', { tail: { bytes: 4096 } }, async (set) => {
    const log = await set.store.retain('session:s');
    for (let i = 1; i <= 100; i++) {
      await say(set.store, 'session:s', 'x'.repeat(i * 3));
      const bytes = tail(log).reduce((sum, seq) => sum + (log.frame(seq)?.length ?? 0), 0);
      assert.ok(bytes <= 4096, `${bytes}`);
      assert.equal(tail(log).at(-1), i);
    }
    assert.ok(tail(log).length > 5);
    await say(set.store, 'session:s', 'x'.repeat(10_000));
    assert.deepEqual(tail(log), [101]);
  });

  check('the tail is bounded by age: sweeping folds what is older', { tail: { age: 1000 } }, async (set) => {
    const { store, clock } = set;
    const log = await store.retain('session:s');
    await say(store, 'session:s', 'old');
    await say(store, 'session:s', 'older than its bound, but the last');
    clock.advance(1000);
    store.sweep();
    assert.deepEqual(tail(log), [1, 2], 'the bound itself is allowed');
    clock.advance(1);
    store.sweep();
    assert.deepEqual(tail(log), [2]);
    assert.equal(log.canContinue({ epoch: log.epoch, seq: 0 }), false);
    assert.equal(log.canContinue({ epoch: log.epoch, seq: 1 }), true);
    assert.equal(log.state().messages.length, 2);
  });

  check('who listens can read what is about to go, message by message', { tail: { count: 8 } }, async (set) => {
    const { store, user } = set;
    const log = await store.retain('session:s');
    let reached = 0;
    const texts: unknown[] = [];
    const pump = () => {
      for (; reached < log.seq; reached++) texts.push(read(log.frame(reached + 1)).data);
    };
    user.onDropping = pump;
    const all = Array.from({ length: 100 }, (_, i) => `${i}`);
    await Promise.all(all.map((text) => say(store, 'session:s', text)));
    pump();
    assert.deepEqual(texts, all);
  });

  check(
    'it can be gone on from the last position before the tail up to the head',
    { tail: { count: 8 } },
    async (set) => {
      const log = await set.store.retain('session:s');
      const can = (seq: number, epoch = log.epoch) => log.canContinue({ epoch, seq });
      assert.equal(can(0), true, 'an empty log continues from its beginning');
      assert.equal(can(1), false);
      for (let i = 1; i <= 9; i++) await say(set.store, 'session:s');
      const first = tail(log)[0] ?? 0;
      assert.ok(first > 1);
      for (let seq = 0; seq <= 10; seq++) assert.equal(can(seq), seq >= first - 1 && seq <= 9, `${seq}`);
      assert.equal(can(9, 'another0epoch'), false);
    },
  );

  check('the latest status stays when it has fallen out of the tail', { tail: { count: 4 } }, async ({ store }) => {
    const log = await store.retain('session:s');
    await say(store, 'session:s', 'said');
    for (let i = 0; i < 20; i++) await say(store, 'session:s', { type: 'progress', data: { value: i } });
    assert.equal(log.frame(1), undefined);
    assert.equal(read(log.latestStatus).id, `${log.epoch}-1`);
  });

  check('messages of every size and with any character are kept as they are', {}, async ({ store }) => {
    const log = await store.retain('session:s');
    const largest = 'x'.repeat(LIMITS.message - 100);
    const texts = ['', 'é😀\u0000\u001f"\\\u2028', '\ud800 half', 'ü'.repeat(40_000), largest, 'after'];
    for (const text of texts) await say(store, 'session:s', text);
    assert.deepEqual(
      texts.map((_, i) => read(log.frame(i + 1)).data),
      texts,
    );
    assert.equal(read(log.latestStatus).data, 'after');
  });

  check('a large channel folds to what it adds up to', {}, async ({ store }) => {
    const count = 5000;
    await Promise.all(Array.from({ length: count }, (_, i) => say(store, 'session:s', `status ${i}`)));
    const log = await store.retain('session:s');
    assert.equal(log.seq, count);
    assert.equal(log.state().status?.text, `status ${count - 1}`);
    assert.equal(log.state().messages.length, LIMITS.state.messages.count);
    assert.ok(tail(log).length <= 1000);
  });

  check(
    'a channel that nothing was said in stays, so that whoever comes back goes on where it was',
    {},
    async (set) => {
      const { store, user } = set;
      const held = await store.retain('session:empty');
      assert.equal(await store.retain('session:empty'), held);
      store.release('session:empty');
      assert.equal(store.peek('session:empty'), held);
      store.release('session:empty');
      store.release('session:empty');
      const { epoch } = held;
      await say(store, 'session:empty', 'to one who is away');
      const again = await store.retain('session:empty');
      assert.ok(again.canContinue({ epoch, seq: 0 }));
      assert.equal(again.seq, 1);
      await store.retain('session:answered');
      const remembered = store.remember('session:answered', { ref: 'r', accepted: true });
      store.release('session:answered');
      await remembered;
      assert.deepEqual(user.forgotten, []);
    },
  );

  check('whether a question waits is told as the state tells it, also behind many statuses', {}, async ({ store }) => {
    const log = await store.retain('session:s');
    const told = async (type: string, data: unknown) => {
      await store.append('session:s', compose({ type, data }));
      return log.hasOpenQuestion();
    };
    assert.equal(log.hasOpenQuestion(), false);
    assert.equal(await told('status', 'one'), false);
    assert.equal(await told('question', { question: '?', questionId: 'q' }), true);
    await Promise.all(Array.from({ length: 1200 }, () => say(store, 'session:s')));
    assert.equal(log.hasOpenQuestion(), true);
    assert.equal(await told('answered', { questionId: 'q', outcome: 'declined' }), false);
    assert.equal(await told('question', { question: '?', questionId: 'r' }), true);
    assert.equal(await told('complete', { summary: '' }), false);
    assert.equal(await told('status', 'another run'), false);
  });

  check('peek makes none, and finds what there is', {}, async ({ store, user }) => {
    assert.equal(store.peek('session:s'), undefined);
    assert.equal(store.peek('session:s'), undefined);
    await say(store, 'session:s', 'here');
    assert.equal(read(store.peek('session:s')?.latestStatus).data, 'here');
    assert.deepEqual(user.forgotten, []);
  });

  check('a channel that is forgotten starts over, whether or not somebody holds it', {}, async ({ store, user }) => {
    const log = await store.retain('session:held');
    await store.remember('session:held', { ref: 'r', accepted: true });
    for (const channel of ['session:held', 'session:free'] as const) await say(store, channel, 'secret');
    const before = log.epoch;
    const free = parsePosition(await say(store, 'session:free'));
    user.heard.splice(0);

    await store.forget('session:held');
    assert.deepEqual(user.forgotten, ['session:held']);
    assert.deepEqual(user.heard, ['session:held'], 'there is something new to read: nothing');
    assert.notEqual(log.epoch, before);
    assert.deepEqual([log.seq, log.latestStatus, log.recall('r'), log.frame(1)], [0, undefined, undefined, undefined]);
    assert.deepEqual(log.state(), initialState);
    assert.equal(log.canContinue({ epoch: before, seq: 1 }), false);
    assert.equal(await say(store, 'session:held', 'anew'), `${log.epoch}-1`);
    assert.equal(store.peek('session:held'), log);

    await store.forget('session:free');
    assert.deepEqual(user.forgotten, ['session:held', 'session:free']);
    assert.equal(store.peek('session:free'), undefined);
    const after = parsePosition(await say(store, 'session:free'));
    assert.equal(after?.seq, 1);
    assert.notEqual(after?.epoch, free?.epoch);
    await store.forget('session:never-there');
  });

  check('what was answered to a page is known as long as its channel lives', {}, async ({ store }) => {
    const log = await store.retain('session:s');
    const ack = { ref: 'é\u0000"', accepted: false, reason: 'no', by: 'me', expiresAt: 5 };
    assert.equal(log.recall(ack.ref), undefined);
    const remembered = store.remember('session:s', ack);
    assert.deepEqual(await log.recall(ack.ref), ack, 'asked before it is stored, it is waited for');
    await remembered;
    assert.deepEqual(log.recall(ack.ref), ack);
    assert.equal(log.seq, 0);
    assert.equal((await store.retain('session:other')).recall(ack.ref), undefined);
    const accepted = { ref: ack.ref, accepted: true };
    await store.remember('session:s', accepted);
    assert.deepEqual(log.recall(ack.ref), accepted);
    await store.remember('session:s', ack);
    assert.deepEqual(log.recall(ack.ref), accepted, 'what was accepted stands');
  });

  check('the last ten thousand answers are known', {}, async ({ store }) => {
    const refs = Array.from({ length: 10_100 }, (_, i) => `r${i}`);
    await Promise.all(refs.map((ref) => store.remember('session:s', { ref, accepted: true })));
    const log = await store.retain('session:s');
    const known = refs.filter((ref) => log.recall(ref) !== undefined);
    assert.deepEqual(known, refs.slice(100));
  });

  check('how questions ended is known as long as their channel lives, what was decided last', {}, async (set) => {
    const { store } = set;
    const log = await store.retain('session:s');
    const end = { questionId: 'é\u0000"\ud800', outcome: 'answered', answer: { a: [1, 'ä'] }, by: 'me' } as const;
    assert.equal(log.ended(end.questionId), undefined);
    await store.transact('session:s', () => ({ ended: [{ questionId: end.questionId, outcome: 'cancelled' }] }));
    let seen: unknown;
    await store.transact('session:s', (now) => {
      seen = now.ended(end.questionId);
      return { append: [compose({ type: 'answered', data: end })], ended: [end, { ...end, questionId: 'q' }] };
    });
    assert.deepEqual(seen, { questionId: end.questionId, outcome: 'cancelled' });
    assert.deepEqual(log.ended(end.questionId), end);
    assert.deepEqual(log.ended('q'), { ...end, questionId: 'q' });
    assert.equal(log.ended('\ud801'), undefined);
    assert.equal((await store.retain('session:other')).ended('q'), undefined);
    await store.forget('session:s');
    assert.equal(log.ended('q'), undefined);
  });

  check('how the last thousand questions ended is known', {}, async ({ store }) => {
    const ids = Array.from({ length: 1100 }, (_, i) => `q${i}`);
    const ends = ids.map((questionId) => ({ questionId, outcome: 'answered', answer: 1 }) as const);
    await store.transact('session:s', () => ({ ended: ends }));
    await store.transact('session:other', () => ({ ended: ends.slice(0, 1) }));
    const log = await store.retain('session:s');
    const known = () => ids.filter((id) => log.ended(id) !== undefined);
    assert.deepEqual(known(), ids.slice(100));
    // One that ends again is the youngest.
    await store.transact('session:s', () => ({ ended: ends.slice(100, 101) }));
    await store.transact('session:s', () => ({ ended: [{ questionId: 'new', outcome: 'declined' }] }));
    assert.deepEqual(known(), ['q100', ...ids.slice(102)]);
  });

  check('a channel that nobody watches or writes to is forgotten after a while', { idle: 1000 }, async (set) => {
    const { store, user, clock } = set;
    const before = parsePosition(await say(store, 'session:idle'));
    assert.ok(before);
    await say(store, 'session:watched');
    await store.retain('session:watched');
    clock.advance(1000);
    store.sweep();
    assert.deepEqual(user.forgotten, [], 'the bound itself is allowed');
    await say(store, 'session:written');
    clock.advance(1);
    store.sweep();
    assert.deepEqual(user.forgotten, ['session:idle']);
    assert.equal(store.peek('session:idle'), undefined);
    clock.advance(HOUR);
    store.sweep();
    assert.deepEqual(user.forgotten, ['session:idle', 'session:written']);
    const after = parsePosition(await say(store, 'session:idle'));
    assert.equal(after?.seq, 1);
    assert.equal((await store.retain('session:idle')).canContinue(before), false);

    store.release('session:watched');
    clock.advance(1000);
    store.sweep();
    assert.equal(user.forgotten.length, 2, 'its time begins when the last one leaves');
    clock.advance(1);
    store.sweep();
    assert.deepEqual(user.forgotten.slice(2), ['session:watched']);
  });

  const hour = { idle: HOUR, tail: { age: HOUR } };

  check('a clock that is set forward makes nothing older than it is', hour, async ({ store, user, clock }) => {
    const watched = await store.retain('session:watched');
    for (const channel of ['session:watched', 'session:free'] as const) {
      await say(store, channel);
      await say(store, channel);
    }
    await store.retain('session:empty');
    store.release('session:empty', true);
    clock.advance(1000);
    clock.set(5 * HOUR);
    store.sweep();
    clock.set(5 * HOUR);
    clock.advance(HOUR - 1000);
    store.sweep();
    assert.deepEqual(user.forgotten, []);
    assert.deepEqual(tail(watched), [1, 2]);
    const free = store.peek('session:free');
    assert.ok(free);
    assert.deepEqual(tail(free), [1, 2]);

    await say(store, 'session:watched');
    clock.advance(1001);
    store.sweep();
    assert.deepEqual(user.forgotten.sort(), ['session:empty', 'session:free'], 'but as old as it is');
    assert.deepEqual(tail(watched), [3]);
    clock.advance(HOUR - 1001);
    await say(store, 'session:watched');
    store.sweep();
    assert.deepEqual(tail(watched), [3, 4], 'what was said after it goes by the clock');
    clock.advance(1);
    store.sweep();
    assert.deepEqual(tail(watched), [4]);
  });

  check('a clock that is wrong for a while forgets nothing', hour, async ({ store, user, clock }) => {
    await say(store, 'session:a', 'before');
    await say(store, 'session:b', 'before');
    clock.set(-NOW);
    await say(store, 'session:a', 'said in 1970');
    await say(store, 'session:c', 'begun in 1970');
    store.sweep();
    clock.advance(1000);
    clock.set(NOW);
    store.sweep();
    assert.deepEqual(user.forgotten, []);
    const names = ['session:a', 'session:b', 'session:c'] as const;
    assert.deepEqual(
      names.map((channel) => store.peek(channel)?.seq),
      [2, 1, 1],
    );
    clock.advance(HOUR + 1);
    store.sweep();
    assert.deepEqual(user.forgotten.sort(), [...names]);
  });

  check('at the limit the channel that is longest unused makes room', { channels: 3 }, async (set) => {
    const { store, user, clock } = set;
    for (const channel of ['session:a', 'session:b', 'session:c'] as const) {
      await say(store, channel, channel);
      clock.advance(1);
    }
    await store.retain('session:a');
    await say(store, 'session:b');
    clock.advance(1);
    await say(store, 'session:d');
    assert.deepEqual(user.forgotten, ['session:c']);
    assert.equal(store.peek('session:c'), undefined);
    clock.advance(1);
    await say(store, 'session:d');
    await say(store, 'session:e');
    assert.deepEqual(user.forgotten, ['session:c', 'session:b']);
    assert.equal(read(store.peek('session:a')?.latestStatus).data, 'session:a');
    await say(store, 'session:a');
    assert.equal(user.forgotten.length, 2, 'a channel that is there needs no room');
  });

  check('where all channels are watched, one more is refused, and nothing is lost', { channels: 2 }, async (set) => {
    const { store, user } = set;
    for (const channel of ['session:a', 'session:b'] as const) {
      await say(store, channel, channel);
      await store.retain(channel);
    }
    await assert.rejects(say(store, 'session:c'), {
      code: 'limit',
      message: /^status-messenger: channels: got one more than 2, all of them being watched; raise /,
    });
    assert.deepEqual(user.forgotten, []);
    assert.equal(read(store.peek('session:a')?.latestStatus).data, 'session:a');
    assert.match(await say(store, 'session:a'), /-2$/);
    store.release('session:b');
    assert.match(await say(store, 'session:c'), /-1$/);
    assert.deepEqual(user.forgotten, ['session:b']);
  });

  check('one messenger each', {}, async ({ store }) => {
    assert.throws(() => store.use(new Listener()), { code: 'not_allowed' });
  });

  check('it is well, and closes more than once', {}, async ({ store }) => {
    assert.equal(await store.health(), undefined);
    const log = await store.retain('session:s');
    const said = say(store, 'session:s');
    await store.close();
    await said;
    assert.equal(log.seq, 1, 'what was said before it closed is stored');
    store.release('session:s');
    store.sweep();
    await turn();
    await store.close();
  });

  check('a decision sees the channel as it stands, and is stored whole', {}, async ({ store, user }) => {
    const log = await store.retain('session:s');
    const said = [say(store, 'session:s', 'one'), say(store, 'session:s', 'two')];
    const ids = await store.transact('session:s', (now) => {
      assert.equal(now.state().status?.text, 'two');
      const append = [compose(status('three')), compose(status('four'))];
      return { append, remember: { ref: 'r', accepted: true }, about: { title: 'ä' } };
    });
    await Promise.all(said);
    assert.deepEqual(ids, [`${log.epoch}-3`, `${log.epoch}-4`]);
    assert.equal(read(log.frame(3)).data, 'three');
    assert.deepEqual(log.recall('r'), { ref: 'r', accepted: true });
    assert.deepEqual(log.about, { title: 'ä' });
    assert.ok(user.heard.includes('session:s'));
    assert.deepEqual(await store.transact('session:s', () => ({})), []);
    assert.equal(log.seq, 4);
  });

  check('of decisions that are made at once each sees what the one before did', {}, async ({ store }) => {
    const first = await Promise.all(
      Array.from({ length: 100 }, async (_, i) => {
        let wasFirst = false;
        await store.transact('session:s', (log) => {
          wasFirst = log.seq === 0;
          return wasFirst ? { append: [compose(status(`${i}`))] } : {};
        });
        return wasFirst;
      }),
    );
    assert.equal(first.filter(Boolean).length, 1);
    assert.equal(store.peek('session:s')?.seq, 1);
  });

  check('a decision that throws stores nothing, and what was said before it stands', {}, async ({ store }) => {
    const said = say(store, 'session:s', 'one');
    const failed = async () =>
      store.transact('session:s', () => {
        throw new Error('undecided');
      });
    await assert.rejects(failed(), /undecided/);
    await said;
    assert.equal(store.peek('session:s')?.seq, 1);
    assert.match(await say(store, 'session:s', 'two'), /-2$/);
  });

  check('channels that are about something are listed by kind, the newest first', {}, async ({ store }) => {
    for (const name of ['task:a', 'session:b', 'task:c', 'task:d'] as const) {
      await store.transact(name, () => ({ about: { name } }));
    }
    await say(store, 'task:e');
    assert.deepEqual(store.list('task', 10), ['task:d', 'task:c', 'task:a']);
    assert.deepEqual(store.list('task', 2), ['task:d', 'task:c']);
    assert.deepEqual(store.list('user', 2), []);
    await store.transact('task:a', () => ({ about: [1] }));
    assert.deepEqual(store.list('task', 10), ['task:d', 'task:c', 'task:a']);
    await store.forget('task:c');
    assert.deepEqual(store.list('task', 10), ['task:d', 'task:a']);
    assert.deepEqual(store.peek('task:a')?.about, [1]);
  });

  check('the work of a channel is granted until it is done, and anew when the channel is', {}, async ({ store }) => {
    assert.equal(await store.claim('session:s'), 'granted');
    assert.equal(await store.claim('session:s'), 'granted');
    await store.unclaim('session:s');
    assert.equal(await store.claim('session:s'), 'granted');
    await store.unclaim('session:s', true);
    assert.equal(await store.claim('session:s'), 'done');
    assert.deepEqual(store.lapsed('session'), []);
    await store.forget('session:s');
    assert.equal(await store.claim('session:s'), 'granted');
    await store.forget('session:s');
    await store.unclaim('session:s', true);
    assert.equal(await store.claim('session:s'), 'granted');
  });

  for (const bounds of [{ count: 20 }, { bytes: 5000 }, { count: 40, bytes: 20_000, age: 200 }]) {
    const what = `whatever is folded (${Object.keys(bounds)}), the state is the fold of all that was said (SEED=${seed})`;
    check(what, { tail: bounds }, async ({ store, clock }) => {
      const random = seededRandom(seed);
      const log = await store.retain('session:s');
      const messages: Message[] = [];
      for (let i = 0; i < 300; i++) {
        clock.advance(Math.floor(random() * 10));
        const step = `s${Math.floor(random() * 9)}`;
        const outgoing =
          random() < 0.7
            ? { type: 'status', data: `${i} ${'ü'.repeat(random() * 90)}` }
            : random() < 0.5
              ? { type: 'event', data: { event: random() < 0.5 ? 'step_started' : 'step_finished', step } }
              : { type: 'question', data: { question: `${i}?`, questionId: step }, agent: 'a' };
        await say(store, 'session:s', outgoing);
        messages.push(read(log.frame(i + 1)));
        if (random() < 0.05) store.sweep();
      }
      assert.ok(tail(log).length < 300);
      assert.deepEqual(log.state(), applyAll(initialState, messages));
    });
  }
}
