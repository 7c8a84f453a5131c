import { constants } from 'node:os';

/** What a person, a shell or a process manager ends a command with. */
const ENDING = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const satisfies readonly NodeJS.Signals[];

/** Calls `take` with every signal to end, which then ends nothing by itself. Answers a function that stops it. */
export function onSignal(take: (signal: NodeJS.Signals) => void): () => void {
  for (const signal of ENDING) process.on(signal, take);
  return () => {
    for (const signal of ENDING) process.off(signal, take);
  };
}

/** Resolves with the first signal to end; a second one ends the process at once. */
export function signalled(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    let isFirst = true;
    onSignal((signal) => {
      if (!isFirst) process.exit(exitCodeOf(signal));
      isFirst = false;
      resolve(signal);
    });
  });
}

/** What shells say of a process that a signal has ended. */
export function exitCodeOf(signal: NodeJS.Signals): number {
  return 128 + constants.signals[signal];
}
