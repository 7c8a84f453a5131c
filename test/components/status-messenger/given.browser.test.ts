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

describe('<status-messenger> with a session', () => {
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
