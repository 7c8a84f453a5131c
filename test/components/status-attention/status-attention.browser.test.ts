import { expect, fixture, html } from '@open-wc/testing';
import type { StatusAttentionElement } from '../../../components/index.js';
import { TestSession } from '../../../components/testing/index.js';
import { until } from '../../helpers/in-browser.js';
import { ANSWERED, ASKED, accessible, DONE, look, lookAgain, running, shown, titled } from './support.js';

const FAILED = { type: 'error', data: { message: 'No disk', fatal: true } };

/** The badges that the page asks for; a browser that refuses them breaks nothing. */
function keepBadges(): Array<number | undefined> {
  const badges: Array<number | undefined> = [];
  Object.defineProperty(navigator, 'setAppBadge', {
    configurable: true,
    value: (count: number) => Promise.reject(new Error(String(badges.push(count)))),
  });
  Object.defineProperty(navigator, 'clearAppBadge', {
    configurable: true,
    value: () => Promise.resolve(badges.push(undefined)),
  });
  return badges;
}

describe('<status-attention>', () => {
  beforeEach(() => {
    document.title = 'My page';
  });
  afterEach(() => {
    lookAgain();
    Reflect.deleteProperty(navigator, 'setAppBadge');
    Reflect.deleteProperty(navigator, 'clearAppBadge');
  });

  it('says in the title of a hidden page that a question waits, for as long as it does', async () => {
    const session = running();
    const element = await shown(session);
    look(false);
    await accessible(element);
    expect(document.title).to.equal('My page');
    session.say(ASKED);
    await titled('◆ Needs you · My page');
    await accessible(element, 'question');
    look(true);
    await titled('My page');
    look(false);
    await titled('◆ Needs you · My page');
    session.say(ANSWERED);
    await titled('My page');
  });

  it('says that the run is done, or has failed, until somebody looks', async () => {
    for (const [message, title, state] of [
      [DONE, '✓ Done · My page', 'completed'],
      [FAILED, '✕ Failed · My page', 'failed'],
    ] as const) {
      const session = running();
      const element = await shown(session);
      look(false);
      await element.updateComplete;
      session.say(message);
      await titled(title);
      await accessible(element, state);
      look(true);
      await titled('My page');
      look(false);
      await accessible(element);
      expect(document.title).to.equal('My page');
      look(true);
    }
  });

  it('says nothing of a page that is looked at, and nothing before everything is here', async () => {
    const session = running();
    const element = await shown(session);
    look(true);
    session.say(ASKED);
    await accessible(element);
    look(false);
    element.session = new TestSession();
    await element.updateComplete;
    const other = new TestSession();
    other.setConnection({ status: 'connecting' });
    element.session = other;
    other.say(DONE);
    await element.updateComplete;
    await element.updateComplete;
    other.setConnection({ status: 'live', since: 0, transport: 'websocket' });
    await accessible(element);
    expect(document.title).to.equal('My page');
  });

  it('keeps what the page makes of its title meanwhile', async () => {
    const session = running();
    await shown(session);
    look(false);
    session.say(ASKED);
    await titled('◆ Needs you · My page');
    document.title = 'Another   page';
    await titled('◆ Needs you · Another page');
    document.title = `(3) ${document.title}`;
    await titled('(3) ◆ Needs you · Another page');
    look(true);
    await titled('(3) Another page');
    document.title = '';
    look(false);
    await titled('◆ Needs you ·');
    look(true);
    await titled('');
  });

  it('is in the language and the words of the page, whatever these are', async () => {
    const session = running();
    const element = await shown(session);
    element.words = { needsYou: '  Ihre \n Wahl $& ' };
    look(false);
    session.say(ASKED);
    await titled('◆ Ihre Wahl $& · My page');
    await import('../../../components/words/languages/de.js');
    element.words = null;
    element.lang = 'de';
    await titled('◆ Sie werden gebraucht · My page');
    look(true);
    await titled('My page');
  });

  it('of several sessions the most urgent is in the title, and all count on the badge', async () => {
    const badges = keepBadges();
    const [one, two] = [running(), running()];
    await shown(one);
    const second = await shown(two);
    look(false);
    one.say(DONE);
    await titled('✓ Done · My page');
    two.say(ASKED);
    await titled('◆ Needs you · My page');
    second.remove();
    await titled('✓ Done · My page');
    look(true);
    await titled('My page');
    await until(() => badges.length === 4);
    expect(badges).to.deep.equal([1, 2, 1, undefined]);
  });

  it('one session counts once, however many show it and whoever hands it on', async () => {
    const badges = keepBadges();
    const [one, two] = [running(), running()];
    const first = await shown(one);
    await shown(one);
    const around = await fixture(
      html`<status-messenger .session=${one}><status-attention></status-attention></status-messenger>`,
    );
    const inside = around.querySelector('status-attention') as StatusAttentionElement;
    await inside.updateComplete;
    const other = await shown(two);
    look(false);
    one.say(ASKED);
    for (const element of [first, inside]) await until(() => element.matches(':state(question)'));
    expect(badges).to.deep.equal([1]);
    two.say(DONE);
    await until(() => other.matches(':state(completed)'));
    first.remove();
    one.say(ANSWERED);
    await until(() => !inside.matches(':state(question)'));
    await titled('✓ Done · My page');
    look(true);
    await titled('My page');
    expect(badges).to.deep.equal([1, 2, 1, undefined]);
  });

  it('one that is moved says what it said; one that is taken away says nothing', async () => {
    const session = running();
    const element = await shown(session);
    look(false);
    session.say(DONE);
    await titled('✓ Done · My page');
    const box = document.createElement('div');
    document.body.append(box);
    box.append(element);
    await element.updateComplete;
    await titled('✓ Done · My page');
    box.remove();
    await titled('My page');
    element.words = { completed: 'Ready' };
    await element.updateComplete;
    expect(document.title).to.equal('My page');
    look(true);
  });

  it('a text that is hostile is a text', async () => {
    const session = running();
    const element = await shown(session);
    element.words = { needsYou: '</title><img src=x onerror="window.broken = 1">' };
    look(false);
    session.say(ASKED);
    await titled('◆ </title><img src=x onerror="window.broken = 1"> · My page');
    look(true);
    await titled('My page');
    expect('broken' in window).to.equal(false);
  });
});
