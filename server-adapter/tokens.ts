import { errors, type JWTPayload, jwtVerify, SignJWT } from 'jose';
import { assertId, CloseCode, invalid, isId, isRunId, StatusMessengerError } from '../protocol/index.js';
import { type Authorize, type Grant, THREADS } from './access/authorize.js';

export interface SessionTokensOptions {
  /**
   * What tokens are signed with: at least 32 bytes that only your servers know (HS256). Of a list, the first signs and all are accepted, so that a secret can be
   * replaced without a break.
   */
  readonly secret: string | Uint8Array | ReadonlyArray<string | Uint8Array>;
  /** Milliseconds that a token is good for. Default 15 minutes. */
  readonly expiresIn?: number;
  /** Milliseconds since 1970. Default: the machine's clock. */
  readonly now?: () => number;
}

/** Whom a token lets watch what. */
export interface TokenClaims extends Pick<Grant, 'threadIds' | 'userId'> {
  readonly sessionId: string;
}

/** What tells these tokens from others that are signed with the same secret. */
const AUDIENCE = 'status-messenger';
const SECRET_BYTES = 32;

/**
 * Signed tokens (JWT) that let a page watch a session: `mint` one where you know who asks, hand it to the page, and give `authorize` to the messenger.
 * Loaded from `status-messenger/server/tokens`; takes the package `jose`.
 */
export class SessionTokens {
  readonly #keys: readonly Uint8Array[];
  readonly #expiresIn: number;
  readonly #now: () => number;

  /** Throws `invalid` for a secret that is too short, or a time that is none. */
  constructor({ secret, expiresIn = 900_000, now = Date.now }: SessionTokensOptions) {
    const secrets = Array.isArray(secret) ? secret : [secret];
    if (secrets.length === 0) throw invalid('tokens: secret', secret, 'a secret', 'make one of 32 random bytes');
    this.#keys = secrets.map(readSecret);
    assertSpan(expiresIn);
    this.#expiresIn = expiresIn;
    this.#now = now;
  }

  /** A token for a page. `expiresIn` in milliseconds. Throws `invalid` for ids that are none. */
  async mint(claims: TokenClaims, { expiresIn = this.#expiresIn }: { expiresIn?: number } = {}): Promise<string> {
    const { sessionId, threadIds = [], userId } = claims;
    assertId(sessionId, 'tokens: sessionId');
    if (isRunId(sessionId)) throw invalid('tokens: sessionId', sessionId, 'a session, not a run', 'name the session');
    if (threadIds.length > THREADS) {
      throw invalid('tokens: threadIds', threadIds, `at most ${THREADS}`, 'name those that the page shows');
    }
    for (const id of threadIds) assertId(id, 'tokens: threadIds');
    if (userId !== undefined) assertId(userId, 'tokens: userId');
    assertSpan(expiresIn);
    const [key] = this.#keys;
    if (!key) throw new TypeError('status-messenger: tokens: there is no key');
    const token = new SignJWT({ sid: sessionId, ...(threadIds.length > 0 ? { threads: threadIds } : {}) })
      .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
      .setAudience(AUDIENCE)
      .setIssuedAt(Math.floor(this.#now() / 1000))
      .setExpirationTime(Math.ceil((this.#now() + expiresIn) / 1000));
    if (userId !== undefined) token.setSubject(userId);
    return token.sign(key);
  }

  /** Grants what the token of a request says, until it expires; for the option `authorize`. */
  readonly authorize: Authorize = async ({ token, sessionId }) => {
    if (token === undefined) return NO_TOKEN;
    const claims = await this.#verify(token);
    if ('refuse' in claims) return claims;
    if (claims.sessionId !== sessionId) return { refuse: 'the token is for another session' };
    return claims;
  };

  async #verify(token: string): Promise<Claims | Refused> {
    for (const key of this.#keys) {
      try {
        const { payload } = await jwtVerify(token, key, {
          algorithms: ['HS256'],
          audience: AUDIENCE,
          requiredClaims: ['exp', 'sid'],
          currentDate: new Date(this.#now()),
        });
        return readClaims(payload) ?? NOT_VALID;
      } catch (error) {
        if (error instanceof errors.JWTExpired) return EXPIRED;
        if (!(error instanceof errors.JOSEError)) throw error;
      }
    }
    return NOT_VALID;
  }
}

type Claims = Grant & { readonly sessionId: string };
type Refused = { readonly refuse: string; readonly code: 4401 };

const NO_TOKEN: Refused = { refuse: 'a token is needed', code: CloseCode.unauthorized };
const EXPIRED: Refused = { refuse: 'the token has expired', code: CloseCode.unauthorized };
const NOT_VALID: Refused = { refuse: 'the token is not valid', code: CloseCode.unauthorized };

/** Claims of another's making, under the same secret, may be anything. */
function readClaims({ sid, threads = [], sub, exp = 0 }: JWTPayload): Claims | undefined {
  const areIds = Array.isArray(threads) && threads.length <= THREADS && threads.every(isId);
  if (!isId(sid) || !areIds || (sub !== undefined && !isId(sub))) return undefined;
  return { sessionId: sid, threadIds: threads, ...(sub === undefined ? {} : { userId: sub }), expiresAt: exp * 1000 };
}

function readSecret(secret: unknown): Uint8Array {
  const bytes = typeof secret === 'string' ? new TextEncoder().encode(secret) : secret;
  if (bytes instanceof Uint8Array && bytes.length >= SECRET_BYTES) return bytes;
  // What it says is nobody's business, not even the log's.
  const got = `one of ${bytes instanceof Uint8Array ? `${bytes.length} bytes` : `type ${typeof secret}`}`;
  const text = `tokens: secret: got ${got}, expected at least ${SECRET_BYTES} bytes; make one with crypto.randomBytes(32)`;
  throw new StatusMessengerError('invalid', text);
}

function assertSpan(ms: number): void {
  if (typeof ms === 'number' && ms > 0 && ms <= 10 * 365 * 86_400_000) return;
  throw invalid('tokens: expiresIn', ms, 'milliseconds above 0', 'leave it out for 900000');
}
