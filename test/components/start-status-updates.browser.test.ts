import { expect, fixture, html } from '@open-wc/testing';
import { catchConsole, newSession, server, status, until } from '../helpers/in-browser.js';

declare global {
  interface Window {
    startStatusUpdates: (elementId: string, url: string, reconnectDelayMs?: number) => () => void;
  }
}

describe('startStatusUpdates, from the one-file build', () => {
  before(async () => {
    const script = document.createElement('script');
    script.src = '/dist/cdn.js';
    await new Promise((resolve, reject) => {
      script.onload = resolve;
      script.onerror = reject;
      document.head.append(script);
    });
  });

  it('is on window, and the elements are defined', () => {
    expect(window.startStatusUpdates).to.be.a('function');
    expect(customElements.get('status-messenger')).to.be.a('function');
  });

  it('shows the current status as text in the element', async () => {
    const id = newSession();
    const box = await fixture<HTMLElement>(html`<div id="my-status-display-element">before</div>`);
    const stop = window.startStatusUpdates('my-status-display-element', `/ws/${id}`);
    await until(() => box.textContent === 'Connected. Waiting for status…');
    await status(id, 'Status with <b>text</b>');
    await until(() => box.textContent === 'Status with <b>text</b>');
    expect(box.querySelector('b')).to.equal(null);
    stop();
  });

  it('keeps what was last known while it reconnects, comes back after the given delay, and stops for good', async () => {
    const id = newSession();
    const box = await fixture<HTMLElement>(html`<div id="box"></div>`);
    const stop = window.startStatusUpdates('box', new URL(`/ws/${id}`, location.href).href.replace('http', 'ws'), 50);
    await status(id, 'one');
    await until(() => box.textContent === 'one');
    await server({ do: 'cut', sessionId: id, hold: true });
    await until(() => box.textContent === 'oneConnection lost. Reconnecting…');
    await status(id, 'two');
    await server({ do: 'release', sessionId: id });
    await until(() => box.textContent === 'two');
    stop();
    await until(async () => (await server<{ open: number }>({ do: 'sockets', sessionId: id })).open === 0);
    expect(box.textContent).to.equal('twoStopped. This is what was last known.');
  });

  it('started again on the same element, the first does not touch what the second shows', async () => {
    const [one, two] = [newSession(), newSession()];
    const box = await fixture<HTMLElement>(html`<div id="shared"></div>`);
    const stopFirst = window.startStatusUpdates('shared', `/ws/${one}`);
    await status(one, 'of the first');
    await until(() => box.textContent === 'of the first');
    const stopSecond = window.startStatusUpdates('shared', `/ws/${two}`);
    await status(two, 'of the second');
    await until(() => box.textContent === 'of the second');
    stopFirst();
    expect(box.textContent).to.equal('of the second');
    stopSecond();
    expect(box.textContent).to.equal('of the secondStopped. This is what was last known.');
  });

  it('says on the console what is missing, and stops nothing', async () => {
    const caught = catchConsole();
    const stopNothing = window.startStatusUpdates('no-such-element', '/ws/x');
    const box = await fixture<HTMLElement>(html`<div id="no-url"></div>`);
    const stopNothingEither = window.startStatusUpdates('no-url', '');
    stopNothing();
    stopNothingEither();
    caught.restore();
    expect(caught.lines).to.deep.equal([
      'error status-messenger: startStatusUpdates: got "no-such-element", expected the id of an element of this page; call it once the element is there',
      'error status-messenger: startStatusUpdates: got no url, expected the address of a session; pass it as the second argument',
      'warn status-messenger: there is nothing to stop: startStatusUpdates got "no-such-element", expected the id of an element of this page; call it once the element is there',
      'warn status-messenger: there is nothing to stop: startStatusUpdates got no url, expected the address of a session; pass it as the second argument',
    ]);
    expect(box.textContent).to.equal('Error: no WebSocket URL was given.');
  });
});
