/**
 * Counts what a page has set going: run in the page, before anything else. Answered by `leaks()` are timers that have yet to fire, and the listeners of the document and
 * the window for what wakes a connection.
 */
export function watchLeaks(): void {
  const timers = new Set<unknown>();
  const { setTimeout, clearTimeout, setInterval, clearInterval } = globalThis;
  const begin = (run: (...args: unknown[]) => void, wait?: number, ...args: unknown[]) => {
    const id = setTimeout(() => {
      timers.delete(id);
      run(...args);
    }, wait);
    timers.add(id);
    return id;
  };
  const beginMany = (run: () => void, wait?: number) => {
    const id = setInterval(run, wait);
    timers.add(id);
    return id;
  };
  const end = (id: unknown) => {
    timers.delete(id);
    clearTimeout(Number(id));
    clearInterval(Number(id));
  };
  Object.assign(globalThis, { setTimeout: begin, setInterval: beginMany, clearTimeout: end, clearInterval: end });

  const wakes = new Set(['online', 'offline', 'visibilitychange', 'pageshow', 'pagehide', 'freeze', 'resume', 'focus']);
  const listeners = new Set<string>();
  const ids = new WeakMap<object, number>();
  let count = 0;
  const key = (target: EventTarget, type: string, listener: object | null) => {
    if (!listener || !wakes.has(type) || (target !== window && target !== document)) return undefined;
    if (!ids.has(listener)) ids.set(listener, ++count);
    return `${target === window ? 'window' : 'document'} ${type} ${ids.get(listener)}`;
  };
  const { addEventListener, removeEventListener } = EventTarget.prototype;
  EventTarget.prototype.addEventListener = function (...args) {
    const name = key(this ?? window, args[0], args[1]);
    if (name) {
      listeners.add(name);
      const { signal } = typeof args[2] === 'object' ? args[2] : {};
      signal?.addEventListener('abort', () => listeners.delete(name));
    }
    addEventListener.apply(this ?? window, args);
  };
  EventTarget.prototype.removeEventListener = function (...args) {
    const name = key(this ?? window, args[0], args[1]);
    if (name) listeners.delete(name);
    removeEventListener.apply(this ?? window, args);
  };

  Object.assign(window, { leaks: () => [...(timers.size > 0 ? [`${timers.size} timers`] : []), ...listeners] });
}
