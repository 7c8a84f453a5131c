import { drawScenario, type Kind } from './scenario.js';
import { runScenario, type Talked } from './world.js';

/** What a worker is asked for: the run of a seed. */
export interface Job {
  readonly seed: number;
  readonly only?: Kind;
}

/** What became of it. */
export interface Result {
  readonly seed: number;
  readonly wrongs: readonly string[];
  readonly effects: ReadonlyArray<
    readonly [Kind, { readonly struck: number; readonly resumes: number; readonly snapshots: number }]
  >;
  readonly losses: ReadonlyArray<readonly [reason: string, count: number]>;
  readonly talk: Talked;
}

process.on('message', async ({ seed, only }: Job) => {
  const { wrongs, effects, losses, talk } = await runScenario(drawScenario(seed, only));
  process.send?.({ seed, wrongs, effects: [...effects], losses: [...losses], talk } satisfies Result);
});
// Whoever asked is gone.
process.on('disconnect', () => process.exit());
