import { type Ack, StatusMessengerError } from '../../protocol/index.js';
import { writeFrame } from './client-frame.js';
import { type Connection, isOver, type Over } from './connection.js';
import { type KeptFrame, type KeptFrames, MOST } from './kept-frames.js';
import type { Link } from './link.js';
import type { Terms } from './terms.js';

export interface Waiting extends KeptFrame {
  readonly ref: string;
  /** Who waits for the answer; nobody any more where the frame is from before a reload. */
  readonly sender?: { settle(ack: Ack): void; fail(error: StatusMessengerError): void };
  /** The connection on which a server that had not greeted was last sent it. */
  saidOn?: number;
}

/** What the page says to the server. Each frame is sent on every connection until it is acknowledged, also after a reload of the page. */
export class Outbox {
  readonly #link: Link;
  readonly #terms: Terms;
  readonly #kept: KeptFrames;
  #waiting = new Map<string, Waiting>();
  #isLoaded = false;
  /** What is to be kept no longer when the storage is next written; `undefined` while that is not due. */
  #done: Set<string> | undefined;
  #isClosed = false;
  /** Counts the frames: no two of a page have the same `ref`. */
  #refs = 0;

  constructor(link: Link, terms: Terms, kept: KeptFrames) {
    this.#link = link;
    this.#terms = terms;
    this.#kept = kept;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Takes over what the page kept before it was reloaded: once, and not before it can be sent, as whoever else wrote it may yet give it up. */
  load(): void {
    if (this.#isLoaded) return;
    this.#isLoaded = true;
    const kept = [...this.#kept.read()].map(([ref, frame]): [string, Waiting] => [ref, { ref, ...frame }]);
    this.#waiting = new Map([...kept, ...this.#waiting]);
  }

  /** Says something. Answers the server's word; of a server that acknowledges nothing, that it has taken it. */
  post(body: object): Promise<Ack> | Ack {
    const { connection } = this.#link;
    if (this.#isClosed) throw new StatusMessengerError('closed', 'send: the client was closed; make another one');
    if (isOver(connection)) throw closed(connection);
    if (this.#terms.current === 'plain') {
      this.#link.send(writeFrame(body));
      return { ref: '', accepted: true };
    }
    const ref = this.#newRef();
    const frame = writeFrame({ ...body, ref });
    const acknowledged = this.#add(ref, frame);
    if (this.#terms.current === 'greeted') this.#link.send(frame);
    else if (this.#terms.current === 'silent') this.ungreeted();
    return acknowledged;
  }

  /** Says something that concerns this connection alone. Answers the `ref` that is acknowledged. */
  tell(body: object): string {
    const ref = this.#newRef();
    this.#link.send(writeFrame({ ...body, ref }));
    return ref;
  }

  /** Says what waits to a server that has greeted. */
  greeted(): void {
    for (const { frame } of this.#frames) this.#link.send(frame);
  }

  /**
   * Says what waits to a server that has not greeted. It may know no refs, and would carry out again what it is sent again: in silence all is said once, on
   * whatever connection, and again only when there is a word to show that this connection is not dead as the other may have been.
   */
  ungreeted(): void {
    const { generation } = this.#link;
    const isSilent = this.#terms.current === 'silent';
    for (const waiting of this.#frames) {
      const { ref, frame, sender, saidOn } = waiting;
      const isSaid = isSilent ? saidOn !== undefined : saidOn === generation;
      // From before a reload: only a server that knows its ref carries it out once.
      if (sender && !isSaid) {
        waiting.saidOn = generation;
        this.#link.send(frame);
      }
      // Of one that has not said a word, nobody knows whether it is there.
      if (!isSilent) this.settle({ ref, accepted: true });
    }
  }

  #newRef(): string {
    const { clock, random } = this.#link;
    return `${clock.now().toString(36)}-${random().toString(36).slice(2)}-${++this.#refs}`;
  }

  /** The frame waits until it is acknowledged. Throws `limit` when so many already do that it could not be kept over a reload. */
  #add(ref: string, frame: string): Promise<Ack> {
    if (this.#waiting.size >= MOST.count || this.#length + frame.length > MOST.length) {
      const got = `got ${this.#waiting.size} frames of ${this.#length} characters that wait for the server`;
      throw new StatusMessengerError(
        'limit',
        `send: ${got}, expected at most ${MOST.count} of ${MOST.length}; wait for some of them`,
      );
    }
    return new Promise((settle, fail) => {
      this.#waiting.set(ref, { ref, frame, at: this.#link.clock.now(), sender: { settle, fail } });
      this.#keep();
    });
  }

  /** All that waits, oldest first. */
  get #frames(): readonly Waiting[] {
    return [...this.#waiting.values()];
  }

  get #length(): number {
    return this.#frames.reduce((length, { frame }) => length + frame.length, 0);
  }

  settle(ack: Ack): void {
    const waiting = this.#waiting.get(ack.ref);
    if (!waiting) return;
    this.#remove(waiting);
    waiting.sender?.settle(ack);
  }

  /** Gives up every frame where the connection is over. */
  connection(connection: Connection): void {
    if (isOver(connection)) this.#fail(closed(connection));
  }

  /** Gives up every frame: the server will not acknowledge it any more. */
  #fail(error: StatusMessengerError): void {
    for (const waiting of this.#frames) {
      this.#remove(waiting);
      waiting.sender?.fail(error);
    }
    // At once: whoever takes this one's place may load in the same turn.
    this.#write();
  }

  /** Gives up what somebody here waits for, and leaves what was said before a reload to whoever connects next. */
  close(): void {
    this.#isClosed = true;
    const text = 'send: the client was closed, or turned to another address, before the server answered; send it again';
    for (const { ref, sender } of this.#frames) if (!sender) this.#waiting.delete(ref);
    this.#fail(new StatusMessengerError('closed', text));
  }

  #remove({ ref }: Waiting): void {
    this.#waiting.delete(ref);
    this.#keep(ref);
  }

  /** Keeps what waits, and no longer what is done. Once for all that happens in a turn: a list is written as a whole. */
  #keep(done?: string): void {
    if (!this.#done) {
      this.#done = new Set();
      queueMicrotask(() => this.#write());
    }
    if (done !== undefined) this.#done.add(done);
  }

  /** Others of this page keep theirs in the same place. */
  #write(): void {
    if (!this.#done) return;
    const frames = this.#kept.read();
    for (const ref of this.#done) frames.delete(ref);
    this.#done = undefined;
    for (const [ref, { frame, at, sender }] of this.#waiting) if (sender) frames.set(ref, { frame, at });
    this.#kept.write(frames);
  }
}

function closed(end: Over): StatusMessengerError {
  const what = end.status === 'ended' ? 'the session has ended' : `the connection was refused with ${end.code}`;
  return new StatusMessengerError('closed', `send: ${what}, so the server will not answer; connect() tries again`);
}
