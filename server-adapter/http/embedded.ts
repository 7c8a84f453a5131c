/**
 * Whether a page of another origin asks, a sibling of the same site included, without an `Origin`, as for an image or by a link: browsers say so in `Sec-Fetch-Site`. It could read
 * nothing, but it would begin work.
 */
export function isEmbedded(origin: string | null | undefined, site: string | string[] | null | undefined): boolean {
  return (origin ?? undefined) === undefined && (site === 'cross-site' || site === 'same-site');
}
