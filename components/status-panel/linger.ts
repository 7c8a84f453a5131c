import type { ReactiveController, ReactiveControllerHost } from 'lit';

/** Milliseconds for which something that is over stays before whoever was in it: long enough to read how it ended. */
const LONG_ENOUGH = 8000;

/**
 * Keeps something that is over before whoever was in it, for a while; and takes nothing away while something is pressed, since what is under the pointer would move away
 * from under it.
 */
export class LingerController implements ReactiveController {
  readonly #host: ReactiveControllerHost & Element;
  #isPressed = false;
  /** When it was over, for somebody who was in it; it is gone where there is no such time. */
  #since: number | undefined;
  #wasOver = true;

  constructor(host: ReactiveControllerHost & Element) {
    this.#host = host;
    host.addController(this);
  }

  /** It is over, and still there. */
  get isLingering(): boolean {
    return this.#since !== undefined;
  }

  /** Looks how it is now, in milliseconds since any moment. `isIn`: somebody is in it. */
  update(isOver: boolean, isIn: boolean, now: number): void {
    if (!isOver) this.#since = undefined;
    else if (!this.#wasOver && isIn) this.#since = now;
    this.#wasOver = isOver;
    if (this.#since !== undefined && !this.#isPressed && now - this.#since >= LONG_ENOUGH) this.#since = undefined;
  }

  /** It goes now. */
  end(): void {
    this.#since = undefined;
  }

  hostConnected(): void {
    const { ownerDocument } = this.#host;
    ownerDocument.addEventListener('pointerdown', this.#pressed, true);
    for (const end of ENDS) ownerDocument.addEventListener(end, this.#released, true);
  }

  hostDisconnected(): void {
    const { ownerDocument } = this.#host;
    ownerDocument.removeEventListener('pointerdown', this.#pressed, true);
    for (const end of ENDS) ownerDocument.removeEventListener(end, this.#released, true);
  }

  readonly #pressed = (): void => {
    this.#isPressed = true;
  };

  readonly #released = (): void => {
    this.#isPressed = false;
  };
}

const ENDS = ['pointerup', 'pointercancel'] as const;
