import { invalid } from '../../protocol/index.js';

/** The pages that may connect beside those of the server's own origin: exact origins (`https://example.org`), or `*` for any. */
export type AllowedOrigins = readonly string[] | '*';

/**
 * Whether a page may connect. Browsers say in `Origin` which page opens a WebSocket, and send the user's cookies along whichever it is; so only pages of the
 * origin that they speak to (`Host`) are let in, and those that are allowed. Who sends no `Origin` is no browser, and holds no cookies of a user.
 */
export function isAllowedOrigin(
  origin: string | undefined,
  host: string | undefined,
  allowed: AllowedOrigins,
): boolean {
  if (origin === undefined || allowed === '*') return true;
  if (allowed.includes(origin)) return true;
  const own = URL.canParse(origin) ? new URL(origin).host : undefined;
  return own !== undefined && own !== '' && own === host?.toLowerCase();
}

/** The option as it may be given. Throws `invalid` for what is no origin: a path or a slash at the end would never fit. */
export function readOrigins(origins: unknown): AllowedOrigins {
  if (origins === undefined) return [];
  if (origins === '*') return '*';
  if (!Array.isArray(origins)) {
    throw invalid('options.allowedOrigins', origins, 'a list of origins, or "*"', 'write ["https://example.org"]');
  }
  for (const [i, origin] of origins.entries()) assertOrigin(`options.allowedOrigins[${i}]`, origin);
  return origins;
}

/** What stands in the place of an origin where there is none: pages in a sandbox say it, whoever they are of. */
const NO_ORIGIN = 'null';

/** Throws `invalid` for what is no origin as browsers write it, and says which one may be meant. */
export function assertOrigin(name: string, value: unknown, expected = 'an origin'): asserts value is string {
  const origin = typeof value === 'string' && URL.canParse(value) ? originOf(new URL(value)) : NO_ORIGIN;
  if (origin === value && origin !== NO_ORIGIN) return;
  const meant = origin === NO_ORIGIN ? 'for instance "https://example.org"' : `"${origin}"`;
  throw invalid(name, value, `${expected} with its scheme and without a path`, `write ${meant}`);
}

/** As browsers write it. The schemes of apps (`capacitor://localhost`) have origins, too, though the URL standard knows none of them. */
function originOf({ origin, protocol, host }: URL): string {
  return origin === NO_ORIGIN && host !== '' ? `${protocol}//${host}` : origin;
}
