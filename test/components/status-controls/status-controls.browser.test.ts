import { expect, fixture, html } from '@open-wc/testing';
import { sendKeys } from '@web/test-runner-commands';
import '../../../components/define.js';
import type { StatusControlsElement } from '../../../components/index.js';
import { TestSession } from '../../../components/testing/index.js';
import { catchConsole, newSession, server, shadowPart, still, until } from '../../helpers/in-browser.js';

async function shown(session: TestSession): Promise<StatusControlsElement> {
  const element = await fixture<StatusControlsElement>(html`<status-controls .session=${session}></status-controls>`);
  await element.updateComplete;
  return element;
}

function running(): TestSession {
  const session = new TestSession();
  session.say({ type: 'status', data: 'one' });
  return session;
}

const DONE = { type: 'complete', data: { summary: 'All read' } };
const STOPPED = { type: 'state', data: { status: 'CANCELLED' } };

const note = (element: Element) => shadowPart(element, 'note')?.textContent?.trim();
const press = (element: Element, name: string) => shadowPart(element, name)?.click();
const focused = (element: Element) => element.shadowRoot?.activeElement?.getAttribute('part');
const isDisabled = (element: Element, name: string) => shadowPart(element, name)?.ariaDisabled === 'true';
/** Whether it is announced as accessible in the state that it is in, which is to be one of these. */
async function accessible(element: StatusControlsElement, ...states: string[]): Promise<void> {
  await element.updateComplete;
  for (const state of ['confirming', 'sending', 'taken', 'refused', 'unsent']) {
    expect(element.matches(`:state(${state})`), state).to.equal(states.includes(state));
  }
  await still(element);
  await expect(element).to.be.accessible();
}

describe('<status-controls>', () => {
  it('speaks the language around it, wherever that is said, and also when it is moved or said anew', async () => {
    await import('../../../components/words/languages/de.js');
    const box = await fixture<HTMLElement>(html`<div></div>`);
    const root = box.attachShadow({ mode: 'open' });
    const inner = document.createElement('div');
    root.append(inner);
    const element = Object.assign(document.createElement('status-controls'), { session: running() });
    inner.append(element);
    await until(() => shadowPart(element, 'stop')?.textContent?.trim() === 'Stop');
    inner.lang = 'de';
    await until(() => shadowPart(element, 'stop')?.textContent?.trim() === 'Anhalten');

    const english = Object.assign(document.createElement('div'), { lang: 'en' });
    if (!('moveBefore' in inner) || typeof inner.moveBefore !== 'function') return;
    const stopped = running();
    stopped.say(STOPPED);
    const messenger = Object.assign(document.createElement('status-messenger'), { session: stopped });
    english.append(messenger);
    root.append(english);
    await until(() => shadowPart(messenger, 'message')?.textContent === 'Stopped');
    inner.moveBefore(messenger, null);
    await until(() => shadowPart(messenger, 'message')?.textContent === 'Angehalten');
  });

  it('asks the run to stop, and shows it as stopped only when the server says so', async () => {
    const session = running();
    const element = await shown(session);
    await accessible(element);
    press(element, 'stop');
    await accessible(element, 'sending');
    expect(note(element)).to.equal('Sending…');
    expect(isDisabled(element, 'stop')).to.equal(true);
    press(element, 'stop');
    expect(session.calls).to.deep.equal([['cancel']]);
    session.acknowledge();
    await until(() => note(element) === 'Asked to stop…');
    await accessible(element, 'taken');
    expect(isDisabled(element, 'stop')).to.equal(true);
    session.say(STOPPED);
    await until(() => note(element) === 'Stopped');
    expect(shadowPart(element, 'stop')).to.equal(null);
    await accessible(element);
  });

  it('says why the server did not take it, and lets it be asked again', async () => {
    const session = running();
    const element = await shown(session);
    press(element, 'stop');
    session.acknowledge({ accepted: false, reason: 'not yours' });
    await until(() => note(element) === 'Not accepted: not yours');
    await accessible(element, 'refused');
    press(element, 'stop');
    expect(session.calls.length).to.equal(2);
    const caught = catchConsole();
    session.abandon(new Error('status-messenger: send: the session has ended'));
    await until(() => note(element) === 'Could not be sent');
    caught.restore();
    expect(caught.lines).to.deep.equal(['error status-messenger: send: the session has ended']);
    await accessible(element, 'unsent');
  });

  it('with confirm, asks whether it is meant: by the keyboard alone, the harmless answer first', async () => {
    const session = running();
    const element = await shown(session);
    element.confirm = true;
    await sendKeys({ press: 'Tab' });
    expect(focused(element)).to.equal('stop');
    await sendKeys({ press: 'Enter' });
    await until(() => focused(element) === 'no');
    await accessible(element, 'confirming');
    await sendKeys({ press: 'Escape' });
    await until(() => focused(element) === 'stop');
    await sendKeys({ press: 'Enter' });
    await until(() => focused(element) === 'no');
    await sendKeys({ press: 'Enter' });
    await until(() => focused(element) === 'stop');
    expect(session.calls).to.deep.equal([]);
    await sendKeys({ press: 'Enter' });
    await until(() => focused(element) === 'no');
    shadowPart(element, 'yes')?.focus();
    await sendKeys({ press: 'Enter' });
    await until(() => focused(element) === 'stop');
    expect(session.calls).to.deep.equal([['cancel']]);
  });

  it('a run that ends while it asks is not stopped any more, and the focus stays', async () => {
    const session = running();
    const element = await shown(session);
    element.confirm = true;
    shadowPart(element, 'stop')?.focus();
    press(element, 'stop');
    await until(() => focused(element) === 'no');
    session.say(DONE);
    await until(() => note(element) === 'Done');
    expect(focused(element)).to.equal('base');
    expect(session.calls).to.deep.equal([]);
  });

  it('with restartable, asks for another run by an input, and waits for it to begin', async () => {
    const session = running();
    const element = await shown(session);
    session.say(DONE);
    await until(() => note(element) === 'Done');
    expect(shadowPart(element, 'restart')).to.equal(null);
    element.restartable = true;
    await until(() => shadowPart(element, 'restart') !== null);
    await accessible(element);
    press(element, 'restart');
    expect(session.calls).to.deep.equal([['send', { restart: true }]]);
    session.acknowledge();
    await until(() => note(element) === 'Asked to start again…');
    session.say({ type: 'status', data: 'two', ts: session.serverNow + 1 });
    await until(() => shadowPart(element, 'stop') !== null && note(element) === '');
    expect(shadowPart(element, 'restart')).to.equal(null);
  });

  it('is told by its attributes to ask before, and to offer another run', async () => {
    const session = running();
    const element = await fixture<StatusControlsElement>(
      html`<status-controls confirm restartable .session=${session}></status-controls>`,
    );
    press(element, 'stop');
    await until(() => shadowPart(element, 'confirm') !== null);
    session.say(DONE);
    await until(() => shadowPart(element, 'restart') !== null);
    expect(session.calls).to.deep.equal([]);
  });

  it('leaves it to the application that prevents the default', async () => {
    const session = running();
    const element = await shown(session);
    element.restartable = true;
    const heard: string[] = [];
    for (const type of ['cancel', 'restart']) {
      element.addEventListener(type, (event) => {
        heard.push(type);
        event.preventDefault();
      });
    }
    press(element, 'stop');
    session.say(DONE);
    await until(() => shadowPart(element, 'restart') !== null);
    press(element, 'restart');
    expect(heard).to.deep.equal(['cancel', 'restart']);
    expect(session.calls).to.deep.equal([]);
    await element.updateComplete;
    expect(note(element)).to.equal('Done');
  });

  it('an answer that comes when another session is shown says nothing of that', async () => {
    const session = running();
    const element = await shown(session);
    press(element, 'stop');
    element.session = running();
    session.acknowledge({ accepted: false, reason: 'too late' });
    await element.updateComplete;
    await element.updateComplete;
    expect(note(element)).to.equal('');
  });

  it('fits into 320 px, from right to left as well, with the longest words', async () => {
    await import('../../../components/words/languages/ar.js');
    const box = await fixture<HTMLElement>(html`<div dir="rtl" lang="ar"></div>`);
    box.style.inlineSize = '320px';
    const element = document.createElement('status-controls');
    Object.assign(element, { session: running(), confirm: true });
    box.append(element);
    await element.updateComplete;
    press(element, 'stop');
    await until(() => shadowPart(element, 'yes') !== null);
    expect(box.scrollWidth).to.be.at.most(box.clientWidth);
    const [question, yes] = ['question', 'yes'].map((name) => shadowPart(element, name)?.getBoundingClientRect());
    expect((question?.right ?? 0) > (yes?.right ?? 0) || (question?.bottom ?? 0) <= (yes?.top ?? 0)).to.equal(true);
    await still(element);
    await expect(element).to.be.accessible();
  });

  it('its messenger tells those who listen what became of it', async () => {
    const id = newSession();
    const root = await fixture(html`
      <status-messenger url="/raw" session-id=${id}><status-controls></status-controls></status-messenger>
    `);
    const messenger = root as HTMLElementTagNameMap['status-messenger'];
    const element = root.querySelector('status-controls') as StatusControlsElement;
    await until(async () => (await server<string[]>({ do: 'rawUrls', sessionId: id })).length === 1);
    const say = (frame: object) =>
      server({ do: 'rawSend', sessionId: id, frames: [JSON.stringify({ ts: Date.now(), ...frame })] });
    const data = { message: '', protocol: 1, sessionId: id, channels: {}, heartbeat: 60_000, serverTime: Date.now() };
    await say({ type: 'connected', data });
    await say({ type: 'synced', data: { channels: {} } });
    await say({ type: 'status', data: 'one' });
    await until(() => shadowPart(element, 'stop') !== null && !isDisabled(element, 'stop'));
    press(element, 'stop');
    const heard = () => server<string[]>({ do: 'rawHeard', sessionId: id });
    await until(async () => (await heard()).length === 1);
    const { type, ref } = JSON.parse((await heard())[0] ?? '{}');
    expect(type).to.equal('cancel');
    await say({ type: 'ack', data: { ref, accepted: true } });
    await until(() => note(element) === 'Asked to stop…');
    const region = messenger.shadowRoot?.querySelector('[role="status"]');
    await until(() => region?.textContent?.includes('Asked to stop…') === true, 'the announcement');
    expect(element.shadowRoot?.querySelector('[role="status"], [role="alert"], [aria-live]')).to.equal(null);
  });
});
