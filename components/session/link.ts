import {
  type Clock,
  CloseCode,
  closeVerdict,
  elapsed,
  messageOf,
  retryAfter,
  StatusMessengerError,
} from '../../protocol/index.js';
import { ownDelay, reconnectDelay } from './backoff.js';
import { browserClock } from './browser-clock.js';
import { type Connection, isOver, NOT_CONNECTED, type Refusal } from './connection.js';
import { Dialer } from './dialer.js';
import type { LinkOptions } from './options.js';
import { isOnline, watchPage } from './page-lifecycle.js';
import type { Problems } from './problems.js';
import type { SocketLike } from './socket.js';
import { Tokens } from './tokens.js';
import { Watchdog } from './watchdog.js';

/** Who speaks over a link. */
export interface LinkUser {
  /** The URL to connect to, asked anew at every attempt. May throw `invalid`: then nothing is tried again. */
  address(token: string | undefined): string;
  /** Answers whether the server will greet, which `expectSigns()` or `live()` then tells. */
  opened(): boolean;
  /** Asks the server for a sign of life. */
  probe(): void;
  /** `aside`: by another way than what the server says by itself. */
  heard(data: unknown, aside: boolean): void;
  /** The socket is gone; what it had begun to say will not go on. */
  dropped(): void;
  connection(connection: Connection): void;
}

/** Milliseconds: how long a connection must be live before the next loss counts as the first. */
const STEADY = 5000;
/** The spread of attempts when many pages come back at once. */
const WAKE_JITTER = 250;
/** Milliseconds of an attempt after which a page that wakes makes another: it may have begun in a network that is gone. */
const FRESH = 2000;
/** Milliseconds that `openTimeout` is by default: far more than a handshake takes on a bad network, and less than people wait. */
const OPENING = 10_000;
/** Milliseconds that `getToken` may take before it is asked again: someone may have to sign in. */
const TOKEN = 60_000;
/** The most that a server may ask its pages to spread, in milliseconds: beyond that, one is taken for lost that is not. */
const WIDEST_SPREAD = 60_000;

type TimerName = 'retry' | 'steady' | 'opening' | 'doubt';

/** A connection that comes back: it decides when to connect, when to give up and how long to wait, and knows nothing of what is said. */
export class Link {
  readonly clock: Clock;
  readonly random: () => number;
  readonly tokens: Tokens;
  readonly #options: LinkOptions;
  readonly #user: LinkUser;
  readonly #problems: Problems;

  #connection: Connection = NOT_CONNECTED;
  #beforeLive: Connection = this.#connection;
  #socket: SocketLike | undefined;
  readonly #dialer: Dialer;
  /** Counts connections: what an earlier one still has to say is not heard. */
  #generation = 0;
  /** How far the socket has come, and since when it is on its way, by `elapsed()`. */
  #stage: 'opening' | 'open' | 'heard' = 'opening';
  #begunAt = 0;
  /** How many attempts failed since the connection was last steady, and how many of them before the page last woke. */
  #failures = 0;
  #failuresAtWake = 0;
  /** Milliseconds over which the server asked its pages to come back. */
  #spread = 0;
  /** Since when what is shown is only what was last known; `undefined` while live and before the first time. */
  #lostAt: number | undefined;
  /** The server asked not to be tried before, by `elapsed()`. */
  #notBefore = 0;
  #timers: Partial<Record<TimerName, () => void>> = {};
  #unwatchPage: (() => void) | undefined;
  readonly #watchdog: Watchdog;

  constructor(options: LinkOptions, user: LinkUser, problems: Problems) {
    this.#options = options;
    this.#user = user;
    this.#problems = problems;
    this.clock = options.clock ?? browserClock;
    this.random = options.random ?? Math.random;
    this.tokens = new Tokens(options);
    this.#dialer = new Dialer(options, this.clock, problems);
    this.#watchdog = new Watchdog(this.clock, {
      probe: () => user.probe(),
      quiet: () => this.lost('the server has gone quiet'),
      unanswered: () => this.#comeBack('the server did not answer', this.#soon()),
    });
  }

  get connection(): Connection {
    return this.#connection;
  }

  /** Another one than before means that the connection was ended meanwhile. */
  get generation(): number {
    return this.#generation;
  }

  /**
   * Connects, and stays connected until `disconnect()` or an end that the server declares. Where it waits for another attempt it goes at once, though not before
   * the server has asked to be tried.
   */
  connect(): void {
    const wait = Math.max(0, this.#notBefore - elapsed(this.clock));
    this.#retryIn(wait);
    if (this.#connection.status !== 'idle' && !isOver(this.#connection)) return;
    this.#failures = this.#failuresAtWake = 0;
    this.#lostAt = undefined;
    this.tokens.forgive();
    this.#unwatchPage ??= (this.#options.watchPage ?? watchPage)({
      woke: () => this.#woke(),
      hid: () => this.#socket && this.lost('the page was put away'),
    });
    if (wait > 0) this.#comeBack('the server asked to wait', wait, wait);
    else this.#attempt({ status: 'connecting' });
  }

  /** Ends the connection on purpose: nothing but `connect()` revives it. */
  disconnect(): void {
    this.#rest(NOT_CONNECTED);
  }

  send(text: string): void {
    this.#socket?.send(text);
  }

  /** The user has everything that was missed. */
  live(): void {
    if (this.#connection.status === 'live' || !this.#socket) return;
    this.#beforeLive = this.#connection;
    this.#lostAt = undefined;
    this.#stop('opening');
    this.#timer('steady', STEADY, () => {
      this.#failures = this.#failuresAtWake = 0;
      this.tokens.admitted();
    });
    this.#become({ status: 'live', since: this.clock.now(), transport: this.#dialer.transport });
    this.#dialer.live();
  }

  /** The server has answered the probe. */
  answered(): void {
    this.#watchdog.answered();
  }

  /** Takes another connection in the place of one on which not a word was heard; until that fails, all stands as before. */
  renewIfSilent(): void {
    if (!this.#socket || this.#stage === 'heard') return;
    this.#drop();
    this.#open();
  }

  /** The user was taken for live too early: it is as before until it has everything. */
  behind(): void {
    if (this.#connection.status !== 'live') return;
    this.#stop('steady');
    if ('since' in this.#beforeLive) this.#lostAt = this.#beforeLive.since;
    this.#become(this.#beforeLive);
  }

  /** From now on, `ms` milliseconds in which nothing is heard mean that the connection is dead. */
  expectSigns(ms: number): void {
    this.#stop('opening');
    this.#watchdog.expect(ms);
  }

  /** Milliseconds over which the server wants its pages to come back, should all of them have to. */
  spreadOver(ms: number): void {
    this.#spread = Math.min(Math.max(ms, 0), WIDEST_SPREAD);
  }

  /** Gives the connection up and comes back after the backoff, but not before `atLeast` milliseconds. */
  lost(reason: string, atLeast = 0): void {
    const { reconnectDelay: own } = this.#options;
    const args = [this.#failures - this.#failuresAtWake, this.random, this.#spread] as const;
    const wanted = own && ownDelay(own, ...args);
    const delay = typeof wanted === 'number' ? wanted : reconnectDelay(...args);
    this.#comeBack(reason, Math.max(delay, atLeast), atLeast);
    if (wanted instanceof StatusMessengerError) this.#problems.report('reconnectDelay', wanted);
  }

  #comeBack(reason: string, wait: number, atLeast = 0): void {
    this.#drop();
    const now = this.clock.now();
    this.#lostAt ??= now;
    const since = this.#lostAt;
    this.#failures++;
    this.#notBefore = elapsed(this.clock) + atLeast;
    this.#timer('retry', wait, () => this.#retry(reason));
    this.#become(
      isOnline()
        ? { status: 'reconnecting', since, attempt: this.#failures, retryAt: now + wait, reason }
        : { status: 'offline', since },
    );
  }

  #become(connection: Connection): void {
    if (connection === this.#connection) return;
    this.#connection = connection;
    this.#user.connection(connection);
  }

  #attempt(connection: Connection): void {
    const generation = this.#generation;
    this.#become(connection);
    // Whoever was told may have disconnected.
    if (generation === this.#generation) this.#open();
  }

  /** Comes to rest: no socket, no timer, until `connect()`. */
  #rest(connection: Connection): void {
    this.#drop();
    this.#unwatchPage?.();
    this.#unwatchPage = undefined;
    if (this.#connection.status !== connection.status) this.#become(connection);
  }

  /** Lets go of the socket, whatever state it is in, and of everything that waits for it. */
  #drop(): void {
    this.#generation++;
    for (const stop of Object.values(this.#timers)) stop();
    this.#timers = {};
    this.#watchdog.stop();
    this.#socket?.close();
    this.#socket = undefined;
    this.#user.dropped();
  }

  #timer(name: TimerName, ms: number, run: () => void): void {
    this.#stop(name);
    this.#timers[name] = this.clock.after(ms, () => {
      delete this.#timers[name];
      run();
    });
  }

  #stop(name: TimerName): void {
    this.#timers[name]?.();
    delete this.#timers[name];
  }

  #open(): void {
    const { tokens } = this;
    if (!tokens.canAsk) {
      this.#openWith(tokens.current);
      return;
    }
    const generation = this.#generation;
    this.#timer('opening', TOKEN, () => this.lost('getToken did not answer'));
    tokens.ask().then(
      (fresh) => generation === this.#generation && this.#openWith(fresh),
      (cause: unknown) => {
        if (generation !== this.#generation) return;
        this.lost('no token could be had');
        this.tokenFailed(cause, 'at the next attempt');
      },
    );
  }

  /** `getToken` failed, and is asked again at some time. */
  tokenFailed(cause: unknown, when: string): void {
    const text = `getToken: it failed (${messageOf(cause)}); it is asked again ${when}`;
    this.#problems.report('token', new StatusMessengerError('invalid', text, { cause }));
  }

  #openWith(token: string | undefined): void {
    const rejection = this.tokens.rejection(token);
    if (rejection !== undefined) {
      this.#refuseToken(rejection);
      return;
    }
    this.tokens.current = token;
    const generation = this.#generation;
    const isCurrent = () => generation === this.#generation;
    let socket: SocketLike;
    try {
      socket = this.#dialer.dial(this.#user.address(token));
    } catch (error) {
      this.#refuse({ code: CloseCode.malformed, reason: messageOf(error), local: true }, error);
      return;
    }
    // What went wrong is told by the close that follows; without a listener some platforms would throw it.
    socket.onerror = () => {};
    // Whoever hears that WebSockets do not get through may disconnect.
    if (!isCurrent()) {
      socket.close();
      return;
    }
    socket.binaryType = 'arraybuffer';
    this.#socket = socket;
    this.#stage = 'opening';
    this.#begunAt = elapsed(this.clock);
    const { openTimeout = OPENING } = this.#options;
    this.#timer('opening', openTimeout, () => {
      this.#dialer.failed();
      this.lost('the connection did not open');
    });
    socket.onopen = () => {
      if (!isCurrent()) return;
      this.#stage = 'open';
      this.#dialer.opened();
      this.#stop('opening');
      if (this.#user.opened()) this.#timer('opening', openTimeout, () => this.lost('the server did not greet'));
    };
    socket.onmessage = ({ data, aside = false }) => {
      if (!isCurrent()) return;
      if (!aside) {
        this.#stage = 'heard';
        this.#watchdog.heard();
      }
      this.#user.heard(data, aside);
    };
    socket.onclose = ({ code, reason }) => {
      if (!isCurrent()) return;
      if (this.#stage === 'opening') this.#dialer.failed();
      this.#closed(code, reason);
    };
  }

  #closed(code: number, reason: string): void {
    switch (closeVerdict(code)) {
      case 'done':
        this.#rest({ status: 'ended' });
        break;
      case 'refused':
        this.#refuse({ code, reason });
        break;
      case 'renew':
        // Every attempt asks for a token, so coming back is all it takes.
        if (this.tokens.rejectCurrent(reason)) this.lost(reason || 'the token has expired', retryAfter(reason));
        else this.#refuseToken(reason);
        break;
      case 'retry':
        this.lost(reason || `closed with ${code}`, retryAfter(reason));
    }
  }

  #refuse(refusal: Omit<Refusal, 'status'>, cause?: unknown): void {
    const { code, reason } = refusal;
    this.#rest({ status: 'refused', ...refusal });
    const text = `the connection was refused with ${code}: ${reason || 'no reason was given'}; it is not tried again`;
    const error =
      cause instanceof StatusMessengerError ? cause : new StatusMessengerError('not_allowed', text, { cause });
    this.#problems.report('refused', error);
  }

  #refuseToken(reason: string): void {
    const said = reason ? { reason } : ({ reason: 'the server does not take this token', local: true } as const);
    this.#refuse({ code: CloseCode.unauthorized, ...said });
  }

  /** Where it waits for another attempt, that one is made in `ms` milliseconds. */
  #retryIn(ms: number): void {
    if (this.#timers.retry) this.#timer('retry', ms, () => this.#retry('asked to'));
  }

  #retry(reason: string): void {
    const since = this.#lostAt ?? this.clock.now();
    const trying: Connection = { status: 'reconnecting', since, attempt: this.#failures, reason };
    this.#attempt(isOnline() ? trying : this.#connection);
  }

  #soon(): number {
    return this.random() * WAKE_JITTER;
  }

  #woke(): void {
    this.#failuresAtWake = this.#failures;
    if (this.#timers.retry) this.#retryIn(Math.max(this.#soon(), this.#notBefore - elapsed(this.clock)));
    else if (this.#socket && this.#stage !== 'heard') this.#doubt();
    else this.#watchdog.probe();
  }

  /** Before its first word nobody knows whether a connection is there, and there is nothing to ask by: it is replaced, unless it comes further meanwhile. */
  #doubt(): void {
    if (this.#timers.doubt) return;
    const stage = this.#stage;
    const wait = Math.max(this.#soon(), this.#begunAt + FRESH - elapsed(this.clock));
    this.#timer('doubt', wait, () => stage === this.#stage && this.renewIfSilent());
  }
}
