import { expect, fixture, html } from '@open-wc/testing';
import { sendKeys } from '@web/test-runner-commands';
import { TestSession } from '../../../components/testing/index.js';
import { shadowPart, until } from '../../helpers/in-browser.js';
import { HOSTILE } from './hostile.js';
import { accessible, all, complete, read, result, shown, text, texts } from './support.js';

const STATUS = { type: 'status', data: 'one' };
const FATAL = { type: 'error', data: { message: 'No disk', fatal: true } };
const STOPPED = { type: 'state', data: { status: 'CANCELLED' } };
/** Whatever would not be there if all of a hostile text was text. */
const ALIEN = 'script, img, svg, iframe, form, input, style, b, p, [onerror], [onload], [style]';

const focused = (element: Element) => element.shadowRoot?.activeElement as HTMLElement | null;

/** Puts a clipboard in the place of the page's, for as long as `run` takes. */
async function withClipboard(clipboard: object | undefined, run: () => Promise<void>): Promise<void> {
  Object.defineProperty(navigator, 'clipboard', { value: clipboard, configurable: true });
  await run().finally(() => Reflect.deleteProperty(navigator, 'clipboard'));
}

describe('<status-results>', () => {
  it('shows the result of each agent, the latest, and the summary, for everyone', async () => {
    const session = new TestSession();
    const element = await shown(session);
    expect(text(element, 'empty')).to.equal('No results yet');
    await accessible(element, 'empty');
    session.say(result('Risk', 'high'), result('Product', 'A list\n of things'), result('Risk', 'low'));
    await accessible(element);
    expect(texts(element, 'heading')).to.deep.equal(['Risk', 'Product']);
    expect(texts(element, 'content')).to.deep.equal(['low', 'A list of things']);
    expect(all(element, 'value')[1]?.textContent).to.equal('A list\n of things');
    expect(all(element, 'result').map((each) => each.ariaLabel)).to.deep.equal(['Result of Risk', 'Result of Product']);
    session.say(complete('All is well.'));
    await accessible(element, 'completed');
    expect(text(element, 'summary')).to.match(/^Summary\s+Copy\s+All is well\.$/);
    expect(shadowPart(element, 'end')).to.equal(null);
  });

  it('says of a run that failed why, and of one that was stopped that it was, beside what had come out', async () => {
    for (const [end, state, says] of [
      [FATAL, 'failed', 'Failed No disk'],
      [STOPPED, 'cancelled', 'Stopped'],
      [complete(''), 'completed', 'Done'],
    ] as const) {
      const session = new TestSession();
      session.say(STATUS);
      const element = await shown(session);
      session.say(end);
      await accessible(element, state);
      expect(text(element, 'end')).to.equal(says);
      expect(text(element, 'error')).to.equal(state === 'failed' ? 'No disk' : '');
      expect(shadowPart(element, 'indicator')).to.not.equal(null);
      session.say(result('Late', 1));
      await until(() => shadowPart(element, 'result') !== null);
    }
  });

  it('says that a result was too long to be kept whole: a text has its beginning, anything else nothing', async () => {
    const session = new TestSession();
    session.say(
      result('Text', 'x'.repeat(40_000)),
      result(
        'List',
        Array.from({ length: 20_000 }, () => 12),
      ),
    );
    const element = await shown(session);
    await accessible(element);
    expect(texts(element, 'truncated')).to.deep.equal(['Too long to be shown whole', 'Too long to be shown whole']);
    expect(all(element, 'content').length).to.equal(1);
    expect(all(element, 'copy').length).to.equal(1);
  });

  it('copies a text as it is and data as JSON, says so on the button and to those who listen', async () => {
    const copied: string[] = [];
    const session = new TestSession();
    session.say(result('Risk', { level: 'low' }), complete('All <b>well</b>'));
    const element = await shown(session);
    await withClipboard({ writeText: async (words: string) => void copied.push(words) }, async () => {
      const [first, second] = all(element, 'copy');
      expect(first?.ariaLabel).to.equal('Copy: Summary');
      first?.focus();
      await sendKeys({ press: 'Enter' });
      await until(() => read(first) === 'Copied');
      expect(read(second)).to.equal('Copy');
      await accessible(element, 'completed');
      second?.focus();
      await sendKeys({ press: ' ' });
      await until(() => read(second) === 'Copied' && read(first) === 'Copy');
      expect(copied).to.deep.equal(['All <b>well</b>', '{\n  "level": "low"\n}']);
      expect(session.announced).to.deep.equal(['Copied', 'Copied']);
      // What is there now was not copied.
      session.say(result('Risk', { level: 'high' }));
      await until(() => read(second) === 'Copy');
    });
  });

  it('says that nothing was copied where the page has no clipboard or may not use it', async () => {
    const denied = { writeText: () => Promise.reject(new DOMException('no', 'NotAllowedError')) };
    for (const clipboard of [undefined, denied]) {
      const session = new TestSession();
      session.say(result('Risk', 'low'));
      const element = await shown(session);
      await withClipboard(clipboard, async () => {
        shadowPart(element, 'copy')?.click();
        await until(() => text(element, 'copy') === 'Could not be copied');
      });
      expect(session.announced).to.deep.equal(['Could not be copied']);
      await accessible(element);
    }
  });

  it('shows data as a tree that is opened and closed by the keyboard', async () => {
    const session = new TestSession();
    const data = { id: 1234567, ok: true, none: null, text: '', list: [], parts: ['a', { b: 'c'.repeat(300) }] };
    session.say(result('Risk', data));
    const element = await shown(session);
    expect(texts(element, 'key')).to.deep.equal(['id', 'ok', 'none', 'text', 'list', 'parts']);
    expect(texts(element, 'value')).to.deep.equal(['1234567', 'true', 'null']);
    expect(text(element, 'tree')).to.match(/text\s*empty text\s*list\s*empty\s*parts\s*2 items/);
    expect(text(element, 'branch')).to.not.include('ccc');
    await accessible(element);
    shadowPart(element, 'copy')?.focus();
    await sendKeys({ press: 'Tab' });
    expect(focused(element)?.localName).to.equal('summary');
    await sendKeys({ press: 'Enter' });
    await until(() => texts(element, 'key').length === 8);
    expect(texts(element, 'key').slice(6)).to.deep.equal(['1', '2']);
    expect(all(element, 'branch').map((each) => (each as HTMLDetailsElement).open)).to.deep.equal([true, false]);
    await accessible(element);
    await sendKeys({ press: 'Tab' });
    await sendKeys({ press: ' ' });
    await until(() => texts(element, 'value').at(-1) === 'c'.repeat(300));
    // It stays as it was left, whatever else is said.
    session.say(result('Other', 1));
    await until(() => all(element, 'result').length === 2);
    expect(texts(element, 'key').length).to.equal(9);
    await sendKeys({ press: ' ' });
    await until(() => texts(element, 'key').length === 8);
    // Of another session nothing has been opened yet.
    const other = new TestSession();
    other.say(result('Risk', data));
    element.session = other;
    await until(() => texts(element, 'key').length === 6 && all(element, 'result').length === 1);
  });

  it('shows small branches open, and of large data only the beginning: more when it is asked for, and reads on from there', async () => {
    const session = new TestSession();
    session.say(
      result(
        'List',
        Array.from({ length: 130 }, (_, i) => ({ i })),
      ),
      result('Text', 'word '.repeat(1000)),
    );
    const element = await shown(session);
    const items = () => all(element, 'tree')[0]?.querySelectorAll(':scope > ul > li > [part="branch"]').length;
    expect(items()).to.equal(20);
    expect(all(element, 'branch').every((each) => (each as HTMLDetailsElement).open)).to.equal(true);
    await accessible(element);
    all(element, 'more')[0]?.focus();
    await sendKeys({ press: 'Enter' });
    await until(() => items() === 100 && focused(element)?.localName === 'li');
    expect(read(focused(element))).to.match(/^21\s/);
    all(element, 'more')[0]?.click();
    await until(() => items() === 130 && read(focused(element)).startsWith('101'));
    expect(all(element, 'more').length).to.equal(1);
    const written = () => texts(element, 'value').at(-1) ?? '';
    expect(written().length).to.equal(1001);
    all(element, 'more')[0]?.click();
    await until(() => written().length === 4999 && read(focused(element)).startsWith('word'));
    expect(all(element, 'more').length).to.equal(0);
    await accessible(element);
  });

  it('stays usable with data as deep as data may be', async () => {
    const session = new TestSession();
    session.say(
      result(
        'Deep',
        Array.from({ length: 97 }).reduce<unknown>((inner) => [inner], 'bottom'),
      ),
    );
    const element = await shown(session);
    for (let i = 0; i < 97 && !texts(element, 'value').includes('bottom'); i++) {
      element.shadowRoot?.querySelector<HTMLElement>('details:not([open]) > summary')?.click();
      await element.updateComplete;
      await element.updateComplete;
    }
    expect(texts(element, 'value')).to.deep.equal(['bottom']);
    expect(element.scrollWidth).to.be.at.most(element.clientWidth);
  });

  it('fits into 320 px, in either direction, with texts of either', async () => {
    await import('../../../components/words/languages/ar.js');
    for (const [dir, lang] of [
      ['ltr', 'en'],
      ['rtl', 'ar'],
    ] as const) {
      const box = await fixture<HTMLElement>(html`<div dir=${dir} lang=${lang}></div>`);
      box.style.inlineSize = '320px';
      const session = new TestSession();
      const long = 'x'.repeat(400);
      session.say(
        result(long, { [long]: long, a: { [long]: 1 } }),
        result('Risk', { level: 'low' }),
        result('Text', long),
        complete(long),
      );
      const element = document.createElement('status-results');
      element.session = session;
      box.append(element);
      await element.updateComplete;
      expect(box.scrollWidth).to.be.at.most(box.clientWidth);
      const [key, value] = ['key', 'value'].map(
        (name) =>
          all(element, name)
            .find((each) => /^l(evel|ow)$/.test(read(each)))
            ?.getBoundingClientRect().left ?? 0,
      );
      expect((key ?? 0) < (value ?? 0)).to.equal(dir === 'ltr');
      await accessible(element, 'completed');
    }
  });

  it('shows what comes from the wire as text', async () => {
    const hostile = HOSTILE.join('\n');
    const session = new TestSession();
    session.say(result(hostile, hostile), result('Data', { [hostile]: [hostile] }), complete(hostile));
    const element = await shown(session);
    expect(element.shadowRoot?.querySelector(ALIEN)).to.equal(null);
    expect(texts(element, 'heading')[1]).to.include('<script>');
    expect(text(element, 'key')).to.include('<script>');
    expect(texts(element, 'value').every((each) => each.includes('<script>'))).to.equal(true);
    session.say({ type: 'error', data: { message: hostile, fatal: true } });
    await until(() => text(element, 'error').includes('<script>'));
    expect(element.shadowRoot?.querySelector(ALIEN)).to.equal(null);
    expect('broken' in window).to.equal(false);
    expect(element.shadowRoot?.querySelector('[role="status"], [role="alert"], [aria-live]')).to.equal(null);
  });
});
