/**
 * Why a signal is aborted whose work goes on in another process, now or later: the server leaves, or another one has taken the work over. How it ends is not
 * this process's to say.
 */
export class GoesOnElsewhere extends Error {
  constructor(why: string) {
    super(`status-messenger: ${why}`);
  }
}

/** Why a signal is aborted whose work is to end. */
export function stopReason(why: string): Error {
  return new Error(`status-messenger: ${why}`);
}

/** Whether the work of a signal goes on elsewhere. */
export function goesOnElsewhere(signal: AbortSignal | undefined): boolean {
  return signal?.reason instanceof GoesOnElsewhere;
}
