import type { IncomingHttpHeaders } from 'node:http';

/** The headers of a Web request as Node has them. Not every server that makes such requests gives them their host. */
export function headersOf(request: Request): IncomingHttpHeaders {
  return { host: new URL(request.url).host, ...Object.fromEntries(request.headers) };
}

/**
 * Whether a page of another origin asks, a sibling of the same site included, without an `Origin`, as for an image or by a link: browsers say so in `Sec-Fetch-Site`. It could read
 * nothing, but it would begin work.
 */
export function isEmbedded({ origin, 'sec-fetch-site': site }: IncomingHttpHeaders): boolean {
  return origin === undefined && (site === 'cross-site' || site === 'same-site');
}
