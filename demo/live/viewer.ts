import type { StatusPanelElement } from 'status-messenger';
import { type ChannelState, initialState } from 'status-messenger/protocol';
import { tapSockets } from '../sockets.js';
import { EMPTY_STRIP, type Happening, happeningIn, mark, type Strip, sample, sequence } from './strip.js';

/** Something that happened to a viewer's connection, in words. */
interface Note {
  readonly at: number;
  readonly text: string;
}

const MOST_NOTES = 5;

/** One viewer of a session: its panel, over a line of its own, and what happens to its connection. */
export class Viewer {
  readonly name: 'first' | 'second';
  readonly panel: StatusPanelElement;
  strip: Strip = EMPTY_STRIP;
  journal: readonly Note[] = [];
  readonly #changed: () => void;
  readonly #stop: () => void;
  #lostAt: number | undefined;
  /** The position when the connection was lost. */
  #lostWith = 0;

  constructor(name: Viewer['name'], session: string, changed: () => void) {
    this.name = name;
    this.#changed = changed;
    this.#stop = tapSockets((url, socket) => {
      if (!url.pathname.endsWith(`/${session}`) || url.searchParams.get('viewer') !== name) return;
      socket.addEventListener('message', ({ data }) => this.#heard(data));
    });
    this.panel = document.createElement('status-panel');
    this.panel.url = `/line/ws/{session-id}?viewer=${name}`;
    this.panel.sessionId = session;
    this.panel.userId = `${name}-viewer`;
  }

  get state(): ChannelState {
    return this.panel.sessionSource?.state ?? initialState;
  }

  /** Looks how far the viewer is, where the log is at `head`. */
  look(head: number): void {
    const position = sequence(this.state.messages.at(-1)?.id);
    const status = this.panel.sessionSource?.connection.status ?? 'idle';
    const before = this.strip.status;
    this.strip = sample(this.strip, { position, head, status }, Date.now());
    if (before === 'live' && status === 'offline') this.#note('has no network');
    if (status !== 'live' && status !== 'ended' && before === 'live') {
      this.#lostAt = Date.now();
      this.#lostWith = position;
      if (status !== 'offline') this.#note('lost its connection');
    } else if (status === 'live' && before !== 'live') this.#isBack(position);
  }

  leave(): void {
    this.#stop();
    this.panel.remove();
  }

  #isBack(position: number): void {
    if (this.#lostAt === undefined) {
      this.#note('connected');
      return;
    }
    const seconds = ((Date.now() - this.#lostAt) / 1000).toFixed(1);
    const missed = Math.max(0, position - this.#lostWith);
    this.#note(`back after ${seconds} s, with the ${missed} messages that it had missed`);
    this.#lostAt = undefined;
  }

  #heard(data: unknown): void {
    const happening = typeof data === 'string' ? happeningIn(JSON.parse(data)) : undefined;
    if (!happening) return;
    this.strip = mark(this.strip, happening, Date.now());
    if (happening !== 'lost') this.#note(HAPPENINGS[happening]);
    this.#changed();
  }

  #note(text: string): void {
    this.journal = [...this.journal, { at: Date.now(), text }].slice(-MOST_NOTES);
  }
}

const HAPPENINGS: Readonly<Record<Exclude<Happening, 'lost'>, string>> = {
  resumed: 'goes on from its position',
  snapshot: 'gets a snapshot',
};
