import { render } from 'lit';
import { StatusMessengerElement } from 'status-messenger';
import type { QuestionView } from 'status-messenger/protocol';
import { find } from '../address.js';
import { talk } from './talk.js';

/** One viewer of a conversation: it shows what its element knows, and takes answers. */
export class Viewer {
  readonly element: StatusMessengerElement;
  readonly #root: HTMLElement;
  /** What became of the answers that were given here, by question. */
  readonly #notes = new Map<string, string>();
  /** Questions whose answer is on its way. */
  readonly #sent = new Set<string>();

  constructor(root: HTMLElement) {
    this.#root = root;
    this.element = find(root, 'status-messenger', StatusMessengerElement);
    this.element.addEventListener('statechange', () => this.#show());
  }

  watch(sessionId: string): void {
    this.#notes.clear();
    this.#sent.clear();
    this.element.url = '/ws';
    this.element.sessionId = sessionId;
  }

  #show(): void {
    const { state } = this.element;
    const progress = find(this.#root, 'progress', HTMLProgressElement);
    progress.value = state.progress?.value ?? 0;
    progress.max = state.progress?.max ?? 1;

    // A form that was answered goes with the focus in it; who was there goes on from its question.
    const item = this.#root.contains(document.activeElement) ? document.activeElement?.closest('li') : null;
    const notes = (question: QuestionView) => this.#notes.get(keyOf(question)) ?? '';
    const answer = (question: QuestionView, value: unknown) => void this.#answer(question, value);
    render(talk(state, { notes, answer, keyOf }), find(this.#root, '.talk', HTMLElement));
    if (item?.isConnected && !item.contains(document.activeElement)) item.focus();
  }

  async #answer(question: QuestionView, value: unknown): Promise<void> {
    const key = keyOf(question);
    const { sessionId } = this.element;
    if (this.#sent.has(key)) return;
    this.#sent.add(key);
    this.#note(key, 'Sent; the server has not answered yet.');
    const said = await this.element.sendAnswer(value, question.id).then(verdict, unsent);
    // By then another conversation may be on show.
    if (this.element.sessionId !== sessionId) return;
    this.#sent.delete(key);
    this.#note(key, said);
  }

  #note(key: string, text: string): void {
    this.#notes.set(key, text);
    this.#show();
  }
}

function verdict({ accepted, reason }: { readonly accepted: boolean; readonly reason?: string }): string {
  if (accepted) return '';
  return reason === 'answered' ? 'Somebody else was faster.' : `Not accepted: ${reason}`;
}

function unsent(error: unknown): string {
  return error instanceof Error ? error.message : 'It could not be sent.';
}

/** The same id may be asked again. */
function keyOf({ id, ts }: QuestionView): string {
  return `${id} ${ts}`;
}
