import { browserClock } from './browser-clock.js';
import { SleepWatch } from './sleep-watch.js';

/** What happens to a page that matters to its connection. */
export interface PageListener {
  /** It is back: online, visible, thawed, shown again from the back/forward cache, or out of a sleep that no event told of. */
  woke(): void;
  /** It is being put away, perhaps into the back/forward cache, where no socket may be open. */
  hid(): void;
}

const sleepWatch = new SleepWatch(browserClock);

/** Watches the page that this code runs in, where there is one. Answers a function that stops it. */
export function watchPage(listener: PageListener): () => void {
  if (typeof window === 'undefined' || typeof document === 'undefined') return () => {};
  const controller = new AbortController();
  const { signal } = controller;
  const woke = () => listener.woke();
  let stopSleepWatch = () => {};
  const watchSleep = () => {
    stopSleepWatch();
    // The timers of a hidden page are late without any sleep.
    stopSleepWatch = document.visibilityState === 'visible' ? sleepWatch.add(woke) : () => {};
  };
  watchSleep();
  window.addEventListener('online', woke, { signal });
  window.addEventListener('pageshow', (event) => event.persisted && woke(), { signal });
  window.addEventListener('pagehide', () => listener.hid(), { signal });
  document.addEventListener('resume', woke, { signal });
  document.addEventListener('visibilitychange', watchSleep, { signal });
  document.addEventListener('visibilitychange', () => document.visibilityState === 'visible' && woke(), { signal });
  return () => {
    controller.abort();
    stopSleepWatch();
  };
}

/** `false` only where the browser is certain that there is no network. */
export function isOnline(): boolean {
  return typeof navigator === 'undefined' || navigator.onLine !== false;
}
