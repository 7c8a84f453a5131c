import { isDeepStrictEqual } from 'node:util';
import {
  apply,
  type ChannelState,
  formatPosition,
  initialState,
  type Message,
  type Position,
  parsePosition,
  readMessage,
} from '../../protocol/index.js';
import type { Outgoing } from '../../server-adapter/index.js';
import type { Entry } from './journal.js';
import type { Shown } from './viewer.js';

/** Why a page may be given a snapshot in place of messages. */
export interface SnapshotRules {
  /** The log keeps at least so many messages, and bytes, one by one. */
  readonly keepsCount: number;
  readonly keepsBytes: number;
  /** Somebody set the server's clock forward: any message may have been too old since. */
  readonly ages: boolean;
}

/** What is known of a page: all that it was shown, what should not have been, and how it stands. */
export interface Showing {
  readonly shown: readonly Shown[];
  readonly wrongs: readonly string[];
  readonly client: { readonly state: ChannelState; readonly position: string | undefined };
}

interface Stored {
  readonly frame: string;
  readonly message: Message;
}

/** What there was to be seen, from what the servers say that they stored, and what follows from it for everything that pages were shown. */
export class Oracle {
  readonly wrongs: string[] = [];
  readonly #logs = new Map<string, Stored[]>();
  readonly #states = new Map<string, ChannelState[]>();

  /** The journals of all servers of a run, in the order of their beginnings. */
  constructor(journals: readonly (readonly Entry[])[]) {
    for (const journal of journals) {
      for (const entry of journal) if ('frame' in entry) this.#enter(entry.frame);
    }
    for (const [epoch, log] of this.#logs) {
      const hole = Array.from<Stored | undefined>(log).indexOf(undefined);
      if (hole >= 0) this.wrongs.push(`the log ${epoch} has ${log.length} messages, and none at ${hole + 1}`);
    }
  }

  get epochs(): number {
    return this.#logs.size;
  }

  /** The messages of each log, in the order of their beginnings. */
  get logs(): readonly (readonly Message[])[] {
    return [...this.#logs.values()].map((log) => log.flatMap(({ message }) => [message]));
  }

  message({ epoch, seq }: Position): Message | undefined {
    return this.#logs.get(epoch)?.[seq - 1]?.message;
  }

  /** All messages of a type, in all logs. */
  ofType(type: string): Message[] {
    return [...this.#logs.values()].flat().flatMap(({ message }) => (message.type === type ? [message] : []));
  }

  /** What the messages up to a position add up to. */
  state({ epoch, seq }: Position): ChannelState {
    const states = this.#states.get(epoch) ?? [initialState];
    this.#states.set(epoch, states);
    for (let at = states.length; at <= seq; at++) {
      const message = this.message({ epoch, seq: at });
      const before = states[at - 1] ?? initialState;
      states.push(message ? apply(before, message) : before);
    }
    return states[seq] ?? initialState;
  }

  /** What the publisher said stands where it was told, as it was said. */
  checkSaid(entries: readonly Entry[], said: (i: number) => Outgoing): void {
    for (const entry of entries) {
      if (!('said' in entry)) continue;
      const position = parsePosition(entry.id);
      const { type, data, agent } = (position && this.message(position)) ?? {};
      const expected = said(entry.said);
      if (type !== expected.type || agent !== expected.agent || !isDeepStrictEqual(data, expected.data)) {
        this.wrongs.push(`message ${entry.said} was accepted at ${entry.id}, where ${type ?? 'nothing'} stands`);
      }
    }
  }

  /** Every message that a page was shown is the next of the log, and every gap is explained by a snapshot that there was a reason for. */
  check(name: string, page: Showing, rules: SnapshotRules): void {
    const wrong = (text: string) => this.wrongs.push(`page ${name}: ${text}`);
    for (const text of page.wrongs) wrong(text);
    let last: Position | undefined;
    for (const { position: at, phase, message, snapshot } of page.shown) {
      const position = parsePosition(at);
      if (!position) {
        wrong(`was shown ${JSON.stringify(message ?? snapshot)}, which has no position`);
        continue;
      }
      const state = this.state(position);
      if (phase !== state.phase) wrong(`was shown as ${phase} at ${at}, where it is ${state.phase}`);
      if (message) {
        if (message.id !== at) wrong(`got ${message.id} while it stood at ${at}`);
        if (last?.epoch !== position.epoch || position.seq !== last.seq + 1) {
          wrong(`got ${at} behind ${last && formatPosition(last)}`);
        }
        if (!isDeepStrictEqual(message, this.message(position))) {
          wrong(`got ${JSON.stringify(message)} at ${at}, where ${JSON.stringify(this.message(position))} stands`);
        }
      } else {
        if (!isDeepStrictEqual(snapshot, state)) wrong(`the snapshot at ${at} is not what the messages add up to`);
        const reason = last && this.#needless(last, position, rules);
        if (reason) wrong(`got a snapshot at ${at}: ${reason}`);
      }
      last = position;
    }
    const { state, position } = page.client;
    const end = parsePosition(position);
    if (end && !isDeepStrictEqual(state, this.state(end))) wrong(`its state at ${position} is not that of the log`);
  }

  /** Why a snapshot at `to` should not have been sent to a page at `from`; `undefined` where there was a reason. */
  #needless(from: Position, to: Position, { keepsCount, keepsBytes, ages }: SnapshotRules): string | undefined {
    if (from.epoch !== to.epoch) return undefined;
    if (to.seq < from.seq) return `it had ${formatPosition(from)} already`;
    const missed = this.#logs.get(to.epoch)?.slice(from.seq, to.seq) ?? [];
    const bytes = missed.reduce((sum, { frame }) => sum + Buffer.byteLength(frame), 0);
    if (ages || missed.length >= keepsCount || bytes >= keepsBytes) return undefined;
    return `it missed only ${missed.length} messages of ${bytes} bytes since ${formatPosition(from)}`;
  }

  #enter(frame: string): void {
    const message = readMessage(JSON.parse(frame));
    const position = parsePosition(message?.id);
    if (!message || !position) {
      this.wrongs.push(`the log has ${frame}, which is no stored message`);
      return;
    }
    const log = this.#logs.get(position.epoch) ?? [];
    this.#logs.set(position.epoch, log);
    const known = log[position.seq - 1];
    if (known && known.frame !== frame)
      this.wrongs.push(`two messages stand at ${message.id}: ${known.frame}, ${frame}`);
    log[position.seq - 1] = { frame, message };
  }
}
