import { expect, fixture, html } from '@open-wc/testing';
import { ReactiveElement } from 'lit';
import '../../components/define.js';
import { TestSession } from '../../components/testing/index.js';
import { until } from '../helpers/in-browser.js';

const FRAMES = 50;
const PER_FRAME = 100;
/** Nodes of a page that shows all of a session twice, markers of templates included: mostly those of two timelines. */
const NODES = 6000;

/** What a busy run says, as it comes: many statuses, steps, and how far it is. */
function messageAt(seq: number) {
  const step = `step-${Math.floor(seq / 20)}`;
  const agent = `Agent ${seq % 3}`;
  if (seq % 20 === 0) return { type: 'event', agent, data: { event: 'step_started', step, label: `Part ${seq}` } };
  if (seq % 20 === 19) return { type: 'event', agent, data: { event: 'step_finished', step } };
  if (seq % 50 === 7) return { type: 'result', data: { agent, data: { page: seq, words: ['one', 'two'] } } };
  if (seq % 5 === 0) return { type: 'progress', data: { value: seq, max: FRAMES * PER_FRAME } };
  return { type: 'status', agent, step, data: `Page ${seq}` };
}

function nodes(root: Node): number {
  const shadow = root instanceof Element && root.shadowRoot ? nodes(root.shadowRoot) : 0;
  return [...root.childNodes].reduce((sum, child) => sum + nodes(child), 1 + shadow);
}

/** Milliseconds, a little less than those of `controllers/frame.ts`. */
const HIDDEN = 200;

const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
/** Of the engines only this one can be told to. */
const { gc } = globalThis as { gc?: () => void };

/** All elements of the kit over one session. Nothing but they knows it. */
async function crowd(session: TestSession): Promise<HTMLElement> {
  const box = await fixture<HTMLElement>(html`
    <section>
      <status-panel></status-panel>
      <status-panel variant="compact"></status-panel>
      <status-attention></status-attention>
      <status-progress step="step-1"></status-progress>
    </section>
  `);
  for (const element of box.children) Object.assign(element, { session });
  await frame();
  await frame();
  return box;
}

async function flood(session: TestSession, afterFrame: (index: number) => void = () => {}): Promise<void> {
  for (let i = 0; i < FRAMES; i++) {
    for (let j = 0; j < PER_FRAME; j++) session.say(messageAt(i * PER_FRAME + j));
    await frame();
    afterFrame(i);
  }
}

describe('5,000 messages', () => {
  it('render each element once a frame at most, and the page does not grow with them', async () => {
    const { performUpdate } = ReactiveElement.prototype as unknown as { performUpdate(): void };
    const renders = new Map<object, number>();
    Object.assign(ReactiveElement.prototype, {
      performUpdate(this: object) {
        renders.set(this, (renders.get(this) ?? 0) + 1);
        performUpdate.call(this);
      },
    });
    try {
      const session = new TestSession();
      const box = await crowd(session);
      renders.clear();
      const sizes: number[] = [];
      let most = 0;
      let before = performance.now();
      // They are rendered behind this in the same frame: what is counted here is of the one before.
      await flood(session, () => {
        const now = performance.now();
        // A page that draws no frame for so long is taken for a hidden one, and renders by the clock, too.
        if (now - before < HIDDEN) most = Math.max(most, ...renders.values());
        before = now;
        renders.clear();
        sizes.push(nodes(box));
      });
      expect(most).to.equal(1);
      expect(Math.max(...sizes)).to.be.within(100, NODES);
      const half = sizes.slice(FRAMES / 2);
      expect(Math.max(...half) - Math.min(...half), 'more or less in the second half').to.be.below(NODES / 4);
    } finally {
      Object.assign(ReactiveElement.prototype, { performUpdate });
    }
  });

  it('are let go when the elements turn to another session', async function () {
    if (!gc) this.skip();
    let box: HTMLElement | undefined;
    const past = await (async () => {
      const session = new TestSession();
      box = await crowd(session);
      await flood(session);
      const kept = [session, session.state, session.state.messages[0], session.state.steps[0]];
      return kept.map((each) => new WeakRef(each as object));
    })();
    const empty = new TestSession();
    for (const element of box?.children ?? []) Object.assign(element, { session: empty });
    await until(() => {
      gc();
      return past.every((each) => each.deref() === undefined);
    }, 'all that was kept is let go');
    expect(empty.observerCount).to.be.greaterThan(10);
  });
});
