/** Those who listen, each as often as it was added. One that throws is reported like an uncaught error, and stops neither the others nor whoever tells them. */
export class Listeners<T> {
  /** Each in a box of its own: the same one may be there twice. */
  readonly #boxes = new Set<{ readonly listener: T }>();

  get size(): number {
    return this.#boxes.size;
  }

  /** Answers a function that takes it away again. */
  add(listener: T): () => void {
    const box = { listener };
    this.#boxes.add(box);
    return () => void this.#boxes.delete(box);
  }

  /** They may come and go meanwhile: whoever has gone is not told any more, and whoever has come not yet. */
  tell(tell: (listener: T) => void): void {
    for (const box of [...this.#boxes]) {
      if (!this.#boxes.has(box)) continue;
      try {
        tell(box.listener);
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
