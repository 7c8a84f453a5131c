import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { AnnouncerController } from '../../../components/controllers/announcer.js';

type Kind = 'connection' | 'step' | 'end' | 'question';

/** An announcer, what its regions said each time that they changed, and time that passes as the test says. */
function setUp({ mock: { timers } }: TestContext) {
  timers.enable({ apis: ['setTimeout'] });
  const spoken: Array<readonly [polite: string, assertive: string]> = [];
  const host = {
    addController: () => {},
    removeController: () => {},
    updateComplete: Promise.resolve(true),
    requestUpdate: () => spoken.push([announcer.polite, announcer.assertive]),
  };
  const announcer: AnnouncerController<Kind> = new AnnouncerController(host, 'question');
  const tick = (ms: number) => timers.tick(ms);
  // One after the other: a timer that is set by another one counts from then on.
  const seconds = (count: number) => {
    for (let i = 0; i < count; i++) tick(1000);
  };
  return { announcer, spoken, tick, seconds };
}

const say = (announcer: AnnouncerController<Kind>, kind: Kind, text: string) => announcer.say([{ kind, text }]);

test('what comes within a second is said together when that is over, the latest of each kind; then nothing stands there any more', (t) => {
  const { announcer, spoken, tick, seconds } = setUp(t);
  say(announcer, 'step', 'Begun: a');
  say(announcer, 'step', 'Begun: b');
  say(announcer, 'connection', 'Connected again.');
  say(announcer, 'step', 'Begun: c');
  assert.deepEqual(spoken, [['Begun: a', '']]);
  tick(999);
  assert.equal(spoken.length, 1);
  tick(1);
  seconds(5);
  assert.deepEqual(spoken.slice(1), [
    ['Connected again. Begun: c.', ''],
    ['', ''],
  ]);
});

test('a question goes first, alone and interrupting, once', (t) => {
  const { announcer, spoken, seconds } = setUp(t);
  announcer.say([
    { kind: 'step', text: 'Begun: a' },
    { kind: 'question', text: 'Which?' },
  ]);
  seconds(5);
  assert.deepEqual(spoken, [
    ['', 'Which?'],
    ['Begun: a', ''],
    ['', ''],
  ]);
});

test('the same sentence is heard again: it is gone in between', (t) => {
  const { announcer, spoken, seconds } = setUp(t);
  say(announcer, 'step', 'Begun: a');
  say(announcer, 'step', 'Begun: a');
  seconds(5);
  assert.deepEqual(
    spoken.map(([polite]) => polite),
    ['Begun: a', '', 'Begun: a', ''],
  );
});

test('what waits is forgotten when it is of no interest any more, and outside the page', (t) => {
  const { announcer, spoken, seconds } = setUp(t);
  say(announcer, 'step', 'Begun: a');
  say(announcer, 'step', 'Begun: b');
  announcer.clear();
  seconds(5);
  assert.deepEqual(spoken, [
    ['Begun: a', ''],
    ['', ''],
  ]);
  say(announcer, 'end', 'Done');
  say(announcer, 'step', 'Begun: c');
  announcer.hostDisconnected();
  seconds(5);
  assert.equal(spoken.length, 3, 'nothing but the first');
  assert.equal(announcer.polite, '');
});
