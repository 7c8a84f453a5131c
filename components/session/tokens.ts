export interface TokenOptions {
  /** A credential, sent in the query. */
  readonly token?: string;
  /**
   * Asked for a credential at every attempt, before the one in use ends, and when the server says that the last one is not good (4401), until it
   * refuses two in a row.
   */
  readonly getToken?: () => string | undefined | Promise<string | undefined>;
}

/** The credentials of a connection: the one in use, and those that the server would not have. */
export class Tokens {
  /** The one that the server let the page in by, or is asked to. */
  current: string | undefined;
  /** What the server said of the last one that it would not have; empty where it said nothing. */
  reason = '';
  readonly #options: TokenOptions;
  readonly #rejected = new Set<string>();
  /** A fresh one was asked for since the server last let the page in for certain. */
  #isRenewed = false;

  constructor(options: TokenOptions) {
    this.#options = options;
    this.current = options.token;
  }

  /** Whether there can be a fresh one. */
  get canAsk(): boolean {
    return this.#options.getToken !== undefined;
  }

  async ask(): Promise<string | undefined> {
    const { getToken, token } = this.#options;
    return getToken ? getToken() : token;
  }

  /** The server would not have it: it is never shown again. */
  reject(token: string | undefined): void {
    if (token !== undefined) this.#rejected.add(token);
  }

  /** The server would not have the one in use, and said why. Answers whether a fresh one may do better: once, until the server has let the page in. */
  rejectCurrent(reason = ''): boolean {
    this.reject(this.current);
    this.reason = reason;
    if (!this.canAsk || this.#isRenewed) return false;
    this.#isRenewed = true;
    return true;
  }

  /** The server has let the page in for certain: should the token end, another is asked for. */
  admitted(): void {
    this.#isRenewed = false;
    this.reason = '';
  }

  wasRejected(token: string | undefined): boolean {
    return token !== undefined && this.#rejected.has(token);
  }

  /** Someone wants everything to be tried once more. */
  forgive(): void {
    this.#rejected.clear();
    this.#isRenewed = false;
    this.reason = '';
  }
}
