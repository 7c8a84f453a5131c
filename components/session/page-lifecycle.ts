/** What happens to a page that matters to its connection. */
export interface PageListener {
  /** It is back: online, visible, thawed, or shown again from the back/forward cache. */
  woke(): void;
  /** It is being put away, perhaps into the back/forward cache, where no socket may be open. */
  hid(): void;
}

/** Watches the page that this code runs in, where there is one. Answers a function that stops it. */
export function watchPage(listener: PageListener): () => void {
  if (typeof window === 'undefined' || typeof document === 'undefined') return () => {};
  const controller = new AbortController();
  const { signal } = controller;
  const woke = () => listener.woke();
  window.addEventListener('online', woke, { signal });
  window.addEventListener('pageshow', (event) => event.persisted && woke(), { signal });
  window.addEventListener('pagehide', () => listener.hid(), { signal });
  document.addEventListener('resume', woke, { signal });
  document.addEventListener('visibilitychange', () => document.visibilityState === 'visible' && woke(), { signal });
  return () => controller.abort();
}

/** `false` only where the browser is certain that there is no network. */
export function isOnline(): boolean {
  return typeof navigator === 'undefined' || navigator.onLine !== false;
}
