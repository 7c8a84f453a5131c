import { expect, fixture, html } from '@open-wc/testing';
import { sendKeys } from '@web/test-runner-commands';
import type { StatusMessengerElement, StatusPanelElement } from '../../../components/index.js';
import { TestSession } from '../../../components/testing/index.js';
import { shadowPart, until } from '../../helpers/in-browser.js';
import {
  ANSWERED,
  ASKED,
  accessible,
  DONE,
  FAILED,
  line,
  RESULT,
  run,
  STATUS,
  STOPPED,
  section,
  settled,
  shown,
  visible,
} from './support.js';

const LOST = { status: 'reconnecting', since: 0, attempt: 1, reason: '' } as const;

describe('<status-panel>', () => {
  it('shows of a run what there is, in one order, and nothing that is empty', async () => {
    const session = new TestSession();
    const element = await shown(session);
    element.style.inlineSize = '600px';
    await accessible(element);
    expect(element.matches(':state(idle)')).to.equal(true);
    expect([line(element), ...visible(element)]).to.deep.equal(['Waiting for the first status…', 'connection']);

    session.say(STATUS);
    await until(() => line(element) === 'Reading');
    await accessible(element);
    expect(element.matches(':state(running)')).to.equal(true);
    expect(visible(element)).to.deep.equal(['connection', 'progress', 'timeline', 'controls']);

    session.say(ASKED);
    await until(() => line(element) === 'Waiting for you');
    await accessible(element);
    expect(element.matches(':state(waiting)')).to.equal(true);
    expect(visible(element)).to.deep.equal(['connection', 'question', 'progress', 'timeline', 'controls']);

    session.say(ANSWERED, RESULT);
    await until(() => visible(element).includes('results'));
    await accessible(element);
    // How it was answered stands in the timeline.
    expect(visible(element)).to.deep.equal(['connection', 'progress', 'timeline', 'results', 'controls']);
    const tops = ['header', 'progress', 'timeline', 'results'].map(
      (name) => shadowPart(element, name)?.getBoundingClientRect().top ?? 0,
    );
    expect(tops.every((top, i) => i === 0 || top > (tops[i - 1] ?? 0))).to.equal(true);

    session.say(DONE);
    await until(() => line(element) === 'Done');
    await accessible(element);
    expect(element.matches(':state(completed)')).to.equal(true);
    // Nobody said how far it was, and what came out comes first.
    expect(visible(element)).to.deep.equal(['connection', 'timeline', 'results']);
    const [results, timeline] = ['results', 'timeline'].map((name) =>
      shadowPart(element, name)?.getBoundingClientRect(),
    );
    expect(results?.bottom).to.be.at.most(timeline?.top ?? 0);
  });

  it('says once how a run ended', async () => {
    const failed = await shown(run(STATUS, FAILED));
    await accessible(failed);
    expect(failed.matches(':state(failed)')).to.equal(true);
    expect(line(failed)).to.match(/^(Failed )?No disk$/);
    expect(visible(failed)).to.deep.equal(['connection', 'timeline']);
    const stopped = await shown(run(STATUS, STOPPED));
    await accessible(stopped);
    expect(stopped.matches(':state(cancelled)')).to.equal(true);
    expect(line(stopped)).to.equal('Stopped');
  });

  it('compact: the connection only where it is not live, and timeline and results when they are asked for', async () => {
    const session = run(STATUS, RESULT);
    const element = await shown(session, 'compact');
    await accessible(element);
    expect(visible(element)).to.deep.equal(['progress', 'controls']);
    session.setConnection(LOST);
    await until(() => visible(element).includes('connection'));
    session.setConnection({ status: 'ended' });
    await until(() => !visible(element).includes('connection'));
    session.setConnection({ status: 'live', since: 0, transport: 'websocket' });
    session.say(ASKED);
    await until(() => visible(element).includes('question'));
    await accessible(element);
    session.say(ANSWERED, DONE);
    await until(() => line(element).endsWith('All read'));
    shadowPart(element, 'summary')?.focus();
    await sendKeys({ press: 'Enter' });
    await until(() => visible(element).includes('results') && visible(element).includes('timeline'));
    await accessible(element);
    element.variant = 'full';
    await until(() => shadowPart(element, 'details') === null);
    expect(visible(element)).to.deep.equal(['connection', 'timeline', 'results']);
  });

  it('is the same panel in another variant: what was shown, chosen and scrolled to is there', async () => {
    const session = run(...Array.from({ length: 100 }, (_, i) => ({ type: 'status', data: `entry ${i}` })), RESULT);
    const element = await shown(session);
    const kept = ['timeline', 'results', 'controls'].map((name) => section(element, name));
    const timeline = section(element, 'timeline') as HTMLElement;
    const scroller = shadowPart(timeline, 'scroller') as HTMLElement;
    // Until its size is known, browsers move it, too.
    for (let i = 0; i < 3; i++) await new Promise(requestAnimationFrame);
    scroller.scrollTop -= 200;
    await until(() => !timeline.matches(':state(following)'));
    const { scrollTop } = scroller;
    element.variant = 'compact';
    await until(() => !visible(element).includes('timeline'));
    element.variant = 'full';
    await until(() => visible(element).includes('timeline'));
    expect(['timeline', 'results', 'controls'].map((name) => section(element, name))).to.deep.equal(kept);
    await until(() => scroller.scrollTop === scrollTop, 'the place of the reader');
    expect(timeline.matches(':state(following)')).to.equal(false);
    await accessible(element);
  });

  it('has a width of its own where nothing else gives it one, and no more than there is room', async () => {
    for (const style of ['display: flex', 'display: grid; place-items: center', 'position: relative']) {
      const isOver = style.startsWith('position');
      for (const width of [900, 320]) {
        const around = await fixture<HTMLElement>(html`
          <div style="${style}; inline-size: ${width}px">
            <status-panel style=${isOver ? 'position: absolute' : ''} .session=${run(STATUS)}></status-panel>
          </div>
        `);
        const panel = around.querySelector('status-panel') as StatusPanelElement;
        await settled(panel);
        expect(panel.getBoundingClientRect().width, `${style}, ${width}`).to.equal(Math.min(640, width));
        const timeline = section(panel, 'timeline')?.getBoundingClientRect();
        expect(timeline?.width, style).to.be.greaterThan(width / 2);
      }
    }
  });

  it('keeps what was answered before whoever did it, and takes it away when nothing is pressed', async () => {
    const session = run(STATUS, ASKED);
    const element = await shown(session);
    const question = section(element, 'question') as HTMLElement;
    shadowPart(question, 'send')?.focus();
    session.say(ANSWERED);
    await until(() => question.matches(':state(answered)'));
    expect(visible(element)).to.include('question');
    // Pressed elsewhere, nothing moves away from under the pointer.
    (document.activeElement as HTMLElement).blur();
    document.dispatchEvent(new PointerEvent('pointerdown'));
    session.advance(60_000);
    await settled(element);
    expect(visible(element)).to.include('question');
    document.dispatchEvent(new PointerEvent('pointerup'));
    session.advance(1);
    await until(() => !visible(element).includes('question'));
  });

  it('takes from nobody what they were writing when the question ended', async () => {
    const session = run(STATUS, { ...ASKED, data: { questionId: 'q', question: 'What for?' } });
    const element = await shown(session);
    const question = section(element, 'question') as HTMLElement;
    const field = question.shadowRoot?.querySelector('textarea') as HTMLTextAreaElement;
    field.value = 'Plan gardens';
    field.dispatchEvent(new Event('input', { bubbles: true }));
    session.say(ANSWERED);
    await until(() => question.matches(':state(begun)'));
    session.advance(60_000);
    await settled(element);
    expect(visible(element)).to.include('question');
    expect(shadowPart(question, 'begun')?.textContent).to.contain('Plan gardens');
    // Whoever takes it is not sent elsewhere by what comes.
    shadowPart(question, 'base')?.focus();
    session.status('Writing');
    await settled(element);
    expect(element.shadowRoot?.activeElement).to.equal(question);
  });

  it('takes whoever is in what goes along', async () => {
    const session = run(STATUS, ASKED);
    const element = await shown(session);
    const base = shadowPart(element, 'base');
    shadowPart(section(element, 'question') as HTMLElement, 'send')?.focus();
    session.say(ANSWERED);
    await settled(element);
    session.advance(8000);
    await until(() => element.shadowRoot?.activeElement === base);
    expect(visible(element)).not.to.include('question');

    shadowPart(section(element, 'controls') as HTMLElement, 'stop')?.focus();
    session.say(STOPPED);
    await until(() => element.shadowRoot?.activeElement === base);
    expect(visible(element)).not.to.include('controls');
  });

  it('asks whether it is meant, and offers another run, where the page wants that', async () => {
    const session = run(STATUS);
    const element = await fixture<StatusPanelElement>(
      html`<status-panel confirm restartable .session=${session}></status-panel>`,
    );
    await settled(element);
    expect([element.confirm, element.restartable]).to.deep.equal([true, true]);
    const controls = section(element, 'controls') as HTMLElement;
    await until(() => controls.matches(':defined') && Reflect.get(controls, 'confirm') === true);
    shadowPart(controls, 'stop')?.click();
    await until(() => shadowPart(controls, 'yes') !== null);
    expect(session.calls).to.deep.equal([]);
    session.say(STOPPED);
    await until(() => shadowPart(controls, 'restart') !== null);
    expect(visible(element)).to.include('controls');
  });

  it('speaks of a session that is handed in, once where several show it', async () => {
    const session = run(STATUS);
    const [first, second] = [await shown(session), await shown(session)];
    const said = (panel: Element) => {
      const messenger = panel.shadowRoot?.querySelector('status-messenger')?.shadowRoot;
      return messenger?.querySelector('[role="alert"]')?.textContent ?? '';
    };
    session.say(ASKED);
    await until(() => said(first).includes('Which colour?'));
    expect(said(second)).to.equal('');
    first.remove();
    session.say({ ...ASKED, data: { ...ASKED.data, questionId: 'r', question: 'Which size?' } });
    session.say(ANSWERED);
    await until(() => said(second).includes('Which size?'));
    // A messenger that is handed in speaks itself.
    const messenger = await fixture<StatusMessengerElement>(
      html`<status-messenger .session=${session}></status-messenger>`,
    );
    second.session = messenger;
    await settled(second);
    session.say({ ...ASKED, data: { ...ASKED.data, questionId: 's', question: 'Which shape?' } });
    const heard = () => messenger.shadowRoot?.querySelector('[role="alert"]')?.textContent ?? '';
    await until(() => [heard(), said(second)].some((each) => each.includes('Which shape?')));
    expect([heard(), said(second)].filter((each) => each.includes('Which shape?')).length).to.equal(1);
  });

  it('by the keyboard: all can be reached in the order in which it stands', async () => {
    const element = await shown(run(STATUS, ASKED));
    const focused = () => element.shadowRoot?.activeElement?.localName;
    const order: Array<string | undefined> = [];
    for (let i = 0; i < 20; i++) {
      await sendKeys({ press: 'Tab' });
      const now = focused();
      if (now === undefined) break;
      if (order.at(-1) !== now) order.push(now);
      if (now === 'status-timeline') break;
    }
    expect(order).to.deep.equal(['status-controls', 'status-question', 'status-timeline']);
  });

  it('what the page puts into a slot is there alone, and finds the session', async () => {
    const session = run(STATUS, RESULT, ASKED);
    const element = await fixture<StatusPanelElement>(html`
      <status-panel .session=${session}>
        <p slot="status">My own line</p>
        <p slot="connection">Mine</p>
        <status-question slot="question"></status-question>
        <status-progress slot="progress" step="no such"></status-progress>
        <p slot="timeline">No timeline</p>
        <p slot="results">Mine</p>
        <status-controls slot="controls" confirm></status-controls>
        <status-connection class="more"></status-connection>
      </status-panel>
    `);
    await settled(element);
    const own = [...element.children];
    expect(own.every((child) => child.getBoundingClientRect().height > 0)).to.equal(true);
    expect(visible(element)).to.deep.equal([]);
    expect(['question', 'timeline', 'results'].map((name) => section(element, name))).to.deep.equal([null, null, null]);
    const more = element.querySelector('.more') as HTMLElement;
    await until(() => shadowPart(more, 'label')?.textContent === 'Live');
    const controls = element.querySelector('status-controls') as HTMLElement;
    shadowPart(controls, 'stop')?.click();
    await until(() => shadowPart(controls, 'yes') !== null);
    await accessible(element);
    shadowPart(controls, 'yes')?.click();
    expect(session.calls).to.deep.equal([['cancel']]);
    // What is taken out of its slot gives way to the kit's element, and what comes later takes its place.
    controls.remove();
    await until(() => visible(element).includes('controls'));
    element.append(controls);
    await until(() => section(element, 'controls') === null);
  });

  it('hands out its words, and its parts to be styled', async () => {
    const session = run(STATUS, RESULT);
    const element = await shown(session);
    element.words = { stop: 'Halt!', panel: 'My run' };
    const controls = section(element, 'controls') as HTMLElement;
    await until(() => shadowPart(controls, 'stop')?.textContent?.trim() === 'Halt!');
    expect(shadowPart(element, 'base')?.ariaLabel).to.equal('My run');
    const style = document.createElement('style');
    const parts = ['line-message', 'line-time', 'indicator', 'controls-stop', 'timeline-scroller', 'results-heading'];
    style.textContent = parts
      .map((name) => `status-panel::part(${name}) { outline: 3px solid rgb(1, 2, 3); }`)
      .join('');
    document.head.append(style);
    const inner = [
      ...['line-message', 'line-time', 'indicator'].map((name) => shadowPart(element, name)),
      shadowPart(controls, 'stop'),
      shadowPart(section(element, 'timeline') as HTMLElement, 'scroller'),
      shadowPart(section(element, 'results') as HTMLElement, 'heading'),
    ];
    for (const each of inner) expect(each && getComputedStyle(each).outlineColor).to.equal('rgb(1, 2, 3)');
    style.remove();
  });

  it('stands in two columns where there is room and are results, and in one of 320 px, from right to left too', async () => {
    await import('../../../components/words/languages/ar.js');
    const element = await shown(run({ type: 'status', data: 'a'.repeat(300) }, ASKED));
    const box = (name: string) => shadowPart(element, name)?.getBoundingClientRect() as DOMRect;
    element.style.inlineSize = '1000px';
    element.style.maxInlineSize = 'none';
    expect(box('timeline').width).to.be.greaterThan(900);
    (element.session as TestSession).say({ ...RESULT, data: { agent: 'x'.repeat(300), data: '<b>'.repeat(300) } });
    await until(() => box('results').width > 0);
    expect(box('results').left).to.be.greaterThan(box('timeline').right);
    element.dir = 'rtl';
    element.lang = 'ar';
    await until(() => box('results').right < box('timeline').left);
    for (const variant of ['full', 'compact'] as const) {
      element.style.inlineSize = '320px';
      element.variant = variant;
      await settled(element);
      for (const details of element.shadowRoot?.querySelectorAll('details') ?? []) details.open = true;
      await settled(element);
      expect(box('results').top).to.be.greaterThan(box('timeline').top);
      const { scrollWidth, clientWidth } = shadowPart(element, 'base') as HTMLElement;
      expect(scrollWidth).to.be.at.most(clientWidth);
      await accessible(element);
    }
  });

  it('shows as text whatever comes', async () => {
    const hostile = '<img src="/broken" onerror="window.broken = 1"><script>window.broken = 1</script>';
    const session = run({ type: 'status', data: hostile });
    const element = await shown(session);
    expect(line(element)).to.equal(hostile);
    session.say({ type: 'error', data: { message: hostile, fatal: true } });
    await until(() => element.matches(':state(failed)'));
    expect(line(element)).to.contain(hostile);
    const compact = await shown(run(STATUS, { type: 'complete', data: { summary: hostile } }), 'compact');
    expect(line(compact)).to.contain(hostile);
    expect('broken' in window).to.equal(false);
  });
});
