import { expect, fixture, html } from '@open-wc/testing';
import type { StatusMessengerElement, StatusPanelElement } from '../../../components/index.js';
import { TestSession } from '../../../components/testing/index.js';
import { live, newSession, server, shadowPart, status, until } from '../../helpers/in-browser.js';
import { accessible, line, run, STATUS, section, settled } from './support.js';

const messengerIn = (panel: Element) => panel.shadowRoot?.querySelector('status-messenger') ?? null;
const latest = (panel: Element) =>
  section(panel, 'timeline')?.shadowRoot?.querySelector('[part="list"]')?.textContent?.replace(/\s+/g, ' ') ?? '';

describe('The session of <status-panel>', () => {
  it('is its own with a url: one tag is enough', async () => {
    const id = newSession();
    const element = await fixture<StatusPanelElement>(html`
      <status-panel url="/ws" session-id=${id}><status-connection></status-connection></status-panel>
    `);
    const messenger = messengerIn(element) as StatusMessengerElement;
    expect(element.sessionSource).to.equal(messenger);
    await live(messenger);
    await status(id, 'hello');
    await until(() => line(element) === 'hello' && latest(element).includes('hello'));
    const own = element.querySelector('status-connection') as HTMLElement;
    await until(() => shadowPart(own, 'label')?.textContent === 'Live');
    // It is spoken of, and shown once.
    expect(messenger.checkVisibility()).to.equal(true);
    expect(shadowPart(messenger, 'base')?.checkVisibility()).to.equal(false);
    expect(messenger.shadowRoot?.querySelectorAll('[role="status"], [role="alert"]').length).to.equal(2);
    expect(messenger.getBoundingClientRect().height).to.equal(0);
    await accessible(element);

    const other = newSession();
    element.sessionId = other;
    await until(() => line(element) !== 'hello' && !latest(element).includes('hello'));
    await status(other, 'another');
    await until(() => line(element) === 'another' && latest(element).includes('another'));
    element.paused = true;
    await until(() => messenger.connection.status === 'idle');
  });

  it('is that around it where a framework takes the url away, and has no line of its own then', async () => {
    const box = await fixture<HTMLElement>(html`
      <status-messenger .session=${run(STATUS)}><status-panel></status-panel></status-messenger>
    `);
    const panel = box.querySelector('status-panel') as StatusPanelElement;
    Object.assign(panel, { url: undefined, htmlFor: undefined, session: undefined });
    await settled(panel);
    expect(panel.sessionSource).to.equal(box);
    expect(messengerIn(panel)).to.equal(null);
    expect(shadowPart(panel, 'line')).to.equal(null);
  });

  it('gets all that it needs from the tag', async () => {
    const element = await fixture<StatusPanelElement>(html`
      <status-panel url="/ws" session-id="a" thread-id="b" user-id="c" token="d" paused></status-panel>
    `);
    const decode = () => [];
    const getToken = () => 'e';
    Object.assign(element, { decode, getToken, words: { live: 'On' } });
    await settled(element);
    const messenger = messengerIn(element) as StatusMessengerElement;
    const { url, sessionId, threadId, userId, token, paused } = messenger;
    expect([url, sessionId, threadId, userId, token, paused]).to.deep.equal(['/ws', 'a', 'b', 'c', 'd', true]);
    expect([messenger.decode, messenger.getToken]).to.deep.equal([decode, getToken]);
    expect(messenger.words).to.deep.equal({ live: 'On' });
  });

  it('is that of the messenger around it, whose line it does not repeat', async () => {
    const id = newSession();
    const root = await fixture<StatusMessengerElement>(html`
      <status-messenger url="/ws" session-id=${id}><status-panel></status-panel></status-messenger>
    `);
    const element = root.querySelector('status-panel') as StatusPanelElement;
    expect(element.sessionSource).to.equal(root);
    await live(root);
    await status(id, 'hello');
    await until(() => latest(element).includes('hello'));
    expect(shadowPart(element, 'line')).to.equal(null);
    expect(messengerIn(element)).to.equal(null);
    await accessible(element);
  });

  it('is that of the messenger it names, or one handed in; those in it and those that name it follow', async () => {
    const root = await fixture(html`
      <section>
        <status-messenger paused id="elsewhere"></status-messenger>
        <status-panel id="panel" for="elsewhere"><status-controls></status-controls></status-panel>
        <status-connection for="panel"></status-connection>
      </section>
    `);
    const element = root.querySelector('status-panel') as StatusPanelElement;
    await settled(element);
    expect(element.sessionSource).to.equal(root.querySelector('status-messenger'));
    expect(shadowPart(element, 'line')).to.equal(null);
    const controls = root.querySelector('status-controls') as HTMLElement;
    const named = root.querySelector('status-connection') as HTMLElement;
    await until(() => shadowPart(named, 'label')?.textContent === 'Not connected');

    const session = run(STATUS);
    element.session = session;
    await until(() => line(element) === 'Reading' && latest(element).includes('Reading'));
    await until(() => shadowPart(named, 'label')?.textContent === 'Live');
    await until(() => shadowPart(controls, 'stop')?.ariaDisabled !== 'true');
    shadowPart(controls, 'stop')?.click();
    expect(session.calls).to.deep.equal([['cancel']]);

    // A url takes over, and gives it back.
    element.paused = true;
    element.url = '/ws';
    element.sessionId = newSession();
    await until(() => messengerIn(element) !== null && element.sessionSource === messengerIn(element));
    await until(() => shadowPart(named, 'label')?.textContent === 'Not connected');
    element.url = null;
    await until(() => element.sessionSource === session);
    await until(() => shadowPart(named, 'label')?.textContent === 'Live');
    element.remove();
    await until(() => session.observerCount === 0);
  });

  it('a panel in a panel, and one that is moved, keep to theirs', async () => {
    const [outer, inner] = [run(STATUS), run({ type: 'status', data: 'inside' })];
    const root = await fixture<StatusPanelElement>(html`
      <status-panel .session=${outer}><status-panel .session=${inner}></status-panel></status-panel>
    `);
    const element = root.querySelector('status-panel') as StatusPanelElement;
    await settled(element);
    await until(() => line(root) === 'Reading' && line(element) === 'inside');
    element.session = null;
    await until(() => element.sessionSource === outer);
    const alone = await fixture<StatusPanelElement>(html`<status-panel></status-panel>`);
    alone.append(element);
    await until(() => element.sessionSource === undefined);
    root.append(element);
    expect(element.sessionSource).to.equal(outer);
    const last = new TestSession();
    root.session = last;
    await until(() => element.sessionSource === last);
  });

  it('one that moves keeps its connection', async () => {
    const id = newSession();
    const element = await fixture<StatusPanelElement>(html`<status-panel url="/ws" session-id=${id}></status-panel>`);
    const messenger = messengerIn(element) as StatusMessengerElement;
    await live(messenger);
    const lost: string[] = [];
    messenger.addEventListener('connectionchange', ({ detail }) => lost.push(detail.status));
    const box = await fixture<HTMLElement>(html`<div></div>`);
    box.append(element);
    await status(id, 'moved');
    await until(() => line(element) === 'moved');
    expect(lost).to.deep.equal([]);
    await server({ do: 'publish', sessionId: id, messages: [{ type: 'complete', data: { summary: 'All read' } }] });
    await until(() => element.matches(':state(completed)'));
  });
});
