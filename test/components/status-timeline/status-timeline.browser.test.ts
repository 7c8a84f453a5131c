import { expect, fixture, html } from '@open-wc/testing';
import { sendKeys } from '@web/test-runner-commands';
import '../../../components/define.js';
import type { StatusTimelineElement } from '../../../components/index.js';
import { TestSession } from '../../../components/testing/index.js';
import type { Message } from '../../../protocol/index.js';
import { newSession, server, shadowPart, status, still, until } from '../../helpers/in-browser.js';

type Said = Pick<Message, 'type' | 'data'> & Partial<Message>;

/** Rows that are drawn while the end is followed, and each time that there is more. */
const END = 40;
const PAGE = 100;

const say = (text: string, more: Partial<Message> = {}): Said => ({ type: 'status', data: text, ...more });
const event = (name: string, step: string, data: object = {}, more: Partial<Message> = {}): Said => ({
  type: 'event',
  data: { event: name, step, ...data },
  ...more,
});
const began = (step: string, more: Partial<Message> = {}) => event('step_started', step, {}, more);
const many = (count: number, from = 1) => Array.from({ length: count }, (_, i) => say(`entry ${from + i}`));

async function shown(session: TestSession, height = '300px'): Promise<StatusTimelineElement> {
  const element = await fixture<StatusTimelineElement>(html`<status-timeline .session=${session}></status-timeline>`);
  element.style.maxBlockSize = height;
  await element.updateComplete;
  return element;
}

const all = (element: Element, selector: string) => [
  ...(element.shadowRoot?.querySelectorAll<HTMLElement>(selector) ?? []),
];
const texts = (element: Element, name = 'text') =>
  all(element, `[part~="${name}"]`).map(({ textContent }) => textContent?.trim());
const toggle = (element: Element, label: string) =>
  all(element, '[part="toggle"]').find((button) => button.querySelector('[part="text"]')?.textContent === label);
const isOpen = (element: Element, label: string) => toggle(element, label)?.ariaExpanded === 'true';
const scroller = (element: Element) => shadowPart(element, 'scroller') as HTMLElement;
const isAtEnd = (element: Element) => {
  const { scrollHeight, scrollTop, clientHeight } = scroller(element);
  return scrollHeight - scrollTop - clientHeight <= 12;
};
const latest = (element: Element) => shadowPart(element, 'latest')?.textContent?.trim();
async function scrollTo(element: Element, top: number): Promise<void> {
  scroller(element).scrollTop = top;
  await until(() => !element.matches(':state(following)'), 'that it stays where it is');
}
async function accessible(element: Element): Promise<void> {
  await still(element);
  await expect(element).to.be.accessible();
}

function work(): TestSession {
  const session = new TestSession();
  session.say(
    say('Starting'),
    began('read', { agent: 'Reader' }),
    say('Chapter one', { step: 'read' }),
    event('step_finished', 'read'),
    began('write', { agent: 'Writer' }),
    say('A draft', { step: 'write', level: 'warning' }),
    { type: 'question', data: { questionId: 'q', question: 'Which title?' }, step: 'write' },
    event('tool_started', 'print', {}, { step: 'write' }),
    say('No paper', { step: 'print', level: 'error' }),
    event('tool_failed', 'print', { error: 'The printer is out of paper' }),
    { type: 'result', data: { agent: 'Writer', data: { pages: [1, 2, 3] } }, step: 'write' },
    { type: 'error', data: { message: 'The cache is full' } },
  );
  return session;
}

describe('<status-timeline>', () => {
  it('shows what happens as nested lists: finished steps folded up, failed ones open, all of it accessible', async () => {
    const session = new TestSession();
    const element = await shown(session);
    expect(texts(element, 'empty')).to.deep.equal(['Nothing has happened yet']);
    expect(element.matches(':state(empty)')).to.equal(true);
    await accessible(element);

    element.session = work();
    await until(() => texts(element).length > 0);
    expect(element.matches(':state(empty)')).to.equal(false);
    expect(texts(element)).to.deep.equal([
      'Starting',
      'read',
      'write',
      'A draft',
      'Which title?',
      'print',
      'No paper',
      'Result of Writer',
      'The cache is full',
    ]);
    expect([isOpen(element, 'read'), isOpen(element, 'write'), isOpen(element, 'print')]).to.deep.equal([
      false,
      true,
      true,
    ]);
    expect(texts(element, 'detail')).to.deep.equal(['The printer is out of paper', '{"pages":[1,2,3]}']);
    expect(all(element, '[part="list"] [part="list"] [part="list"] [part~="status"]').length).to.equal(1);
    const kinds = ['step', 'tool', 'status', 'question', 'result', 'error'];
    for (const kind of kinds) expect(shadowPart(element, kind), kind).not.to.equal(null);
    expect(shadowPart(element, 'question')?.textContent).to.contain('Question: Which title?');
    expect(all(element, '[part~="question"] .waiting').length).to.equal(1);
    await accessible(element);
  });

  it('tells once why a step has failed whose own step has failed for the same', async () => {
    const session = new TestSession();
    const element = await shown(session);
    session.say(
      began('publish'),
      began('upload', { step: 'publish' }),
      event('step_failed', 'upload', { error: 'The disk is full' }),
      event('step_failed', 'publish', { error: 'The disk is full' }),
    );
    await until(() => texts(element, 'detail').length > 0);
    expect(shadowPart(element, 'detail')?.closest('li')?.querySelector('[part="text"]')?.textContent).to.equal(
      'upload',
    );
    expect(texts(element, 'detail')).to.deep.equal(['The disk is full']);
    shadowPart(element, 'toggle')?.click();
    await until(() => !texts(element).includes('upload'));
    expect(texts(element, 'detail')).to.deep.equal(['The disk is full']);
  });

  it('shows answers, amounts, ends and what is missing at their times', async () => {
    const session = work();
    const element = await shown(session);
    session.say(
      { type: 'answered', data: { questionId: 'q', outcome: 'answered', answer: 'Blue', by: 'Ann' } },
      { type: 'progress', data: { value: 3, max: 10, message: 'Pages' } },
      { type: 'complete', data: { summary: 'All is written' } },
    );
    await until(() => shadowPart(element, 'end') !== null);
    expect(shadowPart(element, 'answer')?.textContent).to.contain('Answered: Blue');
    expect(shadowPart(element, 'progress')?.textContent).to.contain('Pages · 3 of 10');
    expect(shadowPart(element, 'end')?.textContent).to.contain('All is written');
    expect(texts(element, 'time').at(0)).to.match(/\d:\d\d/);
    const time = shadowPart(element, 'time') as HTMLTimeElement;
    expect(new Date(time.dateTime).getTime()).to.equal(session.state.messages[0]?.ts);
    expect(time.title).to.contain('2023');
    await accessible(element);
    const late = new TestSession();
    late.say({ ...say('late'), id: 'aaaaaaaa-7' });
    element.session = late;
    await until(() => shadowPart(element, 'gap') !== null);
    expect(texts(element)).to.deep.equal(['Earlier entries are not kept any more', 'late']);
    await accessible(element);
  });

  it('durations tick while the server is heard', async () => {
    const session = new TestSession();
    session.say(began('read', { ts: session.serverNow - 5000 }), say('in it', { step: 'read' }));
    const element = await shown(session);
    const time = () => texts(element, 'time')[0];
    expect(time()).to.equal('5s');
    session.advance(3000);
    await until(() => time() === '8s', 'a tick');
    session.setConnection({ status: 'offline', since: Date.now() });
    await until(() => element.matches(':state(stale)'));
    expect(all(element, '[part="indicator"].stale').length).to.equal(1);
    await accessible(element);
    session.setConnection('live');
    session.say(event('step_finished', 'read', {}, { ts: session.serverNow + 2000 }));
    await until(() => time() === '10s');
  });

  it('keeps open what the reader opened, and closed what they closed; by the keyboard alone', async () => {
    const session = work();
    const element = await shown(session, '600px');
    toggle(element, 'read')?.focus();
    await sendKeys({ press: 'Enter' });
    await until(() => isOpen(element, 'read'));
    expect(texts(element)).to.contain('Chapter one');
    await sendKeys({ press: 'Tab' });
    expect(element.shadowRoot?.activeElement).to.equal(toggle(element, 'write'));
    await sendKeys({ press: ' ' });
    await until(() => !isOpen(element, 'write'));
    expect(texts(element, 'steps')).to.deep.equal(['1 step']);
    session.say(say('more', { step: 'write' }), event('step_finished', 'write'), say('end'));
    await until(() => texts(element).includes('end'));
    expect([isOpen(element, 'read'), isOpen(element, 'write')]).to.deep.equal([true, false]);
    expect(element.shadowRoot?.activeElement).to.equal(toggle(element, 'write'));
    await accessible(element);
  });

  it('folds up no step in which somebody is', async () => {
    const session = new TestSession();
    session.say(began('outer'), began('inner', { step: 'outer' }), say('in it', { step: 'inner' }));
    const element = await shown(session);
    toggle(element, 'inner')?.focus();
    session.say(event('step_finished', 'inner'), event('step_finished', 'outer'), say('end'));
    await until(() => texts(element).includes('end'));
    expect(isOpen(element, 'outer')).to.equal(true);
    expect(element.shadowRoot?.activeElement).to.equal(toggle(element, 'inner'));
    toggle(element, 'inner')?.blur();
    session.say(say('another'));
    await until(() => !isOpen(element, 'outer'));
  });

  it('follows the end until the reader scrolls up, counts what is new, and goes back by a button', async () => {
    const session = new TestSession();
    session.say(began('read'), ...many(50).map((message) => ({ ...message, step: 'read' })));
    const element = await shown(session);
    await until(() => isAtEnd(element), 'the end');
    expect(element.matches(':state(following)')).to.equal(true);
    session.say(say('more', { step: 'read' }));
    await until(() => texts(element).includes('more') && isAtEnd(element), 'the new end');
    expect(latest(element)).to.equal(undefined);

    await scrollTo(element, 400);
    await until(() => latest(element) === 'To the latest');
    await accessible(element);
    const { scrollTop } = scroller(element);
    session.say(say('one', { step: 'read' }), say('two'), event('step_finished', 'read'));
    await until(() => latest(element) === '2 new entries');
    expect(scroller(element).scrollTop).to.equal(scrollTop);
    expect(isOpen(element, 'read'), 'what is being read does not fold up').to.equal(true);
    await accessible(element);

    shadowPart(element, 'latest')?.focus();
    await sendKeys({ press: 'Enter' });
    await until(() => latest(element) === undefined && isAtEnd(element));
    expect(element.shadowRoot?.activeElement).to.equal(scroller(element));
    expect(isOpen(element, 'read')).to.equal(false);
  });

  it('follows the end, too, where each new entry takes the place of an old one, so that its height stays the same', async () => {
    const session = new TestSession();
    session.say(...many(PAGE));
    const element = await shown(session);
    await until(() => isAtEnd(element) && element.matches(':state(following)'));
    for (let i = 1; i <= 20; i++) {
      const text = `entry ${PAGE + i}${i % 3 === 0 ? ' that is longer than its line'.repeat(9) : ''}`;
      session.say(say(text));
      await until(() => texts(element).at(-1) === text);
      // Browsers tell in the next frame that it has scrolled.
      await new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)));
    }
    expect(element.matches(':state(following)')).to.equal(true);
    expect(isAtEnd(element)).to.equal(true);
  });

  it('follows again when the reader scrolls back to the end', async () => {
    const session = new TestSession();
    session.say(...many(50));
    const element = await shown(session);
    await until(() => isAtEnd(element));
    await scrollTo(element, 400);
    scroller(element).scrollTop = scroller(element).scrollHeight;
    await until(() => element.matches(':state(following)') && latest(element) === undefined);
    session.say(say('more'));
    await until(() => texts(element).includes('more') && isAtEnd(element));
  });

  it('what is opened is not pushed away by what comes', async () => {
    const session = new TestSession();
    session.say(began('read'), ...many(40).map((message) => ({ ...message, step: 'read' })));
    session.say(event('step_finished', 'read'), ...many(9));
    const element = await shown(session);
    await until(() => isAtEnd(element));
    const before = toggle(element, 'read')?.getBoundingClientRect().top;
    toggle(element, 'read')?.click();
    await until(() => latest(element) !== undefined);
    session.say(...many(20));
    await until(() => latest(element) === '20 new entries');
    expect(toggle(element, 'read')?.getBoundingClientRect().top).to.equal(before);
  });

  it('draws no more of 10,000 entries than are read, and no more at once than a page', async () => {
    const session = new TestSession();
    const element = await shown(session);
    const rows = () => all(element, 'li').length;
    // How many rows were added at once.
    let batches: number[] = [];
    const observer = new MutationObserver((records) => {
      const nodes = records.flatMap(({ addedNodes }) => [...addedNodes]).filter((node) => node instanceof Element);
      batches.push(
        nodes.reduce((sum, node) => sum + node.querySelectorAll('li').length + (node.matches('li') ? 1 : 0), 0),
      );
    });
    const added = () => {
      const sizes = batches;
      batches = [];
      return sizes.filter((size) => size > 0);
    };
    observer.observe(element.shadowRoot as ShadowRoot, { subtree: true, childList: true });

    session.say(...many(10_000));
    await until(() => texts(element).includes('entry 10000') && isAtEnd(element));
    expect([rows(), ...added()]).to.deep.equal([END, END]);
    session.say(say('one more'));
    await until(() => texts(element).includes('one more'));
    expect([rows(), ...added()]).to.deep.equal([END, 1]);
    // Nothing is drawn for what only counts.
    session.setConnection('live');
    await element.updateComplete;
    expect(added()).to.deep.equal([]);

    await scrollTo(element, 300);
    session.say(...many(450, 20_001));
    await until(() => texts(element).includes('entry 20450'));
    expect(rows()).to.equal(END + 450);
    expect(added()).to.deep.equal([PAGE, PAGE, PAGE, PAGE, 50]);
    shadowPart(element, 'latest')?.click();
    await until(() => rows() === END && isAtEnd(element));
    observer.disconnect();
  });

  it('shows earlier entries by a button or by scrolling up, and what was seen stays where it is', async () => {
    const session = new TestSession();
    const element = await shown(session);
    session.say(...many(350));
    await until(() => texts(element).includes('entry 350') && isAtEnd(element));
    await scrollTo(element, 300);
    const place = () =>
      all(element, 'li')
        .find((item) => item.textContent?.includes('entry 330'))
        ?.getBoundingClientRect().top ?? 0;
    const before = place();
    shadowPart(element, 'earlier')?.click();
    await until(() => texts(element).includes('entry 211'));
    await until(() => Math.abs(place() - before) <= 2, 'its place');
    expect(all(element, 'li').length).to.equal(END + PAGE);
    await accessible(element);
    scroller(element).scrollTop = 100;
    await until(() => texts(element).includes('entry 111'));
    scroller(element).scrollTop = 50;
    await until(() => texts(element).includes('entry 11'));
    scroller(element).scrollTop = 20;
    await until(() => texts(element).includes('entry 1'));
    expect(shadowPart(element, 'earlier')).to.equal(null);
    expect(all(element, 'li').length).to.equal(350);
  });

  it('where there are two agents or more, shows those that are chosen, and tells of the choice', async () => {
    const session = new TestSession();
    session.say(began('read', { agent: 'Reader' }), say('Chapter one', { step: 'read' }));
    const element = await shown(session);
    expect(shadowPart(element, 'agents')).to.equal(null);
    session.say(say('A draft', { agent: 'Writer' }), say('nobody says'));
    await until(() => shadowPart(element, 'agents') !== null);
    expect(texts(element, 'agent')).to.deep.equal(['All', 'Reader', 'Writer']);
    expect(texts(element, 'name')).to.deep.equal(['Reader', 'Writer']);
    const pressed = () => all(element, '[part="agent"]').map((button) => button.ariaPressed === 'true');
    expect(pressed()).to.deep.equal([true, false, false]);
    const heard: string[] = [];
    element.addEventListener('agentschange', () => heard.push(element.agents.join()));

    all(element, '[part="agent"]')[1]?.focus();
    await sendKeys({ press: 'Enter' });
    await until(() => texts(element).length === 2);
    expect(texts(element)).to.deep.equal(['read', 'Chapter one']);
    expect(pressed()).to.deep.equal([false, true, false]);
    expect(element.matches(':state(filtered)')).to.equal(true);
    await accessible(element);
    await sendKeys({ press: 'Tab' });
    await sendKeys({ press: ' ' });
    await until(() => texts(element).length === 3);
    all(element, '[part="agent"]')[0]?.click();
    await until(() => texts(element).length === 4);
    expect(heard).to.deep.equal(['Reader', 'Reader,Writer', '']);
  });

  it('can be preset to agents, also to those of whom nothing was heard yet', async () => {
    const session = new TestSession();
    session.say(say('one', { agent: 'Reader' }));
    const element = await fixture<StatusTimelineElement>(
      html`<status-timeline .session=${session} .agents=${['Writer']}></status-timeline>`,
    );
    await element.updateComplete;
    expect(texts(element, 'empty')).to.deep.equal(['Nothing of Writer yet']);
    expect(texts(element, 'agent')).to.deep.equal(['All', 'Reader', 'Writer']);
    session.say(say('two', { agent: 'Writer' }));
    await until(() => texts(element).join() === 'two');
    Object.assign(element, { agents: undefined });
    await until(() => texts(element).join() === 'one,two');
  });

  it('with another session, whom the reader chose of the one before hides nothing; whom the page chose is meant', async () => {
    const [first, second] = [new TestSession(), new TestSession()];
    first.say(say('one', { agent: 'Reader' }), say('two', { agent: 'Writer' }));
    second.say(say('three', { agent: 'Editor' }));
    const element = await shown(first);
    await until(() => texts(element, 'agent').length === 3);
    all(element, '[part="agent"]')[2]?.click();
    await until(() => texts(element).join() === 'two');
    element.session = second;
    await until(() => texts(element).join() === 'three');
    expect(element.agents).to.deep.equal([]);
    element.agents = ['Writer'];
    element.session = first;
    await until(() => texts(element).join() === 'two');
    element.session = second;
    await until(() => texts(element, 'empty').join() === 'Nothing of Writer yet');
  });

  it('begins anew with another session', async () => {
    const session = work();
    const element = await shown(session);
    const next = new TestSession();
    next.say(say('of the next'));
    element.session = next;
    await until(() => texts(element).join() === 'of the next');
    session.say(say('of the one before'));
    await element.updateComplete;
    expect(texts(element).join()).to.equal('of the next');
  });

  it('fits into 320 px in either direction, and mirrors', async () => {
    await import('../../../components/words/languages/ar.js');
    for (const dir of ['ltr', 'rtl'] as const) {
      const box = await fixture<HTMLElement>(html`<div dir=${dir} lang=${dir === 'rtl' ? 'ar' : 'en'}></div>`);
      box.style.inlineSize = '320px';
      const session = work();
      session.say(say('x'.repeat(300), { step: 'print' }), began('long '.repeat(40), { agent: 'y'.repeat(90) }));
      const element = document.createElement('status-timeline');
      element.session = session;
      box.append(element);
      await element.updateComplete;
      expect(box.scrollWidth).to.be.at.most(box.clientWidth);
      expect(scroller(element).scrollWidth).to.be.at.most(scroller(element).clientWidth);
      const item = shadowPart(element, 'step');
      const [sign, time] = ['indicator', 'time'].map(
        (name) => item?.querySelector(`[part="${name}"]`)?.getBoundingClientRect().left,
      );
      expect((sign ?? 0) < (time ?? 0)).to.equal(dir === 'ltr');
      await accessible(element);
    }
  });

  it('shows whatever comes as text', async () => {
    const evil =
      '<img src=x onerror="window.broken=1"><script>window.broken=1</script>"\'><style>*{display:none}</style>';
    const session = new TestSession();
    session.say(
      say(evil, { agent: evil }),
      event('step_started', evil, { label: evil }, { agent: `${evil}2` }),
      say(evil, { step: evil, level: 'error' }),
      {
        type: 'question',
        data: { questionId: evil, question: evil, choices: [{ value: 'a', label: evil }] },
        step: evil,
      },
      { type: 'answered', data: { questionId: evil, outcome: 'answered', answer: 'a', by: evil } },
      { type: 'progress', data: { step: evil, value: 1, message: evil, unit: evil } },
      { type: 'result', data: { agent: evil, data: { [evil]: evil } } },
      { type: 'result', data: { agent: evil, data: evil } },
      { type: 'error', data: { message: evil } },
      event('step_failed', evil, { error: evil }),
      { type: 'progress', data: { value: 1, message: evil, unit: evil } },
      { type: 'complete', data: { summary: evil } },
    );
    const element = await shown(session);
    await until(() => shadowPart(element, 'end') !== null);
    expect(element.shadowRoot?.querySelector('img, script, ul style')).to.equal(null);
    expect(texts(element).filter((text) => text?.includes(evil)).length).to.be.at.least(8);
    expect((window as { broken?: number }).broken).to.equal(undefined);
    await accessible(element);
  });

  it('speaks to nobody by itself', async () => {
    const element = await shown(work());
    expect(element.shadowRoot?.querySelector('[role="status"], [role="alert"], [role="log"], [aria-live]')).to.equal(
      null,
    );
  });

  it('takes no focus that it did not have, and is found when it is looked for', async () => {
    const session = work();
    const element = await shown(session);
    const input = await fixture<HTMLInputElement>(html`<input aria-label="mine" />`);
    input.focus();
    session.say(event('step_finished', 'write'), ...many(200));
    await until(() => texts(element).includes('entry 200'));
    expect(document.activeElement).to.equal(input);
    element.focus();
    await sendKeys({ press: 'Tab' });
    shadowPart(element, 'scroller')?.focus();
    expect(element.shadowRoot?.activeElement).to.equal(scroller(element));
  });

  it('follows a real messenger that it stands in, through a loss and back, each message once', async () => {
    const id = newSession();
    const root = await fixture(html`
      <status-messenger url="/ws" session-id=${id}><status-timeline></status-timeline></status-messenger>
    `);
    const element = root.querySelector('status-timeline') as StatusTimelineElement;
    await status(id, 'one');
    await until(() => texts(element).join() === 'one');
    await server({ do: 'cut', sessionId: id, hold: true });
    await until(() => element.matches(':state(stale)'));
    await status(id, 'two');
    await server({ do: 'release', sessionId: id });
    await until(() => texts(element).join() === 'one,two');
    await status(id, 'three');
    await until(() => texts(element).join() === 'one,two,three');
  });
});
