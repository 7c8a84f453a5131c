const CALLS = ['setInterval', 'setTimeout', 'requestAnimationFrame', 'matchMedia'] as const;
const OBSERVERS = ['ResizeObserver', 'MutationObserver', 'IntersectionObserver'] as const;

/** Counts what is asked of the browser from now on that a page has to do with as a whole: timers, observers, and listeners on its window and its document. */
export class Resources {
  /** How often each was asked for. */
  readonly asked: Record<string, number> = {};
  readonly #intervals = new Set<unknown>();
  #listeners = 0;
  readonly #undo: Array<() => void> = [];

  constructor() {
    const ask = (name: string) => {
      this.asked[name] = (this.asked[name] ?? 0) + 1;
    };
    for (const name of CALLS) this.#spy(window, name, () => ask(name));
    this.#spy(window, 'setInterval', (_, id) => this.#intervals.add(id));
    this.#spy(window, 'clearInterval', ([id]) => this.#intervals.delete(id));
    for (const page of [window, document]) {
      this.#spy(page, 'addEventListener', ([type]) => {
        ask(`${type} listener`);
        this.#listeners++;
      });
      this.#spy(page, 'removeEventListener', () => this.#listeners--);
    }
    for (const name of OBSERVERS) this.#spy(window, name, () => ask(name));
  }

  /** What was not given back: timers that still tick, and listeners. */
  get held(): { readonly intervals: number; readonly listeners: number } {
    return { intervals: this.#intervals.size, listeners: this.#listeners };
  }

  restore(): void {
    for (const undo of this.#undo.reverse()) undo();
  }

  /** Tells of every call of a function, or every use of a class, of an object. */
  #spy(target: object, name: string, tell: (args: readonly unknown[], result: unknown) => void): void {
    const own = Object.getOwnPropertyDescriptor(target, name);
    const value = new Proxy(Reflect.get(target, name), {
      apply(call, self, args) {
        const result = Reflect.apply(call, self ?? target, args);
        tell(args, result);
        return result;
      },
      construct(made, args) {
        tell(args, undefined);
        return Reflect.construct(made, args);
      },
    });
    Object.defineProperty(target, name, { value, configurable: true, writable: true });
    this.#undo.push(() => {
      if (own) Object.defineProperty(target, name, own);
      else Reflect.deleteProperty(target, name);
    });
  }
}
