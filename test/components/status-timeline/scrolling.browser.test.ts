import { expect, fixture, html } from '@open-wc/testing';
import '../../../components/define.js';
import type { StatusTimelineElement } from '../../../components/index.js';
import { TestSession } from '../../../components/testing/index.js';
import { shadowPart, still } from '../../helpers/in-browser.js';

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
