import { expect, fixture, html } from '@open-wc/testing';
import { sendKeys } from '@web/test-runner-commands';
import '../../../components/define.js';
import type { StatusTimelineElement } from '../../../components/index.js';
import { TestSession } from '../../../components/testing/index.js';
import type { Message } from '../../../protocol/index.js';
import { shadowPart, still, until } from '../../helpers/in-browser.js';

const frame = () => new Promise(requestAnimationFrame);
const scroller = (element: Element) => shadowPart(element, 'scroller') as HTMLElement;
const isFollowing = (element: Element) => element.matches(':state(following)');

async function shown(): Promise<{ session: TestSession; element: StatusTimelineElement }> {
  const session = new TestSession();
  session.say(...Array.from({ length: 200 }, (_, i) => ({ type: 'status', data: `entry ${i}` })));
  const box = await fixture(
    html`<div><status-timeline style="max-block-size: 300px" .session=${session}></status-timeline></div>`,
  );
  const element = box.querySelector('status-timeline') as StatusTimelineElement;
  await settled(element);
  expect(scroller(element).scrollTop).to.be.above(500);
  return { session, element };
}

/** Browsers tell in the next frame that something has scrolled or has another size, and what that changes is drawn in the one after it. */
async function settled(element: Element): Promise<void> {
  await still(element);
  for (let i = 0; i < 3; i++) await frame();
}

async function scrollUp(element: Element, step: number, times: number): Promise<void> {
  for (let i = 0; i < times; i++) {
    scroller(element).scrollTop -= step;
    await frame();
  }
  await settled(element);
}

describe('the place of the reader in <status-timeline>', () => {
  for (const step of [12, 3]) {
    it(`can be scrolled up slowly, ${step} px at a time`, async () => {
      const { element } = await shown();
      const { scrollTop } = scroller(element);
      await scrollUp(element, step, 20);
      expect(scroller(element).scrollTop).to.be.closeTo(scrollTop - 20 * step, 1);
      expect(isFollowing(element)).to.equal(false);
    });
  }

  it('stays while something is held in it, and where a text was chosen by then', async () => {
    const { session, element } = await shown();
    const last = () => [...(element.shadowRoot?.querySelectorAll('[part="text"]') ?? [])].at(-1);
    const chosen = last();
    const top = () => chosen?.getBoundingClientRect().top ?? 0;
    const before = top();
    const hold = () => scroller(element).dispatchEvent(new PointerEvent('pointerdown', { bubbles: true }));
    const letGo = () => document.dispatchEvent(new PointerEvent('pointerup'));
    hold();
    session.say({ type: 'status', data: 'held' });
    await settled(element);
    expect(top()).to.be.closeTo(before, 1);
    letGo();
    await settled(element);
    expect(isFollowing(element)).to.equal(true);
    expect([last()?.textContent, top() < before]).to.deep.equal(['held', true]);

    hold();
    const text = last();
    const selection = document.getSelection();
    if (!text || !selection) throw new Error('there is a last entry, and a selection');
    selection.selectAllChildren(text);
    letGo();
    await until(() => !isFollowing(element));
    selection.removeAllRanges();
  });

  it('is kept where it is hidden and shown again, and so is the end', async () => {
    for (const up of [200, 0]) {
      const { session, element } = await shown();
      await scrollUp(element, up, 1);
      const { scrollTop } = scroller(element);
      element.style.display = 'none';
      await settled(element);
      session.say({ type: 'status', data: 'meanwhile' });
      await settled(element);
      element.style.display = '';
      await settled(element);
      expect(isFollowing(element)).to.equal(up === 0);
      if (up > 0) expect(scroller(element).scrollTop).to.equal(scrollTop);
      else expect(scroller(element).scrollTop).to.be.at.least(scrollTop);
    }
  });

  it('is kept where it is moved in the page, also to where it is hidden at first', async () => {
    const { element } = await shown();
    await scrollUp(element, 200, 1);
    const { scrollTop } = scroller(element);
    for (const display of ['', 'none']) {
      const box = document.createElement('div');
      box.style.display = display;
      element.parentElement?.append(box);
      box.append(element);
      await settled(element);
      box.style.display = '';
      await settled(element);
      expect(scroller(element).scrollTop).to.equal(scrollTop);
      expect(isFollowing(element)).to.equal(false);
    }
  });
});

/** Rows that are drawn at most, and each time that there is more. */
const DRAWN = 500;
const PAGE = 100;
const ENTRIES = 9900;

/** Some of them are higher than others. */
const entry = (i: number) => ({ type: 'status', data: `entry ${i}${i % 7 === 0 ? ' and more of it'.repeat(9) : ''}` });
const entries = (from: number, count: number) => Array.from({ length: count }, (_, i) => entry(from + i));
const rows = (element: Element) => [...(element.shadowRoot?.querySelectorAll<HTMLElement>('li') ?? [])];
const nameOf = (row: Element | undefined) => /entry \d+|step \w+/.exec(row?.textContent ?? '')?.[0];
const named = (element: Element, name: string) => rows(element).find((row) => nameOf(row) === name);
const edges = (element: Element) => [nameOf(rows(element)[0]), nameOf(rows(element).at(-1))];
const latest = (element: Element) => shadowPart(element, 'latest')?.textContent?.trim();
const toggle = (element: Element, name: string) =>
  named(element, name)?.querySelector<HTMLElement>('[part="toggle"]') as HTMLElement;
const isAtEnd = (element: Element) => {
  const { scrollHeight, scrollTop, clientHeight } = scroller(element);
  return scrollHeight - scrollTop - clientHeight <= 12;
};

async function long(...messages: readonly (Partial<Message> & Pick<Message, 'type' | 'data'>)[]) {
  const session = new TestSession();
  const box = await fixture(
    html`<div><status-timeline style="max-block-size: 300px; inline-size: 400px" .session=${session}></status-timeline></div>`,
  );
  const element = box.querySelector('status-timeline') as StatusTimelineElement;
  await element.updateComplete;
  session.say(...messages);
  await until(() => rows(element).length > 0 && isAtEnd(element), 'the end');
  await settled(element);
  return { session, element };
}

async function press(element: Element, key: string): Promise<void> {
  scroller(element).focus();
  await sendKeys({ press: key });
}

/** The first row that a reader sees all of, and where it is. */
function seen(element: Element): { readonly row: HTMLElement; readonly top: number } {
  const { top } = scroller(element).getBoundingClientRect();
  const row = rows(element).find((each) => each.getBoundingClientRect().top >= top);
  if (!row) throw new Error('No row is seen');
  return { row, top: row.getBoundingClientRect().top };
}

/** Resolves once all that is to be drawn is. */
async function drawn(element: StatusTimelineElement): Promise<void> {
  await settled(element);
  while (!(await element.updateComplete));
}

/** Scrolls to where more is shown, and looks whether what is seen there stays there meanwhile; answers whether there was more. */
async function readOn(element: StatusTimelineElement, way: 'up' | 'down'): Promise<boolean> {
  const place = scroller(element);
  const near = (rest: number) => {
    place.scrollTop = way === 'up' ? rest : place.scrollHeight - place.clientHeight - rest;
  };
  // Rows have their true heights once they are near.
  near(400);
  await drawn(element);
  near(100);
  const { row, top } = seen(element);
  const before = edges(element).join();
  await drawn(element);
  expectPlace(element, row, top, before);
  return edges(element).join() !== before;
}

function expectPlace(element: Element, row: HTMLElement, top: number, before: string): void {
  expect(row.isConnected, `${nameOf(row)} is drawn`).to.equal(true);
  expect(row.getBoundingClientRect().top, `${nameOf(row)} of ${before}, now ${edges(element)}`).to.be.closeTo(top, 2);
  expect(rows(element).length).to.be.at.most(DRAWN);
}

describe('the window of <status-timeline>', () => {
  it('goes to the very beginning by Home, and to the end by End and by the button', async () => {
    const { session, element } = await long(...entries(0, ENTRIES));
    await press(element, 'Home');
    await until(() => edges(element).join() === 'entry 0,entry 99');
    await drawn(element);
    expect(scroller(element).scrollTop).to.equal(0);
    expect([isFollowing(element), shadowPart(element, 'earlier'), latest(element)]).to.deep.equal([
      false,
      null,
      'To the latest',
    ]);
    session.say(entry(ENTRIES), entry(ENTRIES + 1));
    await until(() => latest(element) === '2 new entries');
    expect(edges(element)).to.deep.equal(['entry 0', 'entry 99']);
    await press(element, 'End');
    await until(() => isFollowing(element) && isAtEnd(element) && edges(element)[1] === `entry ${ENTRIES + 1}`);
    expect(latest(element)).to.equal(undefined);
    session.say(entry(ENTRIES + 2));
    await until(() => edges(element)[1] === `entry ${ENTRIES + 2}` && isAtEnd(element));

    await press(element, 'Home');
    await until(() => edges(element)[0] === 'entry 0');
    await drawn(element);
    shadowPart(element, 'latest')?.click();
    await until(() => isFollowing(element) && isAtEnd(element) && edges(element)[1] === `entry ${ENTRIES + 2}`);
    expect(element.shadowRoot?.activeElement).to.equal(scroller(element));
  });

  it('leaves Home and End to others that have a use for them', async () => {
    const { element } = await long(...entries(0, 300));
    const pressed = (init: KeyboardEventInit) => {
      const event = new KeyboardEvent('keydown', { bubbles: true, composed: true, cancelable: true, ...init });
      scroller(element).dispatchEvent(event);
      return event.defaultPrevented;
    };
    for (const more of [{ shiftKey: true }, { ctrlKey: true }, { altKey: true }, { metaKey: true }]) {
      for (const key of ['Home', 'End']) expect(pressed({ key, ...more })).to.equal(false);
    }
    for (const key of ['ArrowUp', 'PageUp', 'End']) expect(pressed({ key })).to.equal(false);
    expect(pressed({ key: 'Home' })).to.equal(true);
    await until(() => edges(element)[0] === 'entry 0');
    expect(pressed({ key: 'Home' })).to.equal(false);
    expect(pressed({ key: 'End' })).to.equal(true);
    await until(() => isFollowing(element));
  });

  for (const overflowAnchor of ['auto', 'none']) {
    it(`is read back to the beginning and on to the end, and what is seen stays where it is, also with overflow-anchor: ${overflowAnchor}`, async () => {
      const count = 1500;
      const { element } = await long(...entries(0, count));
      Object.assign(scroller(element).style, { overflowAnchor });
      await scrollUp(element, 300, 1);
      while (await readOn(element, 'up'));
      expect(edges(element)[0]).to.equal('entry 0');
      expect(shadowPart(element, 'earlier')).to.equal(null);
      while (await readOn(element, 'down')) expect(isFollowing(element)).to.equal(false);
      expect(edges(element)[1]).to.equal(`entry ${count - 1}`);
      scroller(element).scrollTop = scroller(element).scrollHeight;
      await until(() => isFollowing(element) && latest(element) === undefined);
    });
  }

  it('of 9,900 entries shows those before and behind what is read, at the beginning, and before the end', async () => {
    const { element } = await long(...entries(0, ENTRIES));
    await scrollUp(element, 300, 1);
    for (let i = 0; i < 7; i++) expect(await readOn(element, 'up')).to.equal(true);
    expect(rows(element).length).to.be.above(DRAWN - PAGE);
    expect(edges(element)[1]).not.to.equal(`entry ${ENTRIES - 1}`);
    await press(element, 'Home');
    await until(() => edges(element)[0] === 'entry 0');
    await drawn(element);
    for (let i = 0; i < 7; i++) expect(await readOn(element, 'down')).to.equal(true);
    expect(rows(element).length).to.be.above(DRAWN - PAGE);
    expect(edges(element)[0]).not.to.equal('entry 0');
    while (await readOn(element, 'up'));
    expect(edges(element)[0]).to.equal('entry 0');
  });

  it('goes on at its end, without following, where what is drawn ends and the session does not', async () => {
    const { element } = await long(...entries(0, 300));
    await press(element, 'Home');
    await until(() => edges(element).join() === 'entry 0,entry 99');
    for (const last of [199, 299]) {
      scroller(element).scrollTop = scroller(element).scrollHeight;
      await until(() => edges(element)[1] === `entry ${last}`);
      await drawn(element);
      expect([isFollowing(element), isAtEnd(element)]).to.deep.equal([false, false]);
    }
    scroller(element).scrollTop = scroller(element).scrollHeight;
    await until(() => isFollowing(element) && isAtEnd(element));
  });

  it('neither moves with what comes behind it nor draws that', async () => {
    const { session, element } = await long(...entries(0, 1500));
    await press(element, 'Home');
    await until(() => edges(element)[0] === 'entry 0');
    for (let i = 0; i < 3; i++) await readOn(element, 'down');
    const before = rows(element);
    const { row, top } = seen(element);
    for (let i = 0; i < 20; i++) {
      session.say(...entries(1500 + i * 10, 10));
      await until(() => latest(element) === `${(i + 1) * 10} new entries`);
      expectPlace(element, row, top, 'it');
    }
    expect(rows(element)).to.deep.equal(before);
  });

  it('stays around what is read, with whatever comes before that, and before the end of the session', async () => {
    const { session, element } = await long(
      { type: 'event', data: { event: 'step_started', step: 'step a' } },
      ...entries(0, 400),
    );
    await scrollUp(element, 300, 1);
    while (await readOn(element, 'up'));
    expect(edges(element)).to.deep.equal(['step a', 'entry 399']);
    scroller(element).scrollTop += 3000;
    await drawn(element);
    const { row, top } = seen(element);
    session.say(...entries(1000, 300).map((message) => ({ ...message, step: 'step a' })));
    await until(() => rows(element).length > DRAWN - PAGE && latest(element) === '300 new entries');
    await drawn(element);
    expectPlace(element, row, top, 'step a');
    session.say(...entries(2000, 600));
    await until(() => latest(element) === '900 new entries');
    await drawn(element);
    expectPlace(element, row, top, 'step a');
    expect(edges(element)[1]).not.to.equal('entry 2599');
  });

  it('draws a page of what is in a step that is opened, and goes on behind one that is folded up', async () => {
    const inside = entries(0, 2000).map((message) => ({ ...message, step: 'step a' }));
    const { element } = await long(
      { type: 'event', data: { event: 'step_started', step: 'step a' } },
      ...inside,
      { type: 'event', data: { event: 'step_finished', step: 'step a' } },
      ...entries(5000, 30),
    );
    scroller(element).scrollTop = 0;
    await until(() => !isFollowing(element));
    await drawn(element);
    const { top } = toggle(element, 'step a').getBoundingClientRect();
    toggle(element, 'step a').click();
    await until(() => edges(element)[1] === 'entry 99');
    await drawn(element);
    expect(toggle(element, 'step a').getBoundingClientRect().top).to.be.closeTo(top, 2);
    while (await readOn(element, 'down')) if (rows(element).length > DRAWN - PAGE) break;
    while (await readOn(element, 'up'));
    toggle(element, 'step a').click();
    await until(() => edges(element)[1] === 'entry 5029');
    expect(rows(element).length).to.equal(31);
  });

  it('goes on with what comes next where what was read is not kept any more', async () => {
    const { session, element } = await long(...entries(0, ENTRIES));
    await press(element, 'Home');
    await until(() => edges(element).join() === 'entry 0,entry 99');
    session.say(...entries(ENTRIES, 200));
    await until(() => latest(element) === '200 new entries' && edges(element)[1] === 'entry 598');
    const [gap, next] = rows(element);
    expect([gap?.contains(shadowPart(element, 'gap')), nameOf(next)]).to.deep.equal([true, 'entry 500']);
    expect(isFollowing(element)).to.equal(false);
    expect(await readOn(element, 'down')).to.equal(true);
  });

  it('keeps the keys of whoever was in a row that goes', async () => {
    const { element } = await long(
      ...entries(0, 700),
      { type: 'event', data: { event: 'step_started', step: 'step a' } },
      { ...entry(700), step: 'step a' },
    );
    toggle(element, 'step a').focus();
    await sendKeys({ press: 'Home' });
    await until(() => edges(element)[0] === 'entry 0');
    expect(element.shadowRoot?.activeElement).to.equal(scroller(element));
    await sendKeys({ press: 'End' });
    await until(() => isFollowing(element) && isAtEnd(element));

    toggle(element, 'step a').focus();
    await scrollUp(element, 300, 1);
    while (named(element, 'step a')) expect(await readOn(element, 'up')).to.equal(true);
    expect(element.shadowRoot?.activeElement).to.equal(scroller(element));
  });

  it('is kept where the element is moved in the page', async () => {
    const { element } = await long(...entries(0, 1500));
    await press(element, 'Home');
    await until(() => edges(element)[0] === 'entry 0');
    for (let i = 0; i < 6; i++) await readOn(element, 'down');
    const { row } = seen(element);
    const offset = () => row.getBoundingClientRect().top - scroller(element).getBoundingClientRect().top;
    const before = offset();
    const box = document.createElement('div');
    element.parentElement?.prepend(box);
    box.append(element);
    await drawn(element);
    expect(offset()).to.be.closeTo(before, 2);
    expect(isFollowing(element)).to.equal(false);
  });
});
