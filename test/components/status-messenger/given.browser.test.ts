import { expect, fixture, html } from '@open-wc/testing';
import '../../../components/define.js';
import type { StatusConnectionElement, StatusMessengerElement } from '../../../components/index.js';
import { TestSession } from '../../../components/testing/index.js';
import type { ChannelState } from '../../../protocol/index.js';
import { catchConsole, newSession, shadowPart, until } from '../../helpers/in-browser.js';

/** A state in which something was said a minute ago. */
function said(text: string): ChannelState {
  const session = new TestSession();
  session.clock.advance(Date.now() - 60_000 - session.serverNow);
  session.status(text);
  session.question('Which colour?', { questionId: 'q' });
  return session.state;
}

const shown = (element: Element) => shadowPart(element, 'message')?.textContent;

describe('<status-messenger> with a snapshot', () => {
  it('shows it as last known until the server has been heard', async () => {
    const session = newSession();
    const element = await fixture<StatusMessengerElement>(
      html`<status-messenger url="/ws" session-id=${session} snapshot=${JSON.stringify(said('Reading'))} paused>
        <status-connection></status-connection>
      </status-messenger>`,
    );
    expect(shown(element)).to.equal('Which colour?');
    expect(element.matches(':state(stale)')).to.equal(true);
    expect([element.currentStatus, element.currentQuestion?.id, element.isSnapshot]).to.deep.equal([
      'Reading',
      'q',
      true,
    ]);
    const connection = element.querySelector<StatusConnectionElement>('status-connection');
    await connection?.updateComplete;
    expect(connection && shadowPart(connection, 'age')?.textContent).to.match(/^last known (60|61|62|63) seconds ago$/);

    element.paused = false;
    await until(() => element.connection.status === 'live');
    expect([element.currentStatus, element.isSnapshot, element.state.phase]).to.deep.equal(['', false, 'idle']);
    element.disconnect();
    expect(element.currentStatus).to.equal('');
  });

  it('takes one at any time, and leaves out what is none', async () => {
    const element = await fixture<StatusMessengerElement>(html`<status-messenger url="/ws" paused></status-messenger>`);
    element.snapshot = said('Reading');
    await until(() => shown(element) === 'Which colour?');
    element.snapshot = null;
    await until(() => shown(element) === '');
    // As React sets what is an attribute elsewhere.
    element.snapshot = JSON.stringify(said('Reading'));
    await until(() => shown(element) === 'Which colour?');
    const { lines, restore } = catchConsole();
    element.setAttribute('snapshot', '{"phase":"running"}');
    await until(() => shown(element) === '');
    restore();
    expect(lines).to.have.length(1);
    expect(lines[0]).to.match(
      /^error status-messenger: snapshot: got an object with phase, expected the state of a session; /,
    );
  });
});

describe('<status-messenger> with the snapshot of another session', () => {
  it('does not show it as that of the one that it turns to', async () => {
    const element = await fixture<StatusMessengerElement>(
      html`<status-messenger url="/ws" session-id=${newSession()} .snapshot=${said('Of the first')} paused>
        <status-question></status-question>
      </status-messenger>`,
    );
    expect(element.currentStatus).to.equal('Of the first');
    element.sessionId = newSession();
    expect([element.currentStatus, element.currentQuestion, element.isSnapshot]).to.deep.equal(['', null, false]);
    const question = element.querySelector('status-question');
    await until(() => question !== null && shadowPart(question, 'form') === null);

    element.snapshot = said('Of the second');
    expect(element.currentStatus).to.equal('Of the second');
    await element.updateComplete;
    element.snapshot = said('Of the third');
    element.sessionId = newSession();
    expect(element.currentStatus, 'set together').to.equal('Of the third');
  });
});

describe('<status-messenger> with a session', () => {
  it('tells of its connection also where that was not as it is when somebody last looked', async () => {
    const told: string[] = [];
    const element = document.createElement('status-messenger');
    element.addEventListener('connectionchange', ({ detail }) => told.push(detail.status));
    const session = new TestSession();
    element.session = session;
    const box = await fixture<HTMLElement>(html`<div>${element}</div>`);
    const offline = new TestSession();
    offline.setConnection('offline');
    element.session = offline;
    await until(() => told.length === 2);
    element.session = session;
    await until(() => told.length === 3);
    element.remove();
    await until(() => session.observerCount === 0);
    session.setConnection('offline');
    box.append(element);
    await until(() => told.length === 4);
    element.session = null;
    await until(() => told.length === 5);
    expect(told).to.deep.equal(['live', 'offline', 'live', 'offline', 'idle']);
  });

  it('shows it, fires its events, asks it, and hands it on', async () => {
    const session = new TestSession({ respond: () => ({ accepted: true }) });
    const element = await fixture<StatusMessengerElement>(
      html`<status-messenger .session=${session}><status-progress></status-progress></status-messenger>`,
    );
    const events: string[] = [];
    for (const type of [
      'message',
      'statechange',
      'statuschange',
      'connectionchange',
      'questionopen',
      'runend',
    ] as const) {
      element.addEventListener(type, () => events.push(type));
    }
    session.status('Reading');
    await until(() => shown(element) === 'Reading');
    session.progress(3, 12);
    const progress = element.querySelector('status-progress');
    await until(() => progress !== null && shadowPart(progress, 'percent')?.textContent === '25%');
    session.setConnection('reconnecting');
    await until(() => element.matches(':state(reconnecting)'));
    session.setConnection('live');
    session.question('Which colour?', { questionId: 'q' });
    await until(() => events.includes('questionopen'));
    expect((await element.sendAnswer('red')).accepted).to.equal(true);
    expect(session.calls).to.deep.equal([['sendAnswer', 'red', 'q']]);
    session.answered({ answer: 'red' });
    session.complete('All read');
    await until(() => events.includes('runend'));
    expect(events.filter((type) => type === 'message')).to.have.length(5);
    expect(events.filter((type) => type === 'connectionchange')).to.have.length(2);
    expect(events).to.include.members(['statechange', 'statuschange']);
  });

  it('lets go of it outside the page and for another, and takes it again', async () => {
    const first = new TestSession();
    const second = new TestSession();
    first.status('First');
    second.status('Second');
    const element = await fixture<StatusMessengerElement>(
      html`<status-messenger .session=${first}></status-messenger>`,
    );
    expect([shown(element), first.observerCount]).to.deep.equal(['First', 1]);
    element.session = second;
    await until(() => shown(element) === 'Second');
    expect([first.observerCount, second.observerCount]).to.deep.equal([0, 1]);
    const parent = element.parentElement;
    element.remove();
    await until(() => second.observerCount === 0);
    parent?.append(element);
    second.status('Third');
    await until(() => shown(element) === 'Third');
    expect(second.observerCount).to.equal(1);
    element.session = null;
    await until(() => shown(element) === '');
    expect(second.observerCount).to.equal(0);
  });
});
