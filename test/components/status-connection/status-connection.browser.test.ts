import { expect, fixture, html } from '@open-wc/testing';
import { sendKeys } from '@web/test-runner-commands';
import '../../../components/define.js';
import type { Connection, StatusConnectionElement } from '../../../components/index.js';
import { TestSession } from '../../../components/testing/index.js';
import { newSession, server, shadowPart, status, until } from '../../helpers/in-browser.js';

const REFUSED: Connection = { status: 'refused', code: 4403, reason: 'not yours' };
const lost = (retryAt?: number): Connection => ({
  status: 'reconnecting',
  since: Date.now() - 5000,
  attempt: 1,
  reason: '',
  ...(retryAt === undefined ? {} : { retryAt }),
});

async function shown(session: TestSession): Promise<StatusConnectionElement> {
  const element = await fixture<StatusConnectionElement>(
    html`<status-connection .session=${session}></status-connection>`,
  );
  await element.updateComplete;
  return element;
}

const text = (element: Element, name: string) => shadowPart(element, name)?.textContent?.trim() ?? '';

describe('<status-connection>', () => {
  it('says how the connection stands, in every state, for everyone', async () => {
    const session = new TestSession();
    session.say({ type: 'status', data: 'one' });
    const element = await shown(session);
    const states: ReadonlyArray<readonly [Connection, RegExp]> = [
      [{ status: 'idle' }, /^Not connected$/],
      [{ status: 'connecting' }, /^Connecting…$/],
      [{ status: 'live', since: 0, transport: 'websocket' }, /^Live$/],
      [lost(Date.now() + 9000), /^Reconnecting…$/],
      [{ status: 'offline', since: Date.now() }, /^Offline$/],
      [REFUSED, /^Connection refused: not yours$/],
      [{ status: 'ended' }, /^Nothing more will come$/],
    ];
    for (const [connection, label] of states) {
      session.setConnection(connection);
      await element.updateComplete;
      expect(text(element, 'label')).to.match(label);
      expect(element.matches(`:state(${connection.status})`)).to.equal(true);
      const isStale = connection.status !== 'live' && connection.status !== 'ended';
      expect(element.matches(':state(stale)')).to.equal(isStale);
      await expect(element).to.be.accessible();
    }
  });

  it('counts down to the next attempt, which a press of the button begins at once', async () => {
    const session = new TestSession();
    session.say({ type: 'status', data: 'one' });
    session.setConnection(lost(Date.now() + 19_500));
    const element = await shown(session);
    // A machine that is busy may leave numbers out.
    const seconds = () => Number(/^next attempt in (\d+) sec$/.exec(text(element, 'detail'))?.[1]);
    const first = seconds();
    expect(first).to.be.within(1, 20);
    expect(text(element, 'age')).to.match(/^last known \d+ seconds ago$/);
    await until(() => seconds() < first, 'the countdown');
    await sendKeys({ press: 'Tab' });
    expect(element.shadowRoot?.activeElement).to.equal(shadowPart(element, 'button'));
    await sendKeys({ press: 'Enter' });
    expect(session.calls).to.deep.equal([['connect']]);

    // Under way: it keeps the focus, and asks for nothing more.
    session.setConnection(lost());
    await element.updateComplete;
    expect(text(element, 'detail')).to.equal('trying now');
    expect(shadowPart(element, 'button')?.ariaDisabled).to.equal('true');
    expect(element.shadowRoot?.activeElement).to.equal(shadowPart(element, 'button'));
    await sendKeys({ press: 'Enter' });
    expect(session.calls.length).to.equal(1);

    // Gone: whoever was there stays in the element.
    session.setConnection('live');
    await element.updateComplete;
    expect(shadowPart(element, 'button')).to.equal(null);
    expect(element.shadowRoot?.activeElement).to.equal(shadowPart(element, 'base'));
  });

  it('takes no focus that it did not have', async () => {
    const session = new TestSession();
    const element = await shown(session);
    const input = await fixture<HTMLInputElement>(html`<input aria-label="mine" />`);
    input.focus();
    for (const connection of [lost(), 'live', REFUSED, 'live'] as const) {
      session.setConnection(connection);
      await element.updateComplete;
      expect(document.activeElement).to.equal(input);
    }
  });

  it('is as high with its button as without, and fits into 320 px, in either direction', async () => {
    for (const dir of ['ltr', 'rtl'] as const) {
      const session = new TestSession();
      session.say({ type: 'status', data: 'one' });
      const box = await fixture<HTMLElement>(html`<div dir=${dir}></div>`);
      box.style.inlineSize = '320px';
      const element = document.createElement('status-connection');
      element.session = session;
      box.append(element);
      await element.updateComplete;
      const { height } = element.getBoundingClientRect();
      session.setConnection({ status: 'idle' });
      await element.updateComplete;
      await until(() => shadowPart(element, 'button') !== null);
      session.setConnection('live');
      await element.updateComplete;
      expect(element.getBoundingClientRect().height).to.equal(height);
      session.setConnection({ ...REFUSED, reason: 'x'.repeat(200) });
      await until(() => text(element, 'label').length > 200);
      expect(box.scrollWidth).to.be.at.most(box.clientWidth);
      session.setConnection({ status: 'idle' });
      await until(() => text(element, 'label') === 'Not connected');
      const [sign, label] = ['indicator', 'label'].map(
        (name) => shadowPart(element, name)?.getBoundingClientRect().left,
      );
      expect((sign ?? 0) < (label ?? 0)).to.equal(dir === 'ltr');
    }
  });

  it('shows what the server gives as a reason as text', async () => {
    const session = new TestSession();
    const element = await shown(session);
    session.setConnection({ ...REFUSED, reason: '<img src=x onerror="window.broken=1">' });
    await until(() => text(element, 'label').includes('<img'));
    expect(element.shadowRoot?.querySelector('img')).to.equal(null);
  });

  it('follows a real messenger, named by for, through a loss and back', async () => {
    const id = newSession();
    const root = await fixture(html`
      <section>
        <status-connection for="messenger"></status-connection>
        <status-messenger id="messenger" url="/ws" session-id=${id}></status-messenger>
      </section>
    `);
    const element = root.querySelector('status-connection') as StatusConnectionElement;
    await until(() => text(element, 'label') === 'Live');
    await status(id, 'one');
    await server({ do: 'cut', sessionId: id, hold: true });
    await until(() => text(element, 'label') === 'Reconnecting…');
    await until(() => text(element, 'age').startsWith('last known'));
    await server({ do: 'release', sessionId: id });
    await until(() => text(element, 'label') === 'Live');
    root.querySelector('status-messenger')?.remove();
    await until(() => text(element, 'label') === 'Not connected');
    expect(shadowPart(element, 'button')).to.equal(null);
  });
});
