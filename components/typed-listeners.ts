/** `addEventListener` and `removeEventListener` of an element `E` that fires the events of `M`, too. */
export interface TypedListeners<E, M> {
  addEventListener: Listen<E, M, AddEventListenerOptions>;
  removeEventListener: Listen<E, M, EventListenerOptions>;
}

interface Listen<E, M, Options> {
  <K extends keyof M>(type: K, listener: (this: E, event: M[K]) => unknown, options?: boolean | Options): void;
  (type: string, listener: EventListenerOrEventListenerObject | null, options?: boolean | Options): void;
}
