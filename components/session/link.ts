import {
  type Clock,
  CloseCode,
  closeVerdict,
  messageOf,
  retryAfter,
  StatusMessengerError,
} from '../../protocol/index.js';
import { reconnectDelay } from './backoff.js';
import { browserClock } from './browser-clock.js';
import type { Connection, Refusal } from './connection.js';
import { isOnline, type PageListener, watchPage } from './page-lifecycle.js';
import type { SocketConstructor, SocketLike } from './socket.js';

export interface LinkOptions {
  /** A credential, sent in the query. */
  readonly token?: string;
  /** Asked for a credential at every attempt; also when the server says that the last one is not good (4401), until it refuses two in a row. */
  readonly getToken?: () => string | undefined | Promise<string | undefined>;
  /** Milliseconds before attempt `n` (0 is the first after a loss). Default: full jitter, 0.5 s doubling up to 20 s. */
  readonly reconnectDelay?: (n: number, random: () => number) => number;
  readonly clock?: Clock;
  /** Randomness in [0, 1). Default `Math.random`. */
  readonly random?: () => number;
  /** Default: the platform's. */
  readonly WebSocket?: SocketConstructor;
  /** Watches the page's life. Default: the page that this runs in. */
  readonly watchPage?: (listener: PageListener) => () => void;
}

/** Who speaks over a link. */
export interface LinkUser {
  /** The URL to connect to, asked anew at every attempt. May throw `invalid`: then nothing is tried again. */
  address(token: string | undefined): string;
  opened(): void;
  heard(data: unknown): void;
  /** The socket is gone; what it had begun to say will not go on. */
  dropped(): void;
  connection(connection: Connection): void;
  problem(key: string, error: StatusMessengerError): void;
}

/** Milliseconds: how long a connection must be live before the next loss counts as the first. */
const STEADY = 5000;
/** The spread of attempts when many pages come back at once. */
const WAKE_JITTER = 250;
/** The longest quiet that is waited for, in milliseconds, whatever a server promises: a timer of the platform's overflows at 25 days. */
const LONGEST_PATIENCE = 24 * 3_600_000;

type TimerName = 'retry' | 'steady' | 'quiet';

/** A WebSocket that comes back: it decides when to connect, when to give up and how long to wait, and knows nothing of what is said. */
export class Link {
  readonly clock: Clock;
  readonly #options: LinkOptions;
  readonly #user: LinkUser;
  readonly #random: () => number;

  #connection: Connection = { status: 'idle' };
  #beforeLive: Connection = this.#connection;
  #socket: SocketLike | undefined;
  /** Counts sockets: what an earlier one still has to say is not heard. */
  #generation = 0;
  /** How many attempts failed since the connection was last steady. */
  #failures = 0;
  /** Since when what is shown is only what was last known; `undefined` while live and before the first time. */
  #lostAt: number | undefined;
  /** The server asked not to be tried before. */
  #notBefore = 0;
  /** The token in use, the one that the server would not have, and whether a fresh one was asked for since the connection was last live. */
  #token: string | undefined;
  #rejectedToken: string | undefined;
  #renewed = false;
  #heardAt = 0;
  #timers: Partial<Record<TimerName, () => void>> = {};
  #unwatchPage: (() => void) | undefined;
  /** Milliseconds of quiet after which the connection counts as dead; `undefined` where the server promised nothing. */
  #patience: number | undefined;

  constructor(options: LinkOptions, user: LinkUser) {
    this.#options = options;
    this.#user = user;
    this.clock = options.clock ?? browserClock;
    this.#random = options.random ?? Math.random;
  }

  get connection(): Connection {
    return this.#connection;
  }

  get isOpen(): boolean {
    return this.#socket?.readyState === 1;
  }

  /** Connects, and stays connected until `disconnect()` or an end that the server declares; at once where it waits for another attempt. */
  connect(): void {
    const { status } = this.#connection;
    if (status === 'reconnecting' || status === 'offline') this.#retryIn(0);
    if (status !== 'idle' && status !== 'ended' && status !== 'refused') return;
    this.#failures = 0;
    this.#renewed = false;
    this.#rejectedToken = this.#lostAt = undefined;
    this.#unwatchPage ??= (this.#options.watchPage ?? watchPage)({ woke: () => this.#woke(), hid: () => this.#hid() });
    this.#become({ status: 'connecting' });
    this.#open();
  }

  /** Ends the connection on purpose: nothing but `connect()` revives it. */
  disconnect(): void {
    this.#rest({ status: 'idle' });
  }

  send(text: string): void {
    this.#socket?.send(text);
  }

  /** The user has everything that was missed. */
  live(): void {
    if (this.#connection.status === 'live' || !this.#socket) return;
    this.#beforeLive = this.#connection;
    this.#lostAt = undefined;
    this.#renewed = false;
    this.#timer('steady', STEADY, () => {
      this.#failures = 0;
    });
    this.#become({ status: 'live', since: this.clock.now() });
  }

  /** The user was taken for live too early: it is as before until it has everything. */
  behind(): void {
    if (this.#connection.status !== 'live') return;
    this.#timers.steady?.();
    if ('since' in this.#beforeLive) this.#lostAt = this.#beforeLive.since;
    this.#become(this.#beforeLive);
  }

  /** From now on, `ms` milliseconds in which nothing is heard mean that the connection is dead. */
  expectSigns(ms: number): void {
    this.#patience = Math.min(ms, LONGEST_PATIENCE);
    this.#checkSigns();
  }

  /** Gives the connection up and comes back after the backoff, but not before `atLeast` milliseconds. */
  lost(reason: string, atLeast = 0): void {
    this.#drop();
    const now = this.clock.now();
    this.#lostAt ??= now;
    const since = this.#lostAt;
    const delay = (this.#options.reconnectDelay ?? reconnectDelay)(this.#failures++, this.#random);
    const wait = Math.max(delay, atLeast);
    this.#notBefore = now + atLeast;
    this.#timer('retry', wait, () => this.#retry(reason));
    this.#become(
      isOnline()
        ? { status: 'reconnecting', since, attempt: this.#failures, retryAt: now + wait, reason }
        : { status: 'offline', since },
    );
  }

  #become(connection: Connection): void {
    this.#connection = connection;
    this.#user.connection(connection);
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
    this.#patience = undefined;
    this.#socket?.close();
    this.#socket = undefined;
    this.#user.dropped();
  }

  #timer(name: TimerName, ms: number, run: () => void): void {
    this.#timers[name]?.();
    this.#timers[name] = this.clock.after(ms, () => {
      delete this.#timers[name];
      run();
    });
  }

  #open(): void {
    const { getToken, token } = this.#options;
    if (!getToken) {
      this.#openWith(token);
      return;
    }
    const generation = this.#generation;
    Promise.resolve()
      .then(getToken)
      .then(
        (fresh) => generation === this.#generation && this.#openWith(fresh),
        (cause: unknown) => {
          if (generation !== this.#generation) return;
          const text = `getToken: it failed (${messageOf(cause)}); it is asked again at the next attempt`;
          this.#user.problem('token', new StatusMessengerError('invalid', text, { cause }));
          this.lost('no token could be had');
        },
      );
  }

  #openWith(token: string | undefined): void {
    if (token !== undefined && token === this.#rejectedToken) {
      this.#refuseToken();
      return;
    }
    this.#token = token;
    let socket: SocketLike;
    try {
      socket = new (this.#options.WebSocket ?? WebSocket)(this.#user.address(token));
    } catch (error) {
      this.#refuse({ code: CloseCode.malformed, reason: messageOf(error), local: true }, error);
      return;
    }
    socket.binaryType = 'arraybuffer';
    this.#socket = socket;
    const generation = this.#generation;
    const isCurrent = () => generation === this.#generation;
    socket.onopen = () => {
      if (isCurrent()) this.#user.opened();
    };
    socket.onmessage = ({ data }) => {
      if (!isCurrent()) return;
      this.#heardAt = this.clock.now();
      this.#user.heard(data);
    };
    // What went wrong is told by the close that follows; without a listener some platforms would throw it.
    socket.onerror = () => {};
    socket.onclose = ({ code, reason }) => {
      if (isCurrent()) this.#closed(code, reason);
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
        this.#rejectedToken = this.#token;
        // Every attempt asks for a token, so coming back is all it takes: once, until the connection was live again.
        if (this.#options.getToken && !this.#renewed) {
          this.#renewed = true;
          this.lost(reason || 'the token has expired', retryAfter(reason));
        } else if (reason) this.#refuse({ code, reason });
        else this.#refuseToken();
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
    this.#user.problem('refused', error);
  }

  #refuseToken(): void {
    this.#refuse({ code: CloseCode.unauthorized, reason: 'the server does not take this token', local: true });
  }

  #retryIn(ms: number): void {
    if (this.#timers.retry) this.#timer('retry', ms, () => this.#retry('asked to'));
  }

  #retry(reason: string): void {
    const since = this.#lostAt ?? this.clock.now();
    if (isOnline()) this.#become({ status: 'reconnecting', since, attempt: this.#failures, reason });
    this.#open();
  }

  #checkSigns(): void {
    if (this.#patience === undefined) return;
    const quiet = this.clock.now() - this.#heardAt;
    if (quiet >= this.#patience) this.lost('the server has gone quiet');
    else this.#timer('quiet', this.#patience - quiet, () => this.#checkSigns());
  }

  #woke(): void {
    const soon = this.#random() * WAKE_JITTER;
    if (this.#timers.retry) this.#retryIn(Math.max(soon, this.#notBefore - this.clock.now()));
    else this.#checkSigns();
  }

  #hid(): void {
    if (this.#socket) this.lost('the page was put away');
  }
}
