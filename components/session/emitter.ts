type Listener<T> = (value: T) => void;

/** A listener in a box of its own: the same function may be there twice. */
interface Box<T> {
  readonly listener: Listener<T>;
}

/** Typed listeners. One that throws is reported like an uncaught error, and stops neither the others nor whoever emits. */
export class Emitter<Events extends object> {
  readonly #boxes = new Map<keyof Events, Set<Box<never>>>();

  /** Calls `listener` at every `type`. Answers a function that stops it. */
  on<K extends keyof Events>(type: K, listener: Listener<Events[K]>): () => void {
    const boxes = this.#boxes.get(type) ?? new Set();
    const box = { listener };
    this.#boxes.set(type, boxes.add(box));
    return () => void boxes.delete(box);
  }

  emit<K extends keyof Events>(type: K, value: Events[K]): void {
    const boxes = this.#boxes.get(type) as ReadonlySet<Box<Events[K]>> | undefined;
    // A copy: listeners may come and go while they are called. Who has gone is not called any more.
    for (const box of [...(boxes ?? [])]) {
      if (!boxes?.has(box)) continue;
      try {
        box.listener(value);
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
