import { expect, fixture, html } from '@open-wc/testing';
import '../../../components/define.js';
import type { Connection, StatusProgressElement } from '../../../components/index.js';
import { TestSession } from '../../../components/testing/index.js';
import type { Message, ProgressData } from '../../../protocol/index.js';
import { shadowPart, still, until } from '../../helpers/in-browser.js';
import { HOSTILE } from '../status-results/hostile.js';

const PHASES = ['idle', 'running', 'waiting', 'completed', 'failed', 'cancelled'];
const COMPLETE = { type: 'complete', data: { summary: '' } };
const FATAL = { type: 'error', data: { message: 'No disk', fatal: true } };
const STOPPED = { type: 'state', data: { status: 'CANCELLED' } };
const QUESTION = { type: 'question', data: { questionId: 'q', question: 'Which?' } };
const BEGUN = { type: 'event', data: { event: 'step_started', step: 's1', label: 'Reading' } };

async function shown(session: TestSession, step: string | null = null): Promise<StatusProgressElement> {
  const element = await fixture<StatusProgressElement>(
    html`<status-progress .session=${session} .step=${step}></status-progress>`,
  );
  await element.updateComplete;
  return element;
}

const progress = (data: ProgressData): Pick<Message, 'type' | 'data'> => ({ type: 'progress', data: { ...data } });
const text = (element: Element, name: string) => shadowPart(element, name)?.textContent?.trim() ?? '';
const bar = (element: Element) => element.shadowRoot?.querySelector('[role="progressbar"]');
const isMoving = (element: Element) =>
  Boolean(
    shadowPart(element, 'fill')
      ?.getAnimations()
      .some((animation) => animation instanceof CSSAnimation),
  );
/** How much of the bar is filled, as it is drawn. */
const filled = (element: Element) =>
  (shadowPart(element, 'fill')?.getBoundingClientRect().width ?? 0) /
  (shadowPart(element, 'track')?.getBoundingClientRect().width ?? 1);

/** What somebody hears of the bar: its name, how far it is, and the same in words. */
function heard(element: Element) {
  const it = bar(element);
  const name = element.shadowRoot?.getElementById(it?.getAttribute('aria-labelledby') ?? '')?.textContent?.trim();
  return [name, it?.getAttribute('aria-valuenow'), it?.getAttribute('aria-valuetext')];
}

async function accessible(element: StatusProgressElement, ...states: string[]): Promise<void> {
  await element.updateComplete;
  for (const state of [...PHASES, 'indeterminate', 'stale']) {
    expect(element.matches(`:state(${state})`), state).to.equal(states.includes(state));
  }
  await still(element);
  await expect(element).to.be.accessible();
}

describe('<status-progress>', () => {
  it('shows the whole again where a framework takes the step away', async () => {
    const session = new TestSession();
    session.say(progress({ value: 3, max: 10 }));
    const element = await shown(session, 'another');
    Object.assign(element, { step: undefined });
    await until(() => text(element, 'percent') === '30%');
  });

  it('has the right role, name and value in every state, for everyone', async () => {
    const session = new TestSession();
    const element = await shown(session);
    expect(heard(element)).to.deep.equal(['Progress', null, 'Not started']);
    await accessible(element, 'idle');

    session.say(progress({ message: 'Weighing…' }));
    await accessible(element, 'running', 'indeterminate');
    expect(heard(element)).to.deep.equal(['Progress', null, null]);
    expect(text(element, 'message')).to.equal('Weighing…');
    expect(isMoving(element)).to.equal(true);

    session.say(progress({ value: 3, max: 12, unit: 'pages', label: 'Reading' }));
    await accessible(element, 'running');
    expect(heard(element)).to.deep.equal(['Reading', '25', '25%, 3 of 12 pages']);
    expect([bar(element)?.getAttribute('aria-valuemin'), bar(element)?.getAttribute('aria-valuemax')]).to.deep.equal([
      '0',
      '100',
    ]);
    expect(text(element, 'percent')).to.equal('25%');
    expect(text(element, 'amount')).to.equal('3 of 12 pages');
    expect(filled(element)).to.be.closeTo(0.25, 0.01);
    expect(isMoving(element)).to.equal(false);

    session.say(QUESTION);
    await accessible(element, 'waiting');
    expect(heard(element)).to.deep.equal(['Reading', '25', 'Waiting for you, 25%, 3 of 12 pages']);
    expect(text(element, 'status')).to.equal('Waiting for you');
    expect(shadowPart(element, 'indicator')).to.not.equal(null);
  });

  for (const [end, state, word, now] of [
    [COMPLETE, 'completed', 'Done', '25'],
    [FATAL, 'failed', 'Failed', '25'],
    [STOPPED, 'cancelled', 'Stopped', '25'],
  ] as const) {
    it(`shows a run that is ${state} as it ended`, async () => {
      const session = new TestSession();
      session.say(progress({ value: 3, max: 12 }));
      const element = await shown(session);
      session.advance(5000);
      session.say(end);
      await accessible(element, state);
      expect(text(element, 'status')).to.equal(word);
      expect(bar(element)?.getAttribute('aria-valuenow')).to.equal(now);
      expect(filled(element)).to.be.closeTo(Number(now) / 100, 0.01);
      expect(text(element, 'message')).to.equal(state === 'failed' ? 'No disk' : '');
      expect(text(element, 'elapsed')).to.equal('0:05');
    });

    it(`shows a run that is ${state} and never said how far it was`, async () => {
      const session = new TestSession();
      session.say({ type: 'status', data: 'one' }, end);
      const element = await shown(session);
      await accessible(element, state);
      expect(element.matches(':state(untold)')).to.equal(true);
      expect(bar(element)?.getAttribute('aria-valuenow')).to.equal(state === 'completed' ? '100' : null);
      expect(isMoving(element)).to.equal(false);
    });
  }

  it('counts the time by the clock of the server, which stands still while the connection is lost', async () => {
    const session = new TestSession();
    session.say(progress({ message: 'one' }));
    const element = await shown(session);
    session.advance(61_000);
    await until(() => text(element, 'elapsed') === '1:01 so far', 'the time');
    const lost: Connection = { status: 'reconnecting', since: Date.now() - 3000, attempt: 1, reason: '' };
    session.setConnection(lost);
    await accessible(element, 'running', 'indeterminate', 'stale');
    expect(text(element, 'elapsed')).to.match(/^0:5\d so far$/);
    expect(isMoving(element)).to.equal(false);
    session.setConnection('live');
    await until(() => text(element, 'elapsed') === '1:01 so far', 'the time');
    await accessible(element, 'running', 'indeterminate');
  });

  it('says how quickly it goes and how long it will take, once there is enough to go by, and anew for another session', async () => {
    const session = new TestSession();
    const element = await shown(session);
    for (let value = 0; value <= 8; value++) {
      session.say(progress({ value, max: 20, unit: 'pages' }));
      await element.updateComplete;
      if (value < 5) expect(text(element, 'remaining')).to.equal('');
      session.advance(1000);
    }
    session.advance(-1000);
    await until(() => text(element, 'rate') === '1 pages per second', 'the rate');
    expect(text(element, 'remaining')).to.equal('about 15 sec left');

    const late = await shown(session);
    expect(text(late, 'rate')).to.equal('1 pages per second');

    // Begun at the same moment, as it happens, and with as much to do.
    const other = new TestSession();
    other.say({ type: 'status', data: 'one' });
    other.advance(session.serverNow + 1000 - other.serverNow);
    other.say(progress({ value: 9, max: 20, unit: 'pages' }));
    late.session = other;
    await until(() => text(late, 'amount').startsWith('9') && text(late, 'rate') === '', 'nothing to go by');

    session.say(progress({ value: 2, max: 20, unit: 'pages' }));
    await until(() => text(element, 'rate') === '', 'nothing to go by');
    element.session = new TestSession();
    await accessible(element, 'idle');
  });

  it('shows one step, by its label or its id, from before it begins until it ends', async () => {
    const session = new TestSession();
    const element = await shown(session, 'Reading');
    expect(heard(element)).to.deep.equal(['Reading', null, 'Not started']);
    session.say(BEGUN, progress({ value: 7, max: 8 }), progress({ value: 1, max: 2, step: 's1', label: 'Pages' }));
    await accessible(element, 'running');
    expect(heard(element)).to.deep.equal(['Reading', '50', '50%, 1 of 2']);
    expect(text(element, 'message')).to.equal('Pages');
    session.say({ type: 'event', data: { event: 'step_failed', step: 's1', error: 'torn' } });
    await accessible(element, 'failed');
    expect(text(element, 'message')).to.equal('torn');
    element.setAttribute('step', 's1');
    await accessible(element, 'failed');
    element.removeAttribute('step');
    await until(() => text(element, 'percent') === '87%');
    await accessible(element, 'running');
  });

  it('fits into 320 px and fills from where reading begins, in either direction', async () => {
    await import('../../../components/words/languages/ar.js');
    for (const [dir, lang] of [
      ['ltr', 'en'],
      ['rtl', 'ar'],
    ] as const) {
      const box = await fixture<HTMLElement>(html`<div dir=${dir} lang=${lang}></div>`);
      box.style.inlineSize = '320px';
      const session = new TestSession();
      const long = 'Reading '.repeat(20) + 'x'.repeat(200);
      session.say(
        progress({ value: 12_345_678, max: 98_765_432, unit: 'bytes'.repeat(20), label: long, message: long }),
        QUESTION,
      );
      const element = document.createElement('status-progress');
      element.session = session;
      box.append(element);
      await element.updateComplete;
      await still(element);
      expect(box.scrollWidth).to.be.at.most(box.clientWidth);
      const [fill, track] = ['fill', 'track'].map((name) => shadowPart(element, name)?.getBoundingClientRect());
      expect(dir === 'ltr' ? fill?.left : fill?.right).to.equal(dir === 'ltr' ? track?.left : track?.right);
      await expect(element).to.be.accessible();
    }
  });

  it('shows what comes from the wire as text, and speaks by itself never', async () => {
    const hostile = HOSTILE.join(' ');
    const session = new TestSession();
    session.say(progress({ value: 1, max: 3, label: hostile, message: hostile, unit: hostile }));
    const element = await shown(session);
    expect(text(element, 'label')).to.include('<script>');
    expect(text(element, 'message')).to.include('<script>');
    expect(text(element, 'amount')).to.include('<script>');
    expect(element.shadowRoot?.querySelector('script, img, svg, iframe, form, b, [onerror]')).to.equal(null);
    session.say({ type: 'error', data: { message: hostile, fatal: true } });
    await until(() => element.matches(':state(failed)'));
    expect(text(element, 'message')).to.include('<script>');
    expect(element.shadowRoot?.querySelector('script, img, svg, iframe, form, b')).to.equal(null);
    expect(element.shadowRoot?.querySelector('[role="status"], [role="alert"], [aria-live]')).to.equal(null);
    expect('broken' in window).to.equal(false);
  });

  it('takes its words from the element', async () => {
    const element = await fixture<StatusProgressElement>(
      html`<status-progress .words=${{ progress: 'So far' }}></status-progress>`,
    );
    expect(text(element, 'label')).to.equal('So far');
  });
});
