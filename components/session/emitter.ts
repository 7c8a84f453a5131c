import { Listeners } from './listeners.js';

type Listener<T> = (value: T) => void;

/** Typed listeners by what they listen to. */
export class Emitter<Events extends object> {
  readonly #listeners: { [K in keyof Events]?: Listeners<Listener<Events[K]>> } = {};

  /** Calls `listener` at every `type`. Answers a function that stops it. */
  on<K extends keyof Events>(type: K, listener: Listener<Events[K]>): () => void {
    this.#listeners[type] ??= new Listeners();
    return this.#listeners[type].add(listener);
  }

  emit<K extends keyof Events>(type: K, value: Events[K]): void {
    this.#listeners[type]?.tell((listener) => listener(value));
  }
}
