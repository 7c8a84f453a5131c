import { expect } from '@open-wc/testing';
import type { StatusMessengerElement } from '../../../components/index.js';
import { type Connection, SessionClient } from '../../../components/session/index.js';
import { newSession, server, until } from '../../helpers/in-browser.js';

/** A page with one element, in a frame: unlike the page of the tests it can be reloaded. */
class FramedPage {
  readonly #frame = document.createElement('iframe');

  static async open(sessionId: string): Promise<FramedPage> {
    const page = new FramedPage();
    const element = `<status-messenger url="/ws" session-id="${sessionId}"></status-messenger>`;
    page.#frame.srcdoc = `<!doctype html><script src="/dist/cdn.js"></script>${element}`;
    await page.#loaded(() => document.body.append(page.#frame));
    return page;
  }

  async reload(): Promise<void> {
    const before = this.#window.document;
    await this.#loaded(() => this.#window.location.reload());
    expect(this.#window.document).not.to.equal(before);
  }

  get element(): StatusMessengerElement {
    const element = this.#window.document.querySelector('status-messenger');
    if (!element) throw new Error('the page has no element');
    return element;
  }

  async is(status: Connection['status']): Promise<void> {
    await until(() => this.element.connection.status === status, status);
  }

  /** Keeps every frame that the page sends from now on. */
  keepSent(): readonly string[] {
    const sent: string[] = [];
    const { prototype } = this.#window.WebSocket;
    const { send } = prototype;
    prototype.send = function (this: WebSocket, data) {
      sent.push(String(data));
      send.call(this, data);
    };
    return sent;
  }

  remove(): void {
    this.#frame.remove();
  }

  get #window(): typeof globalThis & Window {
    const { contentWindow } = this.#frame;
    if (!contentWindow) throw new Error('the frame is not in the page');
    return contentWindow as typeof globalThis & Window;
  }

  #loaded(begin: () => void): Promise<void> {
    return new Promise((resolve) => {
      this.#frame.addEventListener('load', () => resolve(), { once: true });
      begin();
    });
  }
}

/** How many things are kept in the storage for a session. */
function kept(sessionId: string): number {
  const entries = Array.from({ length: sessionStorage.length }, (_, i) => sessionStorage.key(i));
  return entries.filter((key) => key?.includes(sessionId)).length;
}

describe('a page that is reloaded', () => {
  it('sends an answer that was given while offline, once, and after that there is nothing of it left', async () => {
    const id = newSession();
    const page = await FramedPage.open(id);
    await page.is('live');
    const question = { questionId: 'q', question: 'Go on?' };
    await server({ do: 'publish', sessionId: id, messages: [{ type: 'question', data: question }] });
    await until(() => page.element.currentQuestion?.id === 'q');
    await server({ do: 'cut', sessionId: id, hold: true });
    await until(() => page.element.connection.status !== 'live');
    const offline = page.keepSent();
    page.element.send('first').catch(() => {});
    page.element.sendAnswer('yes').catch(() => {});

    // In the same turn: what is kept is written before the page goes.
    await page.reload();
    expect(kept(id)).to.equal(1);
    const sent = page.keepSent();
    await server({ do: 'release', sessionId: id });
    await page.is('live');
    await until(() => kept(id) === 0, 'acknowledged');
    expect(offline).to.deep.equal([]);
    expect(sent.map((frame) => JSON.parse(frame).data)).to.deep.equal(['first', { questionId: 'q', answer: 'yes' }]);

    await page.reload();
    const after = page.keepSent();
    await page.is('live');
    await page.element.send('next');
    expect(after.map((frame) => JSON.parse(frame).data)).to.deep.equal(['next']);
    page.remove();
  });
});

describe('a page that wakes', () => {
  /** A client on a server that is in the test's hands, and greets. */
  async function greeted(): Promise<{ id: string; client: SessionClient; pings(): Promise<string[]> }> {
    const id = newSession();
    const client = new SessionClient({ url: `/raw/${id}` });
    client.connect();
    await until(async () => (await server<string[]>({ do: 'rawUrls', sessionId: id })).length === 1);
    const channels = { [`session:${id}`]: { position: 'epoch000-0', recovered: false } };
    const data = { message: '', protocol: 1, sessionId: id, channels, heartbeat: 60_000, serverTime: Date.now() };
    const frames = [
      { type: 'connected', data },
      { type: 'synced', data: { channels: {} } },
    ];
    await server({ do: 'rawSend', sessionId: id, frames: frames.map((frame) => JSON.stringify(frame)) });
    await until(() => client.connection.status === 'live', 'live');
    return {
      id,
      client,
      async pings() {
        const heard = await server<string[]>({ do: 'rawHeard', sessionId: id });
        return heard.map((frame) => JSON.parse(frame)).flatMap(({ type, ref }) => (type === 'ping' ? [ref] : []));
      },
    };
  }

  const { now } = Date;
  afterEach(() => {
    Date.now = now;
  });

  it('asks whether the server is there, whatever woke it, and goes on with its answer', async () => {
    const { id, client, pings } = await greeted();
    const wakes = [
      () => window.dispatchEvent(new Event('online')),
      () => window.dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true })),
      () => document.dispatchEvent(new Event('resume')),
      () => document.dispatchEvent(new Event('visibilitychange')),
      // A sleep that no event tells of: the clock on the wall has run ahead.
      () => {
        Date.now = () => now() + 60_000;
      },
    ];
    for (const [i, wake] of wakes.entries()) {
      wake();
      await until(async () => (await pings()).length === i + 1, `${i + 1} pings`);
      const answer = { type: 'ack', data: { ref: (await pings())[i], accepted: true } };
      const status = { type: 'status', data: `there ${i}`, id: `epoch000-${i + 1}` };
      await server({ do: 'rawSend', sessionId: id, frames: [answer, status].map((frame) => JSON.stringify(frame)) });
      await until(() => client.state.status?.text === `there ${i}`);
    }
    window.dispatchEvent(new PageTransitionEvent('pageshow', { persisted: false }));
    expect(await server<string[]>({ do: 'rawUrls', sessionId: id })).to.have.length(1);
    client.disconnect();
    for (const wake of wakes) wake();
    expect(await pings()).to.have.length(wakes.length);
  });

  it('replaces the connection where no answer comes', async () => {
    const { id, client } = await greeted();
    window.dispatchEvent(new Event('online'));
    await until(async () => (await server<string[]>({ do: 'rawUrls', sessionId: id })).length === 2, 'another socket');
    client.disconnect();
  });
});
