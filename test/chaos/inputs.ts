import { isObject, type Message } from '../../protocol/index.js';
import type { Entry } from './journal.js';

/** What pages sent, and whether they were told that it was accepted. */
export interface Input {
  readonly input: string;
  readonly isAcknowledged: boolean;
}

export interface InputRules {
  /** The log outlives its server, and with it what was answered. */
  readonly durable: boolean;
  /** Two servers served at the same time: while one carries an input out, the other cannot know. */
  readonly overlap: boolean;
}

/**
 * What inputs are promised. One that was acknowledged was carried out. None is carried out once its answer is stored: with a log in memory, for as long as its
 * server lives. In a log that outlives its server, what an input said stands together with its answer or not at all: once, even where a server was killed
 * between the two and the next one carried it out again.
 */
export function checkInputs(
  inputs: readonly Input[],
  journals: readonly (readonly Entry[])[],
  said: readonly Message[],
  { durable, overlap }: InputRules,
): string[] {
  return inputs.flatMap(({ input, isAcknowledged }) => {
    const wrongs: string[] = [];
    const wrong = (text: string) => wrongs.push(`input ${input} ${text}`);
    const carried = journals.map((journal) => times(journal, 'carried', input));
    const stored = Math.min(...journals.flatMap((journal) => times(journal, 'remembered', input)));
    if (isAcknowledged && carried.flat().length === 0) wrong('was acknowledged, and never carried out');
    for (const { length } of carried) if (length > 1) wrong(`was carried out ${length} times by one server`);
    if (!durable) return wrongs;
    if (carried.flat().some((at) => at > stored)) wrong('was carried out again when its answer was stored');
    const count = said.filter(({ data }) => isObject(data) && data.input === input).length;
    const most = overlap ? carried.flat().length : 1;
    if (count > most || (isAcknowledged && count === 0)) {
      wrong(`has said something in the log ${count} times, ${isAcknowledged ? 'and was' : 'and was not'} acknowledged`);
    }
    return wrongs;
  });
}

/** When something was written down of an input. */
function times(journal: readonly Entry[], what: 'carried' | 'remembered', input: string): number[] {
  return journal.flatMap((entry) => {
    if ('carried' in entry && what === 'carried' && entry.carried === input) return [entry.at];
    if ('remembered' in entry && what === 'remembered' && entry.remembered === input) return [entry.at];
    return [];
  });
}
