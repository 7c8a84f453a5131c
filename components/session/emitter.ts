type Listener<T> = (value: T) => void;

/** Typed listeners. One that throws is reported like an uncaught error, and stops neither the others nor whoever emits. */
export class Emitter<Events extends object> {
  readonly #listeners = new Map<keyof Events, Set<Listener<never>>>();

  /** Calls `listener` at every `type`. Answers a function that stops it. */
  on<K extends keyof Events>(type: K, listener: Listener<Events[K]>): () => void {
    const listeners = this.#listeners.get(type) ?? new Set();
    this.#listeners.set(type, listeners.add(listener));
    return () => listeners.delete(listener);
  }

  emit<K extends keyof Events>(type: K, value: Events[K]): void {
    // A copy: listeners may come and go while they are called.
    for (const listener of [...(this.#listeners.get(type) ?? [])] as Listener<Events[K]>[]) {
      try {
        listener(value);
      } catch (error) {
        report(error);
      }
    }
  }
}

/** To where uncaught errors go, without being one. */
function report(error: unknown): void {
  if (typeof reportError === 'function') reportError(error);
  else console.error(error);
}
