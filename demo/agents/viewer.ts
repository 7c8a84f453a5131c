import { render } from 'lit';
import { StatusMessengerElement } from 'status-messenger';
import { find } from '../address.js';
import { talk } from './talk.js';

/** One viewer of a conversation: it shows what its element knows. */
export class Viewer {
  readonly element: StatusMessengerElement;
  readonly #root: HTMLElement;

  constructor(root: HTMLElement) {
    this.#root = root;
    this.element = find(root, 'status-messenger', StatusMessengerElement);
    this.element.addEventListener('statechange', () => this.#show());
  }

  watch(sessionId: string): void {
    this.element.url = '/ws';
    this.element.sessionId = sessionId;
  }

  #show(): void {
    const { state } = this.element;
    const progress = find(this.#root, 'progress', HTMLProgressElement);
    progress.value = state.progress?.value ?? 0;
    progress.max = state.progress?.max ?? 1;
    render(talk(state), find(this.#root, '.talk', HTMLElement));
  }
}
