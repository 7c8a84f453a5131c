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
  readonly #options: TokenOptions;
  /** With what the server said of each; empty where it said nothing. */
  readonly #rejected = new Map<string, string>();
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
  reject(token: string | undefined, reason = ''): void {
    if (token !== undefined) this.#rejected.set(token, reason);
  }

  /** The server would not have the one in use, and said why. Answers whether a fresh one may do better: once, until the server has let the page in. */
  rejectCurrent(reason = ''): boolean {
    this.reject(this.current, reason);
    if (!this.canAsk || this.#isRenewed) return false;
    this.#isRenewed = true;
    return true;
  }

  /** The server has let the page in for certain: should the token end, another is asked for. */
  admitted(): void {
    this.#isRenewed = false;
  }

  wasRejected(token: string | undefined): boolean {
    return this.rejection(token) !== undefined;
  }

  /** Why the server would not have it; `undefined` where it would, as far as is known. */
  rejection(token: string | undefined): string | undefined {
    return token === undefined ? undefined : this.#rejected.get(token);
  }

  /** Someone wants everything to be tried once more. */
  forgive(): void {
    this.#rejected.clear();
    this.#isRenewed = false;
  }
}
