import type { IncomingHttpHeaders } from 'node:http';
import type { Arrival } from '../access/arrival.js';

/** The headers of a Web request as Node has them. Not every server that makes such requests gives them their host. */
export function headersOf(request: Request): IncomingHttpHeaders {
  return { host: new URL(request.url).host, ...Object.fromEntries(request.headers) };
}

/** A Web request as whoever decides on it is told of it. */
export function arrivalOf(
  asked: Pick<Arrival, 'sessionId' | 'taskId'>,
  request: Request,
  url: URL,
  address: string | undefined,
): Arrival {
  return {
    ...asked,
    query: url.searchParams,
    headers: headersOf(request),
    url: `${url.pathname}${url.search}`,
    address,
  };
}

/**
 * Whether a page of another origin asks, a sibling of the same site included, without an `Origin`, as for an image or by a link: browsers say so in `Sec-Fetch-Site`. It could read
 * nothing, but it would begin work.
 */
export function isEmbedded({ origin, 'sec-fetch-site': site }: IncomingHttpHeaders): boolean {
  return origin === undefined && (site === 'cross-site' || site === 'same-site');
}
