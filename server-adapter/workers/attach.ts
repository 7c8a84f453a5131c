import type { ChildProcess } from 'node:child_process';
import type { Worker } from 'node:worker_threads';
import { StatusMessengerError } from '../../protocol/index.js';
import { type Context, currentContext, type Ids, readIds, type Speaker } from '../context.js';
import type { Log } from '../logger.js';
import { Attachment } from './attachment.js';
import { listenTo } from './listen.js';

/** How often each worker was attached, and the one that it is attached to: a worker hears of one at a time, whichever messenger it is. */
const known = new WeakMap<object, { count: number; current: Attachment | undefined }>();

/** Says what is called in `worker` by `speaker`; see `StatusMessenger.attachWorker`. */
export function attachWorker(
  speaker: Speaker,
  log: Log,
  worker: Worker | ChildProcess,
  ids: Ids | string | undefined,
): () => void {
  const here = currentContext();
  const context = ids === undefined ? here : contextOf(ids, here);
  const state = known.get(worker) ?? { count: 0, current: undefined };
  if (state.current) {
    const text =
      'attachWorker: got a worker that is attached, expected one that is not; call what attached it answered first';
    throw new StatusMessengerError('not_allowed', text);
  }
  const attachment = new Attachment({
    speaker,
    log,
    context,
    number: state.count + 1,
    over: () => {
      state.current = undefined;
      // One that the worker never knew of did not count.
      if (attachment.isKnown) state.count++;
    },
  });
  const peer = listenTo(worker, attachment);
  if (!peer) {
    log.warn(
      'attachWorker: got a worker that has ended or left its channel, expected one that runs; attach it in the turn that makes it',
    );
    return () => {};
  }
  state.current = attachment;
  known.set(worker, state);
  attachment.begin(peer);
  return () => attachment.detach();
}

function contextOf(ids: Ids | string, here: Context | undefined): Context {
  return { ...readIds(ids), ...(here?.signal ? { signal: here.signal } : {}) };
}
