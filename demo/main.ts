import 'status-messenger/define';
import type { StatusMessengerElement } from 'status-messenger';
import { find, sessionInAddress } from './address.js';

/** How long a cut lasts, in milliseconds. */
const CUT = 2000;

/** One viewer: its element, and what happened to its connection. */
class Viewer {
  readonly #root: HTMLElement;
  readonly #element: StatusMessengerElement;
  #reconnections = 0;
  #recovered = 0;
  #lostAt: number | undefined;
  #missed = 0;

  constructor(root: HTMLElement) {
    this.#root = root;
    this.#element = find(root, 'status-messenger', HTMLElement) as StatusMessengerElement;
    this.#element.addEventListener('statechange', () => this.#showState());
    this.#element.addEventListener('message', () => {
      if (this.#lostAt !== undefined) this.#missed++;
    });
    this.#element.addEventListener('connectionchange', ({ detail }) => this.#showConnection(detail.status));
  }

  watch(sessionId: string): void {
    this.#reconnections = this.#recovered = this.#missed = 0;
    this.#lostAt = undefined;
    find(this.#root, '.journal', HTMLElement).replaceChildren();
    this.#element.url = `/ws/{session-id}?viewer=${this.#root.dataset.viewer}`;
    this.#element.sessionId = sessionId;
    this.#showState();
  }

  #showState(): void {
    const { state } = this.#element;
    const progress = find(this.#root, 'progress', HTMLProgressElement);
    progress.max = state.progress?.max ?? 1;
    progress.value = state.progress?.value ?? 0;
    this.#fact('messages', Number(state.messages.at(-1)?.id?.split('-')[1] ?? 0));
    this.#fact('reconnections', this.#reconnections);
    this.#fact('recovered', this.#recovered);
  }

  #showConnection(status: string): void {
    if (status === 'live' && this.#lostAt !== undefined) {
      this.#reconnections++;
      this.#recovered += this.#missed;
      const seconds = ((Date.now() - this.#lostAt) / 1000).toFixed(1);
      this.#note(`back after ${seconds} s, with the ${this.#missed} messages that it had missed`);
      this.#lostAt = undefined;
      this.#missed = 0;
      this.#showState();
    } else if (status === 'live') {
      this.#note('connected');
    } else if ((status === 'reconnecting' || status === 'offline') && this.#lostAt === undefined) {
      this.#lostAt = Date.now();
      this.#note('lost its connection');
    }
  }

  #fact(name: string, value: number): void {
    find(this.#root, `[data-fact="${name}"]`, HTMLElement).textContent = value.toLocaleString();
  }

  #note(text: string): void {
    const journal = find(this.#root, '.journal', HTMLElement);
    const item = document.createElement('li');
    item.textContent = `${new Date().toLocaleTimeString()} ${text}`;
    journal.append(item);
    while (journal.children.length > 4) journal.firstElementChild?.remove();
  }
}

let session = sessionInAddress('demo');
const viewers = [...document.querySelectorAll<HTMLElement>('.viewer')].map((root) => new Viewer(root));
const show = () => {
  session = sessionInAddress('demo');
  for (const viewer of viewers) viewer.watch(session);
};
show();
addEventListener('hashchange', show);

find(document, '#again', HTMLButtonElement).addEventListener('click', () => {
  history.pushState(null, '', '#');
  show();
});
const cut = find(document, '#cut', HTMLButtonElement);
cut.addEventListener('click', async () => {
  // Not `disabled`: that would take the focus away from whoever pressed it.
  if (cut.ariaDisabled === 'true') return;
  cut.ariaDisabled = 'true';
  const answer = await fetch(`/demo/cut?session=${session}&viewer=first&ms=${CUT}`, { method: 'POST' }).catch(
    () => null,
  );
  // Without a server, or a connection, there is nothing to cut.
  if (answer?.ok) await new Promise((resolve) => setTimeout(resolve, CUT));
  cut.ariaDisabled = null;
});
