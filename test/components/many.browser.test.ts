import { expect } from '@open-wc/testing';
import '../../components/define.js';
import { TestSession } from '../../components/testing/index.js';
import { Resources } from '../helpers/resources.js';

const TAGS = [
  'status-attention',
  'status-connection',
  'status-controls',
  'status-panel',
  'status-progress',
  'status-question',
  'status-results',
  'status-timeline',
] as const;
const SESSIONS = 4;
/** Frames that many may need more than few. */
const FRAMES = 10;
/** Those that are in the panels included, a thousand. WebKit does not bear so many while other browsers are at work. */
const MANY = navigator.vendor.startsWith('Apple') ? 96 : 576;

/** A box with so many elements of every kind in turn, over a few sessions. */
function crowd(count: number): { readonly box: HTMLElement; readonly sessions: readonly TestSession[] } {
  const sessions = Array.from({ length: SESSIONS }, () => new TestSession());
  const box = document.createElement('section');
  for (let i = 0; i < count; i++) {
    const tag = TAGS[i % TAGS.length] ?? 'status-panel';
    box.append(Object.assign(document.createElement(tag), { session: sessions[i % SESSIONS] }));
  }
  return { box, sessions };
}

async function settled(box: HTMLElement): Promise<void> {
  for (const element of box.querySelectorAll<HTMLElementTagNameMap['status-panel']>('*')) await element.updateComplete;
}

/** What a crowd asks of the browser while it comes, while a run goes on, waits and ends, while the page is left, and what it still holds once it is gone. */
async function life(count: number) {
  const { box, sessions } = crowd(count);
  const resources = new Resources();
  try {
    document.body.append(box);
    await settled(box);
    for (const data of [
      { type: 'event', data: { event: 'step_started', step: 's', label: 'Reading' } },
      { type: 'progress', data: { value: 1, max: 3 } },
      { type: 'question', data: { questionId: 'q', question: 'Which?', expiresAt: 1_700_000_100_000 } },
    ]) {
      for (const session of sessions) session.say(data);
      await settled(box);
    }
    for (const session of sessions) session.setConnection({ status: 'offline', since: Date.now() });
    await settled(box);
    box.remove();
    const observers = sessions.map((session) => session.observerCount);
    return { asked: resources.asked, held: resources.held, observers };
  } finally {
    resources.restore();
  }
}

describe('A thousand elements', () => {
  it('share their timers, observers and listeners, and hold none once they are gone', async function () {
    // A busy machine takes its time for a thousand.
    this.timeout(90_000);
    // What serves the page for good is there from then on.
    await life(TAGS.length);
    const few = await life(TAGS.length * SESSIONS);
    const many = await life(MANY);
    // How many frames that takes is for the browser to say.
    for (const [what, count] of Object.entries(many.asked)) {
      expect(count, what).to.be.at.most((few.asked[what] ?? 0) + FRAMES);
    }
    expect(many.asked).to.include({ setInterval: 1, 'visibilitychange listener': 1 });
    for (const { held, observers } of [few, many]) {
      expect(held).to.deep.equal({ intervals: 0, listeners: 0 });
      expect(observers).to.deep.equal(observers.map(() => 0));
    }
  });
});
