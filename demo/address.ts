/** The session stands in the address, so that a reload and a second tab show the same one. Where there is none, a new one is written there. */
export function sessionInAddress(kind: 'demo' | 'agents'): string {
  const id = location.hash.slice(1);
  if (new RegExp(`^${kind}-[a-z0-9]{8,40}$`).test(id)) return id;
  const fresh = `${kind}-${Array.from(crypto.getRandomValues(new Uint8Array(8)), (byte) => byte.toString(36).padStart(2, '0')).join('')}`;
  history.replaceState(null, '', `#${fresh}`);
  return fresh;
}

/** The element on this page; throws where it is missing or another one. */
export function find<T extends Element>(root: ParentNode, selector: string, type: abstract new () => T): T {
  const found = root.querySelector(selector);
  if (!(found instanceof type)) throw new Error(`There is no ${selector} on this page.`);
  return found;
}
