import { type ChannelState, type Message, type Position, parsePosition } from '../../protocol/index.js';

/** Which messages were shown already, so that each is shown once, whether it comes by itself or in a state that stands for many. */
export class ShownLog {
  #last: Position | undefined;

  /** Whether a message that came by itself is to be shown. */
  take({ id }: Message): boolean {
    const position = id === undefined ? undefined : parsePosition(id);
    if (!position) return true;
    const isNew = position.epoch !== this.#last?.epoch || position.seq > this.#last.seq;
    if (isNew) this.#last = position;
    return isNew;
  }

  /** What a state keeps that was not shown yet. `isCut`: there was more that it does not keep. */
  takeAll({ messages }: ChannelState): { readonly fresh: readonly Message[]; readonly isCut: boolean } {
    const before = this.#last;
    const fresh = messages.filter((message) => message.id !== undefined && this.take(message));
    const first = parsePosition(fresh[0]?.id ?? '');
    const expected = before && before.epoch === first?.epoch ? before.seq + 1 : 1;
    return { fresh, isCut: first !== undefined && first.seq > expected };
  }
}
