import { expect, fixture, html } from '@open-wc/testing';
import { html as template } from 'lit';
import { CompanionElement, type StatusMessengerElement } from '../../../components/index.js';
import '../../../components/define.js';
import { TestSession } from '../../../components/testing/index.js';
import type { Message } from '../../../protocol/index.js';
import { catchConsole, live, newSession, status, until } from '../../helpers/in-browser.js';

/** The smallest companion. */
class TestCompanion extends CompanionElement {
  renders = 0;
  readonly told: Array<Message['data'] | 'reset'> = [];

  get source() {
    return this.companion.source;
  }

  protected override messageArrived({ data }: Message): void {
    this.told.push(data);
  }

  protected override sessionChanged(): void {
    this.told.push('reset');
  }

  protected override render() {
    this.renders++;
    return template`<p>${this.state.status?.text}</p><i>${this.locale.words.stop}</i>`;
  }
}
customElements.define('test-companion', TestCompanion);

const companion = (root: ParentNode = document) => root.querySelector('test-companion') as TestCompanion;
const messenger = (root: ParentNode = document) => root.querySelector('status-messenger') as StatusMessengerElement;
const text = (element: TestCompanion) => element.shadowRoot?.querySelector('p')?.textContent;

describe('A companion finds its session', () => {
  it('around it, also through slots and out of shadow roots', async () => {
    const id = newSession();
    const root = await fixture(html`
      <status-messenger url="/ws" session-id=${id}><div><test-companion></test-companion></div></status-messenger>
    `);
    await status(id, 'inside');
    await until(() => text(companion(root)) === 'inside');

    // A card of the page's own, in whose shadow root the messenger is, with a slot for what stands in the card.
    const card = document.createElement('div');
    card.append(document.createElement('test-companion'));
    const shadow = card.attachShadow({ mode: 'open' });
    const inner = document.createElement('status-messenger');
    inner.paused = true;
    inner.append(document.createElement('slot'));
    shadow.append(inner);
    document.body.append(card);
    expect(companion(card).source).to.equal(inner);

    const deep = document.createElement('div');
    const deepRoot = deep.attachShadow({ mode: 'open' });
    deepRoot.append(document.createElement('test-companion'));
    inner.append(deep);
    expect(companion(deepRoot).source).to.equal(inner);
    card.remove();
  });

  it('by for, in its own tree before the document, whichever comes first', async () => {
    const element = await fixture<TestCompanion>(html`<test-companion for="named"></test-companion>`);
    expect(element.source).to.equal(undefined);
    const later = document.createElement('status-messenger');
    later.paused = true;
    document.body.append(later);
    await Promise.resolve();
    expect(element.source).to.equal(undefined);
    later.id = 'named';
    await Promise.resolve();
    expect(element.source).to.equal(later);

    const host = await fixture(html`<div></div>`);
    const root = host.attachShadow({ mode: 'open' });
    const own = document.createElement('status-messenger');
    Object.assign(own, { id: 'named', paused: true });
    const inner = document.createElement('test-companion') as TestCompanion;
    inner.htmlFor = 'named';
    root.append(inner);
    expect(inner.source).to.equal(later);
    root.append(own);
    await Promise.resolve();
    expect(inner.source).to.equal(own);

    later.remove();
    await Promise.resolve();
    expect(element.source).to.equal(undefined);
    expect(inner.source).to.equal(own);
  });

  it('when that is defined after it', async () => {
    class Late extends (customElements.get('status-messenger') as new () => StatusMessengerElement) {}
    const root = await fixture(html`<late-messenger paused><test-companion></test-companion></late-messenger>`);
    expect(companion(root.parentElement as Element).source).to.equal(undefined);
    customElements.define('late-messenger', Late);
    await Promise.resolve();
    expect(companion(root.parentElement as Element).source).to.equal(root);
  });

  it('anew when it moves, when for changes, and when the messenger leaves', async () => {
    const root = await fixture(html`
      <section>
        <status-messenger paused id="one"><test-companion></test-companion></status-messenger>
        <status-messenger paused id="two"></status-messenger>
      </section>
    `);
    const element = companion(root);
    const [one, two] = root.querySelectorAll('status-messenger');
    expect(element.source).to.equal(one);
    two?.append(element);
    expect(element.source).to.equal(two);
    element.htmlFor = 'one';
    expect(element.source).to.equal(one);
    one?.remove();
    await Promise.resolve();
    expect(element.source).to.equal(undefined);
    element.setAttribute('for', 'two');
    expect(element.source).to.equal(two);
    element.removeAttribute('for');
    const session = new TestSession();
    element.session = session;
    expect(element.source).to.equal(session);
    element.session = null;
    expect(element.source).to.equal(two);
    expect(session.observerCount).to.equal(0);
  });

  it('a messenger that is only moved is not lost', async () => {
    const root = await fixture(html`
      <section>
        <status-messenger paused id="moved"></status-messenger>
        <test-companion for="moved"></test-companion>
      </section>
    `);
    const element = companion(root);
    const { length } = element.told;
    root.append(messenger(root));
    await Promise.resolve();
    expect(element.source).to.equal(messenger(root));
    root.append(element);
    await element.updateComplete;
    expect(element.told.length).to.equal(length);
  });

  it('a name that names nothing is told on the console, unless what it names comes', async () => {
    const { setTimeout } = globalThis;
    const console = catchConsole();
    const waiting: Array<() => void> = [];
    Object.assign(globalThis, {
      setTimeout: (run: () => void, ms?: number) => (ms === 5000 ? waiting.push(run) && 0 : setTimeout(run, ms)),
    });
    try {
      const root = await fixture(html`<section><test-companion for="late"></test-companion></section>`);
      await companion(root).updateComplete;
      for (const run of waiting) run();
      expect([...new Set(console.lines)]).to.deep.equal([
        'warn status-messenger: test-companion: got string "late", expected a session; put it into a <status-messenger>, name one by for="id", or set session',
      ]);
      root.insertAdjacentHTML('beforeend', '<status-messenger paused id="late"></status-messenger>');
      await until(() => companion(root).source === messenger(root));
    } finally {
      Object.assign(globalThis, { setTimeout });
      console.restore();
    }
  });

  it('and says what is missing where a call needs it', async () => {
    class Caller extends TestCompanion {
      call(): void {
        this.companion.require('cancel');
      }
    }
    customElements.define('test-caller', Caller);
    const element = await fixture<Caller>(html`<test-caller for="nobody"></test-caller>`);
    expect(() => element.call()).to.throw(
      'status-messenger: test-caller: cancel: got string "nobody", expected a session; put it into a <status-messenger>, name one by for="id", or set session',
    );
  });
});

describe('A companion follows its session', () => {
  it('renders once per frame, hears each message once, and is silent outside the page', async () => {
    const session = new TestSession();
    const element = await fixture<TestCompanion>(html`<test-companion .session=${session}></test-companion>`);
    await element.updateComplete;
    const { renders } = element;
    for (let i = 0; i < 1000; i++) session.say({ type: 'status', data: `${i}` });
    await element.updateComplete;
    expect(element.renders).to.equal(renders + 1);
    expect(text(element)).to.equal('999');
    expect(element.told.length).to.equal(1001);
    element.remove();
    expect(session.observerCount).to.equal(0);
    session.say({ type: 'status', data: 'away' });
    document.body.append(element);
    await until(() => text(element) === 'away');
    expect(element.told.filter((told) => told === 'reset').length).to.equal(1);
    element.remove();
  });

  it('is told when the messenger turns to another session', async () => {
    const [first, second] = [newSession(), newSession()];
    const root = await fixture(html`
      <status-messenger url="/ws" session-id=${first}><test-companion></test-companion></status-messenger>
    `);
    const holder = messenger(root.parentElement as Element);
    const element = companion(root);
    await live(holder);
    await status(first, 'of the first');
    await until(() => element.told.includes('of the first'));
    holder.sessionId = second;
    await Promise.resolve();
    expect(element.told.at(-1)).to.equal('reset');
    await live(holder);
    await status(second, 'of the second');
    await until(() => element.told.at(-1) === 'of the second');
    await until(() => text(element) === 'of the second');
  });

  it('a thousand of them take up with a messenger that comes late in one go', async () => {
    const root = await fixture(html`<section></section>`);
    const all = Array.from({ length: 1000 }, () => {
      const element = document.createElement('test-companion') as TestCompanion;
      element.htmlFor = 'late';
      return element;
    });
    root.append(...all);
    await all.at(-1)?.updateComplete;
    const session = document.createElement('status-messenger');
    Object.assign(session, { id: 'late', paused: true });
    const renders = all.map((element) => element.renders);
    let lookups = 0;
    const lookup = document.getElementById;
    document.getElementById = (id) => {
      lookups++;
      return lookup.call(document, id);
    };
    // What comes with it is no reason to look again.
    root.prepend(session, document.createElement('status-messenger'), document.createElement('status-messenger'));
    await Promise.resolve();
    document.getElementById = lookup;
    expect(all.every((element) => element.source === session)).to.equal(true);
    expect(lookups).to.equal(1000);
    await Promise.all(all.map((element) => element.updateComplete));
    expect(all.every((element, i) => element.renders === (renders[i] ?? 0) + 1)).to.equal(true);
  });
});

describe('A companion speaks', () => {
  const stop = (element: TestCompanion) => element.shadowRoot?.querySelector('i')?.textContent;

  it('the language around it, and another one when that changes or its texts arrive', async () => {
    const root = await fixture(html`<section lang="de-AT"><test-companion></test-companion></section>`);
    const element = companion(root);
    expect(stop(element)).to.equal('Stop');
    await import('../../../components/words/languages/de.js');
    await until(() => stop(element) === 'Anhalten');
    root.setAttribute('lang', 'en');
    await until(() => stop(element) === 'Stop');
    element.words = { stop: 'Halt!' };
    await until(() => stop(element) === 'Halt!');
  });
});
