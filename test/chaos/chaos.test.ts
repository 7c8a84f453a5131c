import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seedFromEnvironment } from '../helpers/random.js';
import { describeScenario, drawScenario, KINDS } from './scenario.js';
import { runScenario } from './world.js';

const seed = seedFromEnvironment();

/** How many seeds are tried until a fault strikes: it may have been drawn for a moment at which there is nothing to strike. */
const TRIES = 5;

/** Answers that pages gave without a connection, and that were accepted, in all runs. */
let acceptedOffline = 0;

for (const kind of KINDS) {
  test(`chaos: ${kind} (SEED=${seed})`, async (t) => {
    for (let i = 0; i < TRIES; i++) {
      const scenario = drawScenario(seed + i, kind);
      const { wrongs, effects, talk } = await runScenario(scenario);
      acceptedOffline += talk.acceptedOffline;
      const again = `npm run chaos -- --seed ${scenario.seed} --runs 1 --only ${kind}`;
      assert.deepEqual(wrongs, [], `${describeScenario(scenario)}\n  again: ${again}`);
      if ((effects.get(kind)?.struck ?? 0) > 0) return;
      t.diagnostic(`it found nothing to strike with seed ${scenario.seed}`);
    }
    assert.fail(`it never struck in ${TRIES} runs`);
  });
}

test('some of what pages answered without a connection was accepted when they were back', async () => {
  // Whether one is depends on the moment for which its fault was drawn: further ones are, until one is.
  for (let i = 0; i < 40 && acceptedOffline === 0; i++) {
    const { wrongs, talk } = await runScenario(drawScenario(seed + TRIES + i, 'offline-answer'));
    assert.deepEqual(wrongs, []);
    acceptedOffline += talk.acceptedOffline;
  }
  assert.ok(acceptedOffline > 0);
});

test('the same seed draws the same scenario, and another seed another', () => {
  assert.deepEqual(drawScenario(seed), drawScenario(seed));
  assert.notDeepEqual(drawScenario(seed), drawScenario(seed + 1));
});

test('every kind of fault is drawn, and told from the others by its name', () => {
  const drawn = new Set(
    Array.from({ length: 1000 }, (_, i) => drawScenario(i).rounds.map(({ fault }) => fault)).flat(),
  );
  assert.deepEqual([...drawn].sort(), [...KINDS].sort());
});
