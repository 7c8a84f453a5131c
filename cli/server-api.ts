import { invalid, isObject, messageOf, parseJson, StatusMessengerError } from '../protocol/index.js';
import { UsageError } from './command.js';

/** A message as `POST /api/messages` takes it: whom it is for (`channel`), and what it says. */
export interface Publication {
  readonly channel: string;
  readonly type: string;
  readonly data: unknown;
  readonly agent?: string;
  readonly step?: string;
  readonly level?: string;
}

/** What the server answered for a message: `reason` where it went nowhere. */
export interface Published {
  readonly reason?: string;
}

/** Why something could not be published. `mayTryAgain`: the server has nothing of it yet, and may take it later. */
export class PublishError extends StatusMessengerError {
  readonly mayTryAgain: boolean;

  constructor(text: string, mayTryAgain: boolean) {
    super('unavailable', text);
    this.mayTryAgain = mayTryAgain;
  }
}

/** Where `serve` is by default. */
const DEFAULT_SERVER = 'http://127.0.0.1:8000';
/** Milliseconds that the server may take to answer. */
const TIMEOUT = 30_000;
/** Statuses that say that the message itself cannot be. */
const NO_MESSAGE = new Set([400, 413]);
/** Node's words for a connection that was never there. */
const NEVER_CONNECTED = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH']);

/** A server that messages are published to over HTTP. */
export class ServerApi {
  readonly url: URL;
  readonly #key: string;

  /** Throws `invalid` for an address that is none, or no key. */
  constructor(url: string | undefined, { STATUS_MESSENGER_API_KEY: key }: NodeJS.ProcessEnv) {
    this.url = readServerUrl(url);
    if (!key) {
      throw invalid(
        'STATUS_MESSENGER_API_KEY',
        key,
        "the server's key in the environment",
        'set it to the key that the server was started with',
      );
    }
    this.#key = key;
  }

  /** Resolves with the server's word on each; throws `PublishError`, or `UsageError` for messages that cannot be. */
  async publish(messages: readonly Publication[]): Promise<readonly Published[]> {
    const response = await this.#post(messages);
    const body = parseJson(await response.text());
    if (response.status === 201 && Array.isArray(body)) return body.map(readPublished);
    const text = `publish: got ${this.#refusal(response.status, body)}`;
    if (NO_MESSAGE.has(response.status)) throw new UsageError(text);
    throw new PublishError(text, response.status === 503);
  }

  async #post(messages: readonly Publication[]): Promise<Response> {
    try {
      return await fetch(addressIn(this.url, '/api/messages'), {
        method: 'POST',
        headers: { authorization: `Bearer ${this.#key}`, 'content-type': 'application/json' },
        body: JSON.stringify(messages),
        redirect: 'error',
        signal: AbortSignal.timeout(TIMEOUT),
      });
    } catch (error) {
      const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
      const code = isObject(cause) ? cause.code : undefined;
      const why = messageOf(cause) || String(code);
      const text = `publish: got no answer from ${this.url.origin} (${why}), expected a status-messenger server; start one with "status-messenger serve", or name it by --url`;
      throw new PublishError(text, typeof code === 'string' && NEVER_CONNECTED.has(code));
    }
  }

  #refusal(status: number, body: unknown): string {
    const error = isObject(body) && isObject(body.error) ? body.error.message : undefined;
    const said = typeof error === 'string' ? ` (${error})` : '';
    switch (status) {
      case 401:
        return `401${said}, expected to be let in; set STATUS_MESSENGER_API_KEY to the key that ${this.url.origin} was started with`;
      case 404:
        return `404${said}, expected an address to publish to; start ${this.url.origin} with STATUS_MESSENGER_API_KEY, or correct --url`;
      case 400:
      case 413:
        return `${status}${said}, expected 201; correct the message`;
      default:
        return `${status}${said}, expected 201; see the log of ${this.url.origin}`;
    }
  }
}

/** An address of a server that may stand behind a path of its own. */
export function addressIn(server: URL, path: string): URL {
  const address = new URL(server);
  address.pathname = address.pathname.replace(/\/+$/, '') + path;
  address.search = '';
  address.hash = '';
  return address;
}

function readServerUrl(text = process.env.STATUS_MESSENGER_URL || DEFAULT_SERVER): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url && /^https?:$/.test(url.protocol)) return url;
  throw invalid('--url', text, 'an address of http: or https:', `leave it out for ${DEFAULT_SERVER}`);
}

function readPublished(value: unknown): Published {
  const reason = isObject(value) && value.buffered === false ? value.reason : undefined;
  return typeof reason === 'string' ? { reason } : {};
}
