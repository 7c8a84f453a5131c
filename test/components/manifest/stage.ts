import { fixture } from '@open-wc/testing';
import { html, unsafeStatic } from 'lit/static-html.js';
import '../../../components/define.js';
import type { CompanionElement, SessionSource, StatusPanelElement } from '../../../components/index.js';
import { shadowPart, until } from '../../helpers/in-browser.js';

/** Where an element plays its story: it alone, or as one of those in a panel. */
export class Stage {
  readonly #tag: string;
  readonly #isInPanel: boolean;
  readonly #look: (shown: Element) => void;
  #shown: Element | undefined;
  #element: CompanionElement | undefined;

  /** @param look Called at each moment that is worth a look, with what the page has put there. */
  constructor(tag: string, isInPanel: boolean, look: (shown: Element) => void) {
    this.#tag = tag;
    this.#isInPanel = isInPanel;
    this.#look = look;
  }

  get element(): CompanionElement {
    if (!this.#element) throw new Error('nothing is shown yet');
    return this.#element;
  }

  /** Shows a session, by another element. */
  async show(session: SessionSource, properties: object = {}): Promise<void> {
    this.#shown?.remove();
    if (this.#isInPanel) {
      const panel = await fixture<StatusPanelElement>(html`<status-panel .session=${session}></status-panel>`);
      this.#shown = panel;
      this.#element = panel.shadowRoot?.querySelector<CompanionElement>(this.#tag) ?? undefined;
    } else {
      const tag = unsafeStatic(this.#tag);
      this.#element = await fixture<CompanionElement>(html`<${tag} .session=${session}></${tag}>`);
      this.#shown = this.#element;
    }
    Object.assign(this.element, properties);
    await this.look();
  }

  /** Looks at it once it is drawn. */
  async look(): Promise<void> {
    if (this.#shown && 'updateComplete' in this.#shown) await this.#shown.updateComplete;
    await this.element.updateComplete;
    if (this.#shown) this.#look(this.#shown);
  }

  /** Looks at it once a part is there. */
  async lookAt(part: string): Promise<HTMLElement> {
    await until(() => shadowPart(this.element, part) !== null, `${this.#tag}, ${part}`);
    await this.look();
    return this.part(part);
  }

  part(name: string): HTMLElement {
    const part = shadowPart(this.element, name);
    if (!part) throw new Error(`${this.#tag} shows no ${name}`);
    return part;
  }

  press(name: string): void {
    this.part(name).click();
  }

  /** Writes into the text field that there is. */
  write(text: string): void {
    const field = this.element.shadowRoot?.querySelector('textarea');
    if (!field) throw new Error(`${this.#tag} has no text field`);
    field.value = text;
    field.dispatchEvent(new Event('input', { bubbles: true }));
  }
}
