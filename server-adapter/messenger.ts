import type { ChildProcess } from 'node:child_process';
import type { IncomingMessage } from 'node:http';
import type { Worker } from 'node:worker_threads';
import type { WebSocket } from 'ws';
import {
  assertFields,
  type ChannelName,
  type ChannelState,
  type Clock,
  CloseCode,
  channelName,
  elapsed,
  ID_RULE,
  initialState,
  invalid,
  isChannelName,
  retryReason,
  StatusMessengerError,
  splitChannel,
} from '../protocol/index.js';
import { Door } from './access/door.js';
import { type AttachableServer, assertFunction } from './arguments.js';
import type { Outgoing, SendOptions, SendResult, StatusExtra } from './compose.js';
import { currentContext, type Ids, readIds, runInContext, type Speaker } from './context.js';
import type { AnswerTo, AskOptions } from './conversation/ask-options.js';
import { Leftovers } from './conversation/leftovers.js';
import { Questions } from './conversation/questions.js';
import { GoesOnElsewhere } from './conversation/stops.js';
import { Tasks } from './conversation/tasks.js';
import { Work } from './conversation/work.js';
import { Delivery } from './delivery/delivery.js';
import type { AttachOptions, ConnectionIds } from './endpoint-options.js';
import { Endpoints } from './endpoints.js';
import { createHandler } from './http/handler.js';
import { type Middleware, type RequestSessionOptions, RequestSessions } from './http/request-sessions.js';
import { EventStreams } from './http/sse.js';
import { TaskRoutes } from './http/tasks.js';
import { Log } from './logger.js';
import { type MessengerOptions, readOptions, type Settings } from './options.js';
import { PageRequests } from './page-requests.js';
import { type Member, Memberships, memberChannel } from './routing/memberships.js';
import { Publisher } from './routing/publisher.js';
import { type InputHandler, type SessionHandler, Sessions } from './sessions.js';
import { PubSubSink } from './sinks/pubsub.js';
import { Speech } from './speech.js';
import { type StatusUpdate, StatusUpdates } from './updates.js';
import { spreadOfLeaving, Viewers } from './viewers.js';
import { attachWorker } from './workers/attach.js';

/** How a messenger is closed. */
export interface CloseOptions {
  /** Milliseconds that pages may take. Default 10,000. */
  readonly timeout?: number;
  /** Nothing takes its place. Default: pages come back. */
  readonly final?: boolean;
}

/** The server side: keeps what is said in each channel, and brings it to every viewer exactly once and in order. */
export class StatusMessenger implements Speaker {
  /** Tasks: work that is made by a call or by `POST /api/tasks`, and carried out once, when its first viewer arrives. */
  readonly tasks: Tasks;
  readonly #settings: Settings;
  readonly #log: Log;
  readonly #delivery: Delivery;
  readonly #updates: StatusUpdates;
  readonly #events: PubSubSink;
  readonly #questions: Questions;
  readonly #leftovers: Leftovers;
  readonly #work: Work;
  readonly #sessions: Sessions;
  readonly #memberships = new Memberships();
  readonly #publisher: Publisher;
  readonly #speech: Speech;
  readonly #viewers: Viewers;
  readonly #endpoints: Endpoints;
  readonly #requests: RequestSessions;
  #closing: Promise<void> | undefined;
  #stopSweeping: () => void = () => {};

  /** Throws `invalid` for options that cannot be. */
  constructor(options: MessengerOptions = {}) {
    this.#settings = readOptions(options);
    const { store, clock, logger, apiKey, base, allowedOrigins, metrics } = this.#settings;
    this.#log = new Log(logger);
    this.#delivery = new Delivery(this.#settings, clock);
    this.#updates = new StatusUpdates(this.#log);
    this.#events = new PubSubSink(this.#settings.pubsub, { log: this.#log, clock });
    this.#questions = new Questions(this.#settings, this.#log);
    this.#publisher = new Publisher(this.#settings, this.#delivery, this.#log);
    this.#speech = new Speech(
      {
        questions: this.#questions,
        updates: this.#updates,
        isClosed: () => this.closed,
        send: (channel, message) => this.send(channel, message),
        latestStatus: (sessionId) => store.peek(channelName('session', sessionId))?.latestStatus,
      },
      this.#log,
    );
    this.#leftovers = new Leftovers(this.#settings, this.#questions);
    this.#work = new Work(this.#settings, this.#leftovers, this.#log);
    const viewers = (name: ChannelName) => this.#delivery.viewers(name);
    this.#sessions = new Sessions(this, { work: this.#work, viewers }, this.#log);
    this.tasks = new Tasks(
      this,
      {
        store,
        clock,
        work: this.#work,
        isClosed: () => this.closed,
        viewers,
        finished: (name) => this.#delivery.finish(name),
      },
      this.#log,
    );
    store.use({
      appended: (name) => {
        this.#delivery.schedule(name);
        this.#questions.appended(name);
        this.#work.appended(name);
        this.tasks.appended(name);
      },
      dropping: (name) => this.#delivery.flush(name),
      forgot: (name) => {
        const { kind, id } = splitChannel(name);
        if (kind === 'session') this.#sessions.forget(id);
      },
      lost: (name) => this.#work.lost(name),
    });
    const door = new Door(this.#settings, this.#log);
    this.#requests = new RequestSessions(door, this.#sessions);
    const { tasks } = this;
    this.#viewers = new Viewers({
      settings: this.#settings,
      door,
      delivery: this.#delivery,
      sessions: this.#sessions,
      tasks,
      questions: this.#questions,
      requests: new PageRequests({ store, questions: this.#questions, sessions: this.#sessions, tasks }, this.#log),
      memberships: this.#memberships,
      log: this.#log,
    });
    const streams = new EventStreams(this.#settings, door, this.#viewers);
    const taskRoutes = new TaskRoutes(tasks, door, this.#settings.authorize !== undefined);
    const handler = createHandler({
      base,
      apiKey,
      allowedOrigins,
      door,
      log: this.#log,
      resourceAt: (path) => streams.resourceAt(path) ?? taskRoutes.resourceAt(path),
      health: async () => (this.#closing ? 'the server is closing' : store.health()),
      statuses: (sessionId) => this.getStatusMessages(sessionId),
      figures: metrics ? () => ({ ...this.#delivery.figures, stored: this.#publisher.stored }) : undefined,
      send: (channel, message) => this.send(channel, message),
    });
    this.#endpoints = new Endpoints({
      settings: this.#settings,
      door,
      viewers: this.#viewers,
      tasks,
      handler,
      isClosed: () => this.closed,
      log: this.#log,
    });
    instances.add(this);
    this.#sweepLater();
  }

  /**
   * Takes the WebSocket upgrades of a server. Other paths are left to whoever else listens. Plain HTTP requests are answered where the server has
   * no request handler of its own.
   */
  attach(server: AttachableServer, options?: AttachOptions): void {
    this.#assertOpen('attach');
    this.#endpoints.attach(server, options);
  }

  /** Serves a socket of `ws` that the application accepted itself, to whom it wants. Ids that are none end the connection with 4400. */
  handleConnection(ws: WebSocket, ids: ConnectionIds): void {
    this.#assertOpen('handleConnection');
    this.#endpoints.handleConnection(ws, ids);
  }

  /** Answers the plain HTTP addresses of the wire contract, for any framework that speaks `Request` and `Response`. */
  readonly fetch = (request: Request): Promise<Response> => this.#endpoints.fetch(request);

  /** Answers the plain HTTP addresses of the wire contract in Node's `http`, Connect or Express, and calls `next` for all others. */
  readonly middleware: Middleware<IncomingMessage> = (request, response, next) =>
    this.#endpoints.middleware(request, response, next);

  /**
   * Middleware for Node's `http`, Connect and Express: what a request begins reports to the session that it names. `authorize` is asked as for a page that wants to
   * watch that session; without it, whoever knows the id may. Where it refuses, the request is answered with 400, 401, 403, 404 or 503, and `next` is not called; a request
   * that names no session passes without a context. Until the response is closed, a page that stops the session aborts `currentContext().signal`.
   */
  sessionMiddleware<R extends IncomingMessage = IncomingMessage>(
    options: RequestSessionOptions<R> = {},
  ): Middleware<R> {
    return this.#requests.middleware(options);
  }

  /** The same for Web-standard requests. Resolves with what `run` answers, or with a `Response` that refuses. */
  runWithRequest<T>(
    request: Request,
    run: () => T | Promise<T>,
    options: RequestSessionOptions<Request> = {},
  ): Promise<T | Response> {
    return this.#requests.run(request, run, options);
  }

  /**
   * Calls `handler` once per session, when its first viewer arrives, in the session's context. What it throws ends the session's run: the page
   * sees that it failed, the log has the stack. Answers a function that takes the handler back.
   */
  onSession(handler: SessionHandler): () => void {
    return this.#sessions.onSession(handler);
  }

  /** Calls `handler` with whatever a page sends to the application, in the session's context. Answers a function that takes it back. */
  onInput(handler: InputHandler): () => void {
    return this.#sessions.onInput(handler);
  }

  /** Runs `run` in the context of a session: every call made inside reports there. Throws `invalid` for ids that are none. */
  runWithSession<T>(ids: Ids | string, run: () => T): T {
    assertFunction('runWithSession', run);
    return runInContext(readIds(ids), this, run);
  }

  /**
   * Says what is called in a worker: a `Worker` of `node:worker_threads`, or a child process with an IPC channel. The calls that name no messenger work there
   * as they do here, each once and in order, in the context of `ids` or else the one there is here, also when the worker ends right after its last call; its
   * `currentContext().signal` is aborted with the one here. Call it in the turn that makes the worker. An error that nobody catches in the worker is logged.
   * Answers a function that detaches it.
   * @throws StatusMessengerError `invalid` for what is no worker or no ids, `not_allowed` where the worker is attached, `closed` after `close()`.
   */
  attachWorker(worker: Worker | ChildProcess, ids?: Ids | string): () => void {
    this.#assertOpen('attachWorker');
    return attachWorker(this, this.#log, worker, ids);
  }

  /**
   * Sends a message to a channel. Resolves when it is stored, which is before anyone sees it.
   * @throws StatusMessengerError `invalid` or `too_large` for a message that cannot be, `closed` after `close()`.
   */
  async send(channel: ChannelName, message: Outgoing, options?: SendOptions): Promise<SendResult> {
    this.#assertOpen('send');
    assertChannel(channel);
    return this.#publisher.send(channel, message, options);
  }

  /** Sends a message to a session. */
  async sendToSession(sessionId: string, message: Outgoing, options?: SendOptions): Promise<SendResult> {
    this.#assertOpen('send');
    return this.#publisher.send(channelName('session', sessionId), message, options);
  }

  /** Sends a message to everyone who watches a thread (seed: `send_to_thread`). */
  async sendToThread(threadId: string, message: Outgoing, options?: SendOptions): Promise<SendResult> {
    this.#assertOpen('send');
    return this.#publisher.send(channelName('thread', threadId), message, options);
  }

  /** Sends a message to a user, wherever that user is connected (seed: `send_to_user`). */
  async sendToUser(userId: string, message: Outgoing, options?: SendOptions): Promise<SendResult> {
    this.#assertOpen('send');
    return this.#publisher.send(channelName('user', userId), message, options);
  }

  /** Sends a message to one connection of this server, by the id that its page was told: now or never. */
  async sendToConnection(connectionId: string, message: Outgoing): Promise<SendResult> {
    this.#assertOpen('send');
    return this.#publisher.sendToConnection(connectionId, message);
  }

  /**
   * Lets everybody of a session, or of a user, watch a thread: those who are connected from here on, and those who come while this messenger lives. What
   * `authorize` grants comes on top.
   */
  async join(threadId: string, member: Member): Promise<void> {
    this.#assertOpen('join');
    const thread = channelName('thread', threadId);
    const channel = memberChannel(member);
    if (!this.#memberships.join(threadId, channel)) return;
    await Promise.all(this.#delivery.watching(channel).map((connection) => this.#viewers.follow(connection, thread)));
  }

  /** Takes back what `join` gave. */
  leave(threadId: string, member: Member): void {
    const channel = memberChannel(member);
    this.#memberships.leave(threadId, channel);
    for (const connection of [...this.#delivery.watching(channel)]) {
      this.#viewers.unfollow(connection, channelName('thread', threadId));
    }
  }

  /**
   * Leaves nothing of a channel behind: not its messages, not its state, not what was answered to its pages. Pages that watch it see it empty; work that
   * still runs for it speaks into a new log. Resolves when it is gone.
   */
  async forget(channel: ChannelName): Promise<void> {
    this.#assertOpen('forget');
    assertChannel(channel);
    await this.#settings.store.forget(channel);
  }

  /**
   * Shows a status to the viewers of the session in context. Never throws and never waits; the order of calls is the order of messages (seed:
   * `add_status_message`).
   */
  addStatusMessage(text: string, extra: StatusExtra = {}): void {
    this.#speech.addStatus(text, extra);
  }

  /** Says something to those who watch the run in context, as one of the calls does. Never throws and never waits. */
  speak(call: string, message: Outgoing): void {
    this.#speech.speak(call, message);
  }

  /**
   * Asks those who watch the run in context, and resolves with the answer, checked. The question stands in the log: it outlives reloads and, where the store
   * does, the process (see `key`); whoever answers first wins.
   * @throws StatusMessengerError `invalid` or `too_large` for a question that cannot be asked or has nobody to be asked, `limit` when too many are open.
   * @throws UnansweredError when it was declined, has expired without a default, or its run is over.
   * Rejects with the reason of `signal`, or of the context's, when that is aborted.
   */
  async ask<const O extends AskOptions = Record<never, never>>(question: string, options?: O): Promise<AnswerTo<O>> {
    this.#assertOpen('ask');
    return this.#speech.ask(question, options);
  }

  /**
   * Publishes an event of the run in context to Google Pub/Sub: see the option `pubsub`. `data` is anything that JSON can carry. Never throws and never waits;
   * what cannot be published is a warning (seed: `publish_agent_event`).
   */
  publishAgentEvent(data: unknown, type = 'agent_event'): void {
    this.#events.publish(data, type, currentContext());
  }

  get clock(): Clock {
    return this.#settings.clock;
  }

  /**
   * The latest status, as a list of one or none (seed: `get_status_messages`): of the session, else of the one in context, else of those that no
   * session was in context for.
   */
  getStatusMessages(sessionId: string | undefined = currentContext()?.sessionId): string[] {
    return this.#speech.statuses(sessionId);
  }

  /**
   * What a session's messages add up to now, as a page that connects gets it: for server rendering. Of a session that is not known it is `initialState`, and asking makes
   * none.
   * @throws StatusMessengerError `invalid` for an id that is none, `closed` after `close()`.
   */
  async snapshot(sessionId: string): Promise<ChannelState> {
    this.#assertOpen('snapshot');
    const name = channelName('session', sessionId);
    const { store } = this.#settings;
    // What was said before is in it.
    await store.flush();
    return store.peek(name)?.state() ?? initialState;
  }

  /** Every status from here on as `[sessionId, text]`, for those who deliver by themselves (seed: `stream_status_updates`). */
  streamStatusUpdates(options?: { signal?: AbortSignal }): AsyncIterableIterator<StatusUpdate> {
    const signal = options?.signal;
    if (signal !== undefined && typeof signal?.addEventListener !== 'function') {
      throw invalid('streamStatusUpdates: signal', signal, 'an AbortSignal', 'leave it out to read for ever');
    }
    return this.#updates.read(signal);
  }

  /**
   * Ends the service gracefully: takes nothing new, sends what was accepted, tells every page to come back (1012, spread by `retry=`), and
   * resolves when all are gone or after `timeout` milliseconds (default 10,000). With `final` nothing takes its place: the pages are told that nothing
   * more will come (1000), and do not come back. Throws `invalid` for options that cannot be.
   */
  close(options: CloseOptions = {}): Promise<void> {
    assertFields('close', options, ['timeout', 'final']);
    const { timeout = 10_000, final = false } = options;
    if (typeof timeout !== 'number' || !(timeout >= 0)) {
      throw invalid('close: timeout', timeout, 'milliseconds from 0', 'leave it out for 10,000');
    }
    this.#closing ??= this.#close(timeout, final);
    return this.#closing;
  }

  /**
   * Writes to this messenger's log, once under each key.
   * @internal
   */
  warnOnce(key: string, text: string): void {
    this.#log.warnOnce(key, text);
  }

  /**
   * Takes over who reads the statuses of a messenger that gives way to this one.
   * @internal
   */
  takeOver(other: StatusMessenger): void {
    this.#updates.takeOver(other.#updates);
    void other.close();
  }

  get closed(): boolean {
    return this.#closing !== undefined;
  }

  async #close(timeout: number, isFinal: boolean): Promise<void> {
    instances.delete(this);
    this.#stopSweeping();
    const { random, store, clock } = this.#settings;
    const deadline = elapsed(clock) + timeout;
    this.#viewers.close();
    // In one turn: whoever hears that its question is closed sees by its signal why.
    const stored = [this.#questions.close(), this.tasks.close()];
    const reason = new GoesOnElsewhere('the server is closing');
    this.#work.close(reason);
    this.#sessions.cancelAll(reason);
    await Promise.all(stored);
    await store.flush();
    const spread = spreadOfLeaving(this.#delivery);
    await this.#delivery.drain(timeout, () =>
      isFinal
        ? { code: CloseCode.done, reason: '' }
        : { code: CloseCode.restarting, reason: retryReason(random() * spread) },
    );
    this.#endpoints.detach();
    await this.#events.close(Math.max(0, deadline - elapsed(clock)));
    this.#updates.close();
    await store.close();
  }

  #sweepLater(): void {
    const { clock, store } = this.#settings;
    this.#stopSweeping = clock.after(SWEEP, () => {
      store.sweep();
      this.tasks.sweep();
      void this.#leftovers.lookThrough(this.#delivery.watched());
      this.#sweepLater();
    });
  }

  #assertOpen(call: string): void {
    if (this.#closing) {
      throw new StatusMessengerError(
        'closed',
        `${call}: got a call after close(), expected an open messenger; make a new one`,
      );
    }
  }
}

function assertChannel(channel: unknown): asserts channel is ChannelName {
  if (isChannelName(channel)) return;
  throw invalid('channel', channel, 'session:ID, thread:ID, user:ID or task:ID', `write an id of ${ID_RULE}`);
}

/** Milliseconds between two looks for what has become too old. */
const SWEEP = 10_000;

/** The open messengers of this process: where there is just one, calls without a context mean it. */
export const instances = new Set<StatusMessenger>();
