import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { ManualClock } from '../../../components/testing/index.js';
import { type ChannelName, type Message, parseJson, readMessage } from '../../../protocol/index.js';
import { SqliteStore, type SqliteStoreOptions } from '../../../server-adapter/channels/sqlite/index.js';
import { compose, type Outgoing } from '../../../server-adapter/compose.js';
import type { ChannelLog, ChannelStore, StoreUser } from '../../../server-adapter/index.js';

export const NOW = 1_700_000_000_000;
export const HOUR = 3_600_000;

export function status(text: string): Outgoing {
  return { type: 'status', data: text };
}

/** Somebody who keeps what a store tells. */
export class Listener implements StoreUser {
  readonly heard: string[] = [];
  readonly forgotten: ChannelName[] = [];
  readonly lostWork: ChannelName[] = [];
  onAppended: (name: ChannelName) => void = () => {};
  onDropping: (name: ChannelName) => void = () => {};

  appended(name: ChannelName): void {
    this.heard.push(name);
    this.onAppended(name);
  }

  dropping(name: ChannelName): void {
    this.onDropping(name);
  }

  forgot(name: ChannelName): void {
    this.forgotten.push(name);
  }

  lost(name: ChannelName): void {
    this.lostWork.push(name);
  }
}

/** A clock that somebody sets while the time goes on. */
export class SettableClock extends ManualClock {
  #offset = 0;

  override now(): number {
    return super.now() + this.#offset;
  }

  elapsed(): number {
    return super.now();
  }

  set(by: number): void {
    this.#offset += by;
  }
}

/** What is said into a store: the position, once it is stored. */
export async function say(store: ChannelStore, name: ChannelName, what: string | Outgoing = 'x'): Promise<string> {
  return store.append(name, compose(typeof what === 'string' ? status(what) : what));
}

export function read(frame: string | undefined): Message {
  const message = frame && readMessage(parseJson(frame));
  assert.ok(message);
  return message;
}

/** The numbers of the messages that are in the tail. */
export function tail(log: ChannelLog): number[] {
  return Array.from({ length: log.seq + 2 }, (_, seq) => seq).filter((seq) => log.frame(seq) !== undefined);
}

/** A directory of its own, for one test. */
export function directory(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'status-messenger-'));
  t.after(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

/** Opens stores over one file; all are closed with the test. */
export function storesOver(t: TestContext, file = join(directory(t), 'status.db')) {
  const clock = new SettableClock(NOW);
  const open = (options: Partial<SqliteStoreOptions> = {}) => {
    const store = new SqliteStore({ file, clock, lockTimeout: 50, ...options });
    const user = new Listener();
    store.use(user);
    t.after(() => store.close());
    return Object.assign(store, { user });
  };
  return { file, clock, open };
}
