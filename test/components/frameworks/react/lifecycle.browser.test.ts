import { expect } from '@open-wc/testing';
import { Activity, createElement, StrictMode, Suspense, startTransition, useState } from 'react';
import { createRoot, hydrateRoot } from 'react-dom/client';
import { renderToString } from 'react-dom/server';
import { useStatusMessenger } from '../../../../components/frameworks/react/index.js';
import { newSession, status, until } from '../../../helpers/in-browser.js';
import { noSocket, Page, publish, sockets } from './page.js';

/** A place in the page, gone again when the test is over. */
function place(): HTMLElement {
  const element = document.createElement('div');
  document.body.append(element);
  return element;
}

/** Something that has yet to come. */
class Gate {
  isOpen = false;
  open = () => {};
  readonly opened = new Promise<void>((resolve) => {
    this.open = () => {
      this.isOpen = true;
      resolve();
    };
  });
}

/** Is there once its gate is open. */
function Gated({ gate }: { gate: Gate }) {
  if (!gate.isOpen) throw gate.opened;
  return null;
}

interface ViewerProps {
  readonly clientId: string;
  readonly gate?: Gate;
  readonly onQuestion?: (question: string) => void;
}

function Viewer({ clientId, gate, onQuestion }: ViewerProps) {
  const { currentStatus, isConnected } = useStatusMessenger({ clientId, onQuestion });
  const text = `${currentStatus}${isConnected ? '' : ' (not connected)'}`;
  return createElement('p', null, text, gate && createElement(Gated, { gate }));
}

/** Goes to `second`, as far as the gate lets it, by a transition that begins when `go` is clicked. */
function Turning({ first, second, gate }: { first: string; second: string; gate: Gate }) {
  const [clientId, setClientId] = useState(first);
  const go = () => startTransition(() => setClientId(second));
  return createElement(
    Suspense,
    null,
    createElement(Viewer, { clientId }),
    createElement('button', { type: 'button', onClick: go }),
    clientId === second && createElement(Gated, { gate }),
  );
}

describe('the life of a component that uses useStatusMessenger', () => {
  it('under StrictMode there is one socket, and nothing is told twice', async () => {
    const id = newSession();
    const told: unknown[] = [];
    const page = new Page(
      {
        clientId: id,
        onStatus: (text) => told.push(text),
        onQuestion: (text) => told.push(text),
        onComplete: (text) => told.push(text),
      },
      { strict: true },
    );
    await page.live();
    await status(id, 'one');
    await publish(
      id,
      { type: 'question', data: { question: 'Go on?', questionId: 'q' } },
      { type: 'complete', data: { summary: 'Done' } },
    );
    await until(() => page.view.finalSummary === 'Done');
    expect(told).to.deep.equal(['one', 'Go on?', 'Done']);
    expect(await sockets(id)).to.deep.equal({ open: 1, ever: 1 });
    page.unmount();
    await noSocket(id);
  });

  it('a component that is gone has no socket, is told nothing, and opens nothing any more', async () => {
    const id = newSession();
    const told: unknown[] = [];
    const page = new Page({ clientId: id, onMessage: ({ data }) => told.push(data) });
    await page.live();
    await status(id, 'one');
    await page.shows('one');
    const { connect, client } = page.view;
    page.unmount();
    await noSocket(id);
    await status(id, 'two');
    connect();
    expect(client.connection.status).to.equal('idle');
    expect(told).to.deep.equal(['one']);

    const again = new Page({ clientId: id, onMessage: ({ data }) => told.push(data) });
    await again.shows('two');
    expect(again.view.messages.map(({ data }) => data)).to.deep.equal(['one', 'two']);
    expect(await sockets(id)).to.deep.equal({ open: 1, ever: 2 });
    again.unmount();
    await noSocket(id);
  });

  it('one that goes before it is connected leaves nothing behind', async () => {
    const id = newSession();
    const page = new Page({ clientId: id });
    await page.rendered();
    page.unmount();
    await noSocket(id);
    expect(page.view.client.connection.status).to.equal('idle');
  });

  it('one that is hidden has no connection until it is shown again, and is told nothing twice', async () => {
    const id = newSession();
    const told: unknown[] = [];
    const element = place();
    const root = createRoot(element);
    const viewer = createElement(Viewer, { clientId: id, onQuestion: (question) => told.push(question) });
    // biome-ignore lint/correctness/noChildrenProp: the types of Activity want them among the properties.
    const shown = (mode: 'visible' | 'hidden') => createElement(Activity, { mode, children: viewer });
    root.render(shown('visible'));
    await publish(id, { type: 'question', data: { question: 'Go on?', questionId: 'q' } });
    await until(() => told.length === 1);
    root.render(shown('hidden'));
    await noSocket(id);
    await status(id, 'meanwhile');
    root.render(shown('visible'));
    await until(() => element.textContent === 'meanwhile');
    expect(told).to.deep.equal(['Go on?']);
    expect(await sockets(id)).to.deep.equal({ open: 1, ever: 2 });
    root.unmount();
    element.remove();
    await noSocket(id);
  });

  it('one that waits under Suspense connects once it is there', async () => {
    const id = newSession();
    const gate = new Gate();
    const element = place();
    const root = createRoot(element);
    const fallback = createElement('i', null, 'waiting');
    const viewer = createElement(Viewer, { clientId: id, gate });
    root.render(createElement(StrictMode, null, createElement(Suspense, { fallback }, viewer)));
    await until(() => element.textContent === 'waiting');
    expect(await sockets(id)).to.deep.equal({ open: 0, ever: 0 });
    await status(id, 'there');
    gate.open();
    await until(() => element.textContent === 'there');
    expect(await sockets(id)).to.deep.equal({ open: 1, ever: 1 });
    root.unmount();
    element.remove();
    await noSocket(id);
  });

  it('a transition to another session that does not come to be leaves the first one as it is', async () => {
    const [first, second] = [newSession(), newSession()];
    await status(first, 'of the first');
    await status(second, 'of the second');
    const gate = new Gate();
    const element = place();
    const root = createRoot(element);
    root.render(createElement(Turning, { first, second, gate }));
    await until(() => element.textContent === 'of the first');
    element.querySelector('button')?.click();
    await status(first, 'still the first');
    await until(() => element.textContent === 'still the first');
    expect(await sockets(first)).to.deep.equal({ open: 1, ever: 1 });
    expect(await sockets(second)).to.deep.equal({ open: 0, ever: 0 });
    gate.open();
    await until(() => element.textContent === 'of the second');
    expect(await sockets(second)).to.deep.equal({ open: 1, ever: 1 });
    await noSocket(first);
    root.unmount();
    element.remove();
    await noSocket(second);
  });

  it('what a server rendered is taken over without a difference, and then lives', async () => {
    const id = newSession();
    await status(id, 'there');
    const element = place();
    element.innerHTML = renderToString(createElement(Viewer, { clientId: id }));
    expect(element.textContent).to.equal(' (not connected)');
    expect(await sockets(id)).to.deep.equal({ open: 0, ever: 0 });
    const [before] = element.children;
    const errors: unknown[] = [];
    const root = hydrateRoot(element, createElement(Viewer, { clientId: id }), {
      onRecoverableError: (error) => errors.push(error),
    });
    await until(() => element.textContent === 'there');
    expect(errors).to.deep.equal([]);
    expect(element.children[0]).to.equal(before);
    root.unmount();
    element.remove();
    await noSocket(id);
  });
});
