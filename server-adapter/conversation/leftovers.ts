import type { ChannelName } from '../../protocol/index.js';
import type { ChannelStore } from '../channels/channel-store.js';
import { compose } from '../compose.js';
import type { Questions } from './questions.js';

/** Channels that are looked through in one turn of the event loop: to know what is open in them, what is new has to be folded. */
const AT_ONCE = 100;

/** What processes that are gone have left open in channels: nobody but those that live can end it. */
export class Leftovers {
  readonly #store: ChannelStore;
  readonly #questions: Questions;
  #isLooking = false;

  constructor({ store }: { readonly store: ChannelStore }, questions: Questions) {
    this.#store = store;
    this.#questions = questions;
  }

  /** The work of a channel is about to begin anew, as the process that did it is gone: what stands open of it is over. */
  async takenOver(name: ChannelName): Promise<void> {
    await this.#questions.closeLeft(name);
    await this.#store.transact(name, (log) => ({
      append: log
        .state()
        .steps.filter(({ status }) => status === 'running')
        .map(({ id, kind }) => compose({ type: 'event', data: { event: `${kind}_stopped`, step: id } })),
    }));
  }

  /** Closes questions in channels that somebody watches: their time is over, or nobody waits for an answer any more. */
  async lookThrough(names: readonly ChannelName[]): Promise<void> {
    if (this.#isLooking) return;
    this.#isLooking = true;
    for (const [i, name] of names.entries()) {
      if (i > 0 && i % AT_ONCE === 0) await new Promise((resolve) => setImmediate(resolve));
      void this.#questions.closeLeft(name);
    }
    this.#isLooking = false;
  }
}
