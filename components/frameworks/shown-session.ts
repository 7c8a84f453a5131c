import { type Ack, invalid, isObject } from '../../protocol/index.js';
import { nextFrame } from '../controllers/frame.js';
import { SessionClient, type SessionClientLike, type SessionClientOptions } from '../session/index.js';
import { type SessionView, sessionView } from './session-view.js';

/** Whose session to show: what makes a `SessionClient` of it, or a client of the page's own, which is left to the page. */
export type SessionOptions = SessionClientOptions | { readonly client: SessionClientLike };

/** What can be asked of a session that is shown. */
export interface SessionCalls {
  /** Connects; at once where the next attempt is being waited for. */
  readonly connect: () => void;
  /** Ends the connection; nothing but `connect` or another session revives it. */
  readonly disconnect: () => void;
  /** Answers a question; without an id the oldest open one. Resolves with the server's word; rejects when that cannot come any more. */
  readonly sendAnswer: (answer: unknown, questionId?: string) => Promise<Ack>;
  /** Declines to answer a question; without an id the oldest open one. Resolves and rejects like `sendAnswer`. */
  readonly decline: (questionId?: string) => Promise<Ack>;
  /** Asks the run to stop. Resolves and rejects like `sendAnswer`. */
  readonly cancel: () => Promise<Ack>;
  /** Sends something of the application's own to the server. Resolves and rejects like `sendAnswer`. */
  readonly send: (data: unknown) => Promise<Ack>;
}

/** A session while something of a page shows it. Made on a server, or for a render that is thrown away, it does nothing. */
export class ShownSession {
  readonly client: SessionClientLike;
  readonly #isBorrowed: boolean;

  /** Throws `invalid` for options that there are not. */
  constructor(options: SessionOptions) {
    assertOptions(options);
    if ('client' in options) assertClient(options.client);
    this.#isBorrowed = 'client' in options;
    this.client = 'client' in options ? options.client : new SessionClient(options);
  }

  get view(): SessionView {
    return sessionView(this.client.state, this.client.connection);
  }

  /** Connects, and calls `changed` at most once per frame. Answers a function that stops it, and disconnects a client that was made here. */
  watch(changed: () => void): () => void {
    const { client } = this;
    const stops = [client.on('connection', changed), onStatePerFrame(client, changed)];
    if (client.connection.status === 'idle') client.connect();
    return () => {
      for (const stop of stops) stop();
      if (!this.#isBorrowed) client.disconnect();
    };
  }
}

/** Throws `invalid` for what is no object. What else it may be is for the client to say. */
export function assertOptions(options: unknown): void {
  if (isObject(options)) return;
  const fix = 'pass for instance { url: "/ws", sessionId: "abc" }, or { client }';
  throw invalid('options of the session', options, 'an object', fix);
}

/** Throws `invalid` for what is no client. */
export function assertClient(client: unknown): void {
  if (typeof client === 'object' && client !== null && 'on' in client && typeof client.on === 'function') return;
  throw invalid('client', client, 'a SessionClient, or a TestSession', 'make one, or leave it out');
}

/** Calls `changed` at most once per frame: a burst of messages is not as many renders. Answers a function that stops it. */
export function onStatePerFrame(client: SessionClientLike, changed: () => void): () => void {
  let isDue = false;
  let isOver = false;
  const stop = client.on('state', async () => {
    if (isDue) return;
    isDue = true;
    await nextFrame();
    isDue = false;
    if (!isOver) changed();
  });
  return () => {
    isOver = true;
    stop();
  };
}

/** The calls of whichever session is shown when they are made. */
export function sessionCalls(client: () => SessionClientLike): SessionCalls {
  return {
    connect: () => client().connect(),
    disconnect: () => client().disconnect(),
    sendAnswer: (answer, questionId) => client().sendAnswer(answer, questionId),
    decline: (questionId) => client().decline(questionId),
    cancel: () => client().cancel(),
    send: (data) => client().send(data),
  };
}

/** Whether both are of the same session: a fresh function or token does not make another. */
export function isSameSession(a: SessionOptions, b: SessionOptions): boolean {
  const [before, after] = [targetOf(a), targetOf(b)];
  return before.every((value, i) => value === after[i]);
}

function targetOf(options: SessionOptions): readonly unknown[] {
  if ('client' in options) return [options.client];
  const { url, sessionId, threadId, userId } = options;
  return [undefined, url, sessionId, threadId, userId];
}
