import type { Health } from './health.js';
import type { SqliteFile } from './sqlite-file.js';

/** Writes the file anew, so that nothing is left in it of what was deleted. */
export class Eraser {
  readonly #file: SqliteFile;
  readonly #health: Health;
  #erasing: { readonly done: Promise<void>; run(): void } | undefined;

  constructor(file: SqliteFile, health: Health) {
    this.#file = file;
    this.#health = health;
  }

  /** At the end of this turn of the event loop, once for all that ask for it. */
  erase(): Promise<void> {
    if (this.#erasing) return this.#erasing.done;
    let run = () => {};
    const done = new Promise<void>((resolve, reject) => {
      run = () => {
        if (!this.#erasing) return;
        this.#erasing = undefined;
        try {
          this.#file.rewrite();
          resolve();
        } catch (error) {
          reject(this.#health.failed(error));
        }
      };
    });
    this.#erasing = { done, run };
    setImmediate(run);
    return done;
  }

  /** Does at once what waits. */
  finish(): void {
    this.#erasing?.run();
  }
}
