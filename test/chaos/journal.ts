import { appendFileSync, readFileSync } from 'node:fs';
import type { Ack, ChannelKind, ChannelName, Outcome } from '../../protocol/index.js';
import type { ChannelLog, ChannelStore, Claim, Composed, Decision, StoreUser } from '../../server-adapter/index.js';

/** What a server's side says that it did, each before anybody outside could know. */
export type Entry =
  /** A message stands in the log, as the frame that viewers get. */
  | { readonly frame: string }
  /** Message `said` of the publisher was accepted, at the position `id`. */
  | { readonly said: number; readonly id: string }
  /** The application was handed a page's input. */
  | { readonly carried: string }
  /** Somebody asks question number `asks`. */
  | { readonly asks: number }
  /** Somebody who asked it was told how it ended. */
  | { readonly told: number; readonly outcome: Outcome; readonly answer?: unknown };

export type Journal = (entry: Entry) => void;

/** A journal that outlives its process, whatever ends that. */
export function fileJournal(file: string): Journal {
  return (entry) => appendFileSync(file, `${JSON.stringify(entry)}\n`);
}

export function readJournal(file: string): Entry[] {
  const lines = readFileSync(file, 'utf8').split('\n');
  // Behind the last line break there is nothing, or what its writer was killed over.
  return lines.slice(0, -1).map((line): Entry => JSON.parse(line));
}

/** A store that writes down what it does. */
export class WitnessedStore implements ChannelStore {
  readonly #store: ChannelStore;
  readonly #journal: Journal;
  readonly #logs = new Map<ChannelName, ChannelLog>();
  /** How far each was written down. */
  readonly #read = new Map<ChannelName, { epoch: string; seq: number }>();

  constructor(store: ChannelStore, journal: Journal) {
    this.#store = store;
    this.#journal = journal;
  }

  carried(input: string): void {
    this.#journal({ carried: input });
  }

  append(name: ChannelName, message: Composed): string | Promise<string> {
    const id = this.#store.append(name, message);
    this.#know(name);
    return id;
  }

  remember(name: ChannelName, ack: Ack): void | Promise<void> {
    return this.#store.remember(name, ack);
  }

  transact(name: ChannelName, decide: (log: ChannelLog) => Decision): readonly string[] | Promise<readonly string[]> {
    const ids = this.#store.transact(name, decide);
    this.#know(name);
    return ids;
  }

  list(kind: ChannelKind, count: number): readonly ChannelName[] {
    return this.#store.list(kind, count);
  }

  claim(name: ChannelName): Claim | Promise<Claim> {
    return this.#store.claim(name);
  }

  unclaim(name: ChannelName, done?: boolean): void | Promise<void> {
    return this.#store.unclaim(name, done);
  }

  lapsed(kind: ChannelKind): readonly ChannelName[] {
    return this.#store.lapsed(kind);
  }

  join(): string {
    return this.#store.join();
  }

  isAlive(process: string): boolean {
    return this.#store.isAlive(process);
  }

  retain(name: ChannelName): ChannelLog | Promise<ChannelLog> {
    const log = this.#store.retain(name);
    return log instanceof Promise ? log.then((later) => this.#take(later)) : this.#take(log);
  }

  release(name: ChannelName, keepEmpty?: boolean): void {
    this.#store.release(name, keepEmpty);
  }

  peek(name: ChannelName): ChannelLog | undefined {
    return this.#store.peek(name);
  }

  forget(name: ChannelName): void | Promise<void> {
    return this.#store.forget(name);
  }

  use(user: StoreUser): void {
    this.#store.use({
      appended: (name) => {
        this.#write(name);
        user.appended(name);
      },
      dropping: (name) => {
        this.#write(name);
        user.dropping(name);
      },
      forgot: (name) => user.forgot(name),
      lost: (name) => user.lost(name),
    });
  }

  sweep(): void {
    this.#store.sweep();
  }

  flush(): void | Promise<void> {
    return this.#store.flush();
  }

  health(): string | undefined | Promise<string | undefined> {
    return this.#store.health();
  }

  close(): void | Promise<void> {
    return this.#store.close();
  }

  /** Nothing is asked of a store while it tells what happens: its logs are found before. */
  #know(name: ChannelName): void {
    const log = this.#logs.get(name) ? undefined : this.#store.peek(name);
    if (log) this.#take(log);
  }

  #take(log: ChannelLog): ChannelLog {
    this.#logs.set(log.name, log);
    this.#write(log.name);
    return log;
  }

  /** Writes down what a log has that was not written yet. */
  #write(name: ChannelName): void {
    const log = this.#logs.get(name);
    if (!log) return;
    const { epoch, seq } = log;
    const read = this.#read.get(name);
    for (let at = (read?.epoch === epoch ? read.seq : 0) + 1; at <= seq; at++) {
      const frame = log.frame(at);
      if (frame !== undefined) this.#journal({ frame });
    }
    this.#read.set(name, { epoch, seq });
  }
}
