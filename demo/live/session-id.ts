/** An id that nobody guesses. It stands in the address, so that a reload and a second tab show the same session. */
export function freshSession(kind: 'demo' | 'agents'): string {
  const bytes = crypto.getRandomValues(new Uint8Array(8));
  return `${kind}-${Array.from(bytes, (byte) => byte.toString(36).padStart(2, '0')).join('')}`;
}
