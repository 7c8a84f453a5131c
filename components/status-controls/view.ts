import { type Ack, type ChannelState, hasEnded } from '../../protocol/index.js';
import { runKey } from '../identity.js';
import { isReachable } from '../session/connection.js';
import type { Connection } from '../session/index.js';
import type { Words } from '../words/index.js';

export type Call = 'cancel' | 'restart';

/** What a person asked for, and what became of that. It never says that something was done: that is for the state to say. */
export type Request =
  | { readonly status: 'none' }
  /** They are asked whether they mean it. */
  | { readonly status: 'confirming'; readonly call: 'cancel'; readonly run: string }
  | { readonly status: 'sending'; readonly call: Call; readonly run: string }
  /** The server has taken the request. */
  | { readonly status: 'taken'; readonly call: Call; readonly run: string }
  /** It has not, and why. */
  | { readonly status: 'refused'; readonly call: Call; readonly run: string; readonly reason: string }
  /** No answer can come any more. */
  | { readonly status: 'unsent'; readonly call: Call; readonly run: string };

export const NOTHING_ASKED: Request = { status: 'none' };

/** A button: not there, there but of no use now, or to be pressed. */
export type Button = 'absent' | 'disabled' | 'ready';

export interface ControlsView {
  readonly stop: Button;
  readonly restart: Button;
  readonly isConfirming: boolean;
  /** What became of what was asked for, or how the run ended. */
  readonly note: string;
  readonly isProblem: boolean;
}

/** The request, as long as the state has not answered it: a run that has ended is not being stopped, and one that goes on is not being restarted. Pure. */
export function openRequest(request: Request, state: ChannelState): Request {
  if (request.status === 'none') return request;
  const isOpen = request.run === runKey(state) && hasEnded(state.phase) === (request.call === 'restart');
  return isOpen ? request : NOTHING_ASKED;
}

/** What the server's word makes of a request. Pure. */
export function acknowledged(request: Extract<Request, { status: 'sending' }>, ack: Ack): Request {
  const { call, run } = request;
  return ack.accepted ? { status: 'taken', call, run } : { status: 'refused', call, run, reason: ack.reason ?? '' };
}

/** What to show. `canRestart`: the application knows what to do when it is asked to. Pure. */
export function controlsView(
  state: ChannelState,
  connection: Connection,
  request: Request,
  canRestart: boolean,
  words: Words,
): ControlsView {
  const { phase } = state;
  const isOver = hasEnded(phase);
  const isBusy = request.status === 'sending' || request.status === 'taken';
  // What has ended for good may be begun anew by the application, elsewhere.
  const isToBegin = isOver && connection.status === 'ended';
  const button: Button = isBusy || !(isReachable(connection) || isToBegin) || phase === 'idle' ? 'disabled' : 'ready';
  return {
    stop: isOver ? 'absent' : button,
    restart: isOver && canRestart ? button : 'absent',
    isConfirming: request.status === 'confirming',
    note: noteText(state, request, connection, words),
    isProblem: request.status === 'refused' || request.status === 'unsent',
  };
}

export function noteText(state: ChannelState, request: Request, connection: Connection, words: Words): string {
  switch (request.status) {
    case 'none':
    case 'confirming':
      return hasEnded(state.phase) ? words[state.phase] : '';
    case 'sending':
      return connection.status === 'live' ? words.sending : words.queued;
    case 'taken':
      return request.call === 'cancel' ? words.stopRequested : words.restartRequested;
    case 'refused':
      return words.notAccepted(request.reason);
    case 'unsent':
      return words.notSent;
  }
}
