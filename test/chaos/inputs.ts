import { isObject, type Message } from '../../protocol/index.js';
import type { Entry } from './journal.js';

/** What pages sent, and whether they were told that it was accepted. */
export interface Input {
  readonly input: string;
  readonly isAcknowledged: boolean;
}

/**
 * What inputs are promised. One that was acknowledged was carried out, and none is carried out twice: with a log in memory by one server, with a log that outlives its
 * server by all of them together. In such a log what an input said stands before its answer does.
 */
export function checkInputs(
  inputs: readonly Input[],
  journals: readonly (readonly Entry[])[],
  said: readonly Message[],
  durable: boolean,
): string[] {
  return inputs.flatMap(({ input, isAcknowledged }) => {
    const wrongs: string[] = [];
    const wrong = (text: string) => wrongs.push(`input ${input} ${text}`);
    const carried = journals.map((journal) => journal.filter((entry) => 'carried' in entry && entry.carried === input));
    const servers = durable ? [carried.flat()] : carried;
    if (isAcknowledged && carried.flat().length === 0) wrong('was acknowledged, and never carried out');
    for (const { length } of servers) if (length > 1) wrong(`was carried out ${length} times`);
    if (!durable) return wrongs;
    const count = said.filter(({ data }) => isObject(data) && data.input === input).length;
    if (count > 1 || (isAcknowledged && count === 0)) {
      wrong(`has said something in the log ${count} times, ${isAcknowledged ? 'and was' : 'and was not'} acknowledged`);
    }
    return wrongs;
  });
}
