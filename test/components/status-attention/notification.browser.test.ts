import { expect } from '@open-wc/testing';
import { sendKeys } from '@web/test-runner-commands';
import { shadowPart, until } from '../../helpers/in-browser.js';
import { ANSWERED, ASKED, accessible, DONE, look, lookAgain, running, shown, titled } from './support.js';

/** The system, which notifies nobody. */
class FakeNotification {
  static permission: NotificationPermission = 'default';
  static asked = 0;
  static fails = false;
  static readonly all: FakeNotification[] = [];
  isClosed = false;
  onclick: (() => void) | undefined;

  constructor(
    readonly title: string,
    readonly options: NotificationOptions,
  ) {
    if (FakeNotification.fails) throw new TypeError('Illegal constructor');
    FakeNotification.all.push(this);
  }

  static async requestPermission(): Promise<NotificationPermission> {
    FakeNotification.asked++;
    FakeNotification.permission = 'granted';
    return 'granted';
  }

  close(): void {
    this.isClosed = true;
  }
}

describe('<status-attention notify>', () => {
  const own = Object.getOwnPropertyDescriptor(globalThis, 'Notification');

  beforeEach(() => {
    Object.defineProperty(globalThis, 'Notification', { value: FakeNotification, configurable: true, writable: true });
    Object.assign(FakeNotification, { permission: 'default', asked: 0, fails: false });
    FakeNotification.all.length = 0;
    document.title = 'My page';
  });
  afterEach(() => {
    if (own) Object.defineProperty(globalThis, 'Notification', own);
    else Reflect.deleteProperty(globalThis, 'Notification');
    lookAgain();
  });

  it('asks whether it may by a button alone, which then goes, and the focus stays', async () => {
    const session = running();
    const element = await shown(session);
    await accessible(element);
    expect(element.getBoundingClientRect().height).to.equal(0);
    element.notify = true;
    await accessible(element, 'asking');
    expect(FakeNotification.asked).to.equal(0);
    await sendKeys({ press: 'Tab' });
    expect(element.shadowRoot?.activeElement).to.equal(shadowPart(element, 'button'));
    await sendKeys({ press: 'Enter' });
    await until(() => shadowPart(element, 'button') === null);
    expect(FakeNotification.asked).to.equal(1);
    await element.updateComplete;
    expect(element.shadowRoot?.activeElement).to.equal(shadowPart(element, 'base'));
    await accessible(element);
  });

  it('tells the system of what is new while the page is hidden, and takes it back', async () => {
    FakeNotification.permission = 'granted';
    const session = Object.assign(running(), { sessionId: 'abc' });
    const element = await shown(session);
    session.say(ASKED);
    await element.updateComplete;
    element.notify = true;
    look(false);
    await titled('◆ Needs you · My page');
    // It was seen.
    expect(FakeNotification.all.length).to.equal(0);
    session.say(ANSWERED, { ...ASKED, data: { questionId: 'r', question: '<b>And</b> when?' } });
    await until(() => FakeNotification.all.length === 1);
    const [asked] = FakeNotification.all;
    expect(asked?.title).to.equal('Needs you · My page');
    expect(asked?.options).to.deep.equal({ body: '<b>And</b> when?', tag: 'status-messenger abc' });
    session.say({ ...ANSWERED, data: { questionId: 'r', outcome: 'answered' } });
    await until(() => asked?.isClosed === true);
    session.say(DONE);
    await until(() => FakeNotification.all.length === 2);
    const [, done] = FakeNotification.all;
    expect([done?.title, done?.options.body]).to.deep.equal(['Done · My page', 'All read']);
    let focused = 0;
    const { focus } = window;
    window.focus = () => focused++;
    done?.onclick?.();
    window.focus = focus;
    expect(focused).to.equal(1);
    look(true);
    await until(() => done?.isClosed === true);
  });

  it('does not without being let, by the page or by the person, and where it cannot, the title says it', async () => {
    FakeNotification.permission = 'granted';
    const [one, two] = [running(), running()];
    await shown(one);
    const second = await shown(two);
    second.notify = true;
    look(false);
    await second.updateComplete;
    one.say(ASKED);
    await titled('◆ Needs you · My page');
    FakeNotification.permission = 'denied';
    two.say(ASKED);
    await until(() => second.matches(':state(question)'));
    expect(FakeNotification.all.length).to.equal(0);
    Object.assign(FakeNotification, { permission: 'granted', fails: true });
    two.say(ANSWERED, DONE);
    await until(() => second.matches(':state(completed)'));
    look(true);
    await titled('My page');
    Reflect.deleteProperty(globalThis, 'Notification');
    expect(await second.requestPermission()).to.equal('denied');
    await accessible(second);
  });
});
