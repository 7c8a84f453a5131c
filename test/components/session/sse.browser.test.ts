import { expect, fixture, html } from '@open-wc/testing';
import type { StatusMessengerElement } from '../../../components/define.js';
import '../../../components/define.js';
import { SessionClient } from '../../../components/session/index.js';
import { catchConsole, eventOf, live, newSession, part, server, status, until } from '../../helpers/in-browser.js';

/** How an element is connected. */
function transportOf({ connection }: StatusMessengerElement): string | undefined {
  return connection.status === 'live' ? connection.transport : undefined;
}

describe('where WebSockets are blocked', () => {
  async function blocked(id: string): Promise<StatusMessengerElement> {
    const caught = catchConsole();
    const element = await fixture<StatusMessengerElement>(
      html`<status-messenger url="/blocked/ws" session-id=${id}></status-messenger>`,
    );
    try {
      await live(element);
    } finally {
      caught.restore();
    }
    expect(caught.lines.filter((line) => line.includes('status-messenger:'))).to.deep.equal([
      'error status-messenger: transport: got WebSockets that never opened, expected one that does; going on over server-sent events',
    ]);
    return element;
  }

  it('the element goes live all the same, shows what is said at once, and says what its page has to say', async () => {
    const id = newSession();
    await status(id, 'before');
    const element = await blocked(id);
    expect(transportOf(element)).to.equal('sse');
    await until(() => part(element, 'message') === 'before');
    for (let i = 0; i < 5; i++) {
      await status(id, `status ${i}`);
      await until(() => part(element, 'message') === `status ${i}`);
    }
    const large = eventOf(element, 'message');
    await server({ do: 'publish', sessionId: id, messages: [{ type: 'large', data: 'ä😀'.repeat(30_000) }] });
    expect((await large).detail.data).to.equal('ä😀'.repeat(30_000));
    const { accepted, reason } = await element.send('hello');
    expect({ accepted, reason }).to.deep.equal({ accepted: false, reason: 'this server takes no input' });
    const { open } = await server<{ open: number }>({ do: 'sockets', sessionId: id });
    expect(open).to.equal(1);
    element.remove();
    await until(async () => (await server<{ open: number }>({ do: 'sockets', sessionId: id })).open === 0, 'let go of');
  });

  it('a stream that was cut heals: last known meanwhile, and nothing is lost or told twice', async () => {
    const id = newSession();
    const element = await blocked(id);
    const told: unknown[] = [];
    element.addEventListener('message', ({ detail }) => told.push(detail.data));
    await status(id, 'one');
    await until(() => element.currentStatus === 'one');
    await server({ do: 'cut', sessionId: id, hold: true });
    await until(() => element.connection.status === 'reconnecting');
    await status(id, 'two');
    await status(id, 'three');
    await server({ do: 'release', sessionId: id });
    await live(element);
    await until(() => element.currentStatus === 'three');
    expect(told).to.deep.equal(['one', 'two', 'three']);
    expect(transportOf(element)).to.equal('sse');
  });

  it('10,000 messages in one burst arrive, once and in order', async () => {
    const id = newSession();
    const element = await blocked(id);
    const told: unknown[] = [];
    element.addEventListener('message', ({ detail }) => told.push(detail.data));
    await server({ do: 'burst', sessionId: id, count: 10_000, perTurn: 500 });
    await until(() => element.currentStatus === 'message 9999');
    expect(told).to.deep.equal(Array.from({ length: 10_000 }, (_, i) => `message ${i}`));
  });
});

describe('where WebSockets get through', () => {
  it('they are what carries a page, unless it asks for the other', async () => {
    for (const [options, transport] of [
      [{}, 'websocket'],
      [{ transport: 'sse' }, 'sse'],
    ] as const) {
      const id = newSession();
      const base = transport === 'sse' ? '/blocked/ws' : '/ws';
      const client = new SessionClient({ url: base, sessionId: id, ...options });
      client.connect();
      await until(() => client.connection.status === 'live', 'live');
      expect(client.connection.status === 'live' && client.connection.transport).to.equal(transport);
      client.disconnect();
    }
  });
});
