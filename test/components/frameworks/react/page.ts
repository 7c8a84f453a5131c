import { createElement, StrictMode, useEffect } from 'react';
import { createRoot } from 'react-dom/client';
import {
  type StatusMessengerView,
  type UseStatusMessengerOptions,
  useStatusMessenger,
} from '../../../../components/frameworks/react/index.js';
import { server, until } from '../../../helpers/in-browser.js';

export type Options = UseStatusMessengerOptions;

/** A component that shows what the hook returns, in a page of its own. */
export class Page {
  readonly host = document.createElement('div');
  /** What was returned in each render, those that were thrown away among them. */
  readonly renders: Array<{ readonly clientId: string | undefined; readonly view: StatusMessengerView }> = [];
  readonly #root = createRoot(this.host);
  readonly #isStrict: boolean;
  #options: Options;
  #shown: { readonly options: Options; readonly view: StatusMessengerView } | undefined;

  constructor(options: Options, { strict = false } = {}) {
    this.#isStrict = strict;
    this.#options = options;
    document.body.append(this.host);
    void this.render(options);
  }

  /** What was returned last in a render that came to be. */
  get view(): StatusMessengerView {
    if (!this.#shown) throw new Error('nothing was rendered yet');
    return this.#shown.view;
  }

  get text(): string {
    return this.host.textContent ?? '';
  }

  /** Resolves once it is rendered with these options. */
  async render(options: Options): Promise<void> {
    this.#options = options;
    const viewer = createElement(this.#viewer, { options });
    this.#root.render(this.#isStrict ? createElement(StrictMode, null, viewer) : viewer);
    await this.rendered();
  }

  /** Resolves once it is rendered as it was last asked to. */
  async rendered(): Promise<void> {
    await until(() => this.#shown?.options === this.#options, 'rendered');
  }

  async live(): Promise<void> {
    await until(() => this.#shown?.view.isConnected === true, 'connected');
  }

  /** Shows `text`: the status, and the question where one is open. */
  async shows(text: string): Promise<void> {
    await until(() => this.text === text, `"${text}"`).catch(({ message }) => {
      throw new Error(`${message}; there is "${this.text}"`);
    });
  }

  unmount(): void {
    this.#root.unmount();
    this.host.remove();
  }

  readonly #viewer = ({ options }: { options: Options }) => {
    const view = useStatusMessenger(options);
    this.renders.push({ clientId: options.clientId, view });
    useEffect(() => {
      this.#shown = { options, view };
    });
    const { currentStatus, currentQuestion } = view;
    return createElement('p', null, [currentStatus, currentQuestion].filter(Boolean).join(' | '));
  };
}

/** How many sockets of a session are open, and how many ever were. */
export function sockets(sessionId: string): Promise<{ open: number; ever: number }> {
  return server({ do: 'sockets', sessionId });
}

/** Resolves once no socket of a session is open. */
export async function noSocket(sessionId: string): Promise<void> {
  await until(async () => (await sockets(sessionId)).open === 0, `no socket of ${sessionId}`);
}

/** Sends messages to a session. */
export function publish(sessionId: string, ...messages: Array<{ type: string; data: unknown }>): Promise<unknown> {
  return server({ do: 'publish', sessionId, messages });
}
