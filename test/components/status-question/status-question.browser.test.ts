import { expect, fixture, html } from '@open-wc/testing';
import { sendKeys } from '@web/test-runner-commands';
import '../../../components/define.js';
import type { Reply, StatusQuestionElement } from '../../../components/index.js';
import { TestSession } from '../../../components/testing/index.js';
import type { QuestionData } from '../../../protocol/index.js';
import { catchConsole, newSession, server, shadowPart, still, until } from '../../helpers/in-browser.js';

/** A session of its own: what is begun in one is not begun in another. */
class Session extends TestSession {
  constructor() {
    super({ sessionId: newSession() });
  }

  ask({ question = 'Which?', ...more }: Partial<QuestionData> = {}, agent?: string): this {
    this.question(question, { questionId: 'q', ...more }, agent ? { agent } : {});
    return this;
  }

  end(outcome: string, rest: object = {}, questionId = 'q'): void {
    this.say({ type: 'answered', data: { questionId, outcome, ...rest } });
  }
}

async function shown(session: TestSession): Promise<StatusQuestionElement> {
  const element = await fixture<StatusQuestionElement>(html`<status-question .session=${session}></status-question>`);
  await element.updateComplete;
  return element;
}

type Control = HTMLInputElement & HTMLTextAreaElement & HTMLSelectElement;

const text = (element: Element, name: string) => shadowPart(element, name)?.textContent?.trim() ?? '';
const all = (element: Element, selector: string) => [
  ...(element.shadowRoot?.querySelectorAll<Control>(selector) ?? []),
];
const control = (element: Element, i = 0) => all(element, `[name="field-${i}"]`)[0] as Control;
const press = (element: Element, name: string) => shadowPart(element, name)?.click();
const focused = (element: Element) => element.shadowRoot?.activeElement;
const sent = (session: TestSession) =>
  session.calls.filter(([call]) => call === 'sendAnswer').map(([, answer]) => answer);

function write(element: Element, value: string, i = 0): void {
  const field = control(element, i);
  field.value = value;
  field.dispatchEvent(new Event('input', { bubbles: true }));
}

const STATES = 'empty open urgent answered declined expired cancelled begun sending taken late refused unsent'.split(
  ' ',
);

/** Whether it is in exactly these states, and accessible. */
async function accessible(element: StatusQuestionElement, ...states: string[]): Promise<void> {
  await element.updateComplete;
  const actual = STATES.filter((state) => element.matches(`:state(${state})`));
  expect(actual).to.have.members(states);
  await still(element);
  await expect(element).to.be.accessible();
}

const CHOICES = [{ value: 'r', label: 'Red' }, { value: 'b', label: 'Blue' }, 'Green'];
const FORM = {
  type: 'object',
  description: 'As far as you know.',
  properties: {
    weeks: { type: 'integer', title: 'Weeks', minimum: 1, maximum: 52, default: 8 },
    platforms: { type: 'array', title: 'Platforms', items: { type: 'string', enum: ['Web', 'iOS'] }, minItems: 1 },
    size: { type: 'string', title: 'Size', enum: ['s', 'l'], enumNames: ['Small', 'Large'] },
    mail: { type: 'string', format: 'email', title: 'E-mail', description: 'To tell you.' },
    note: { type: 'string', title: 'Note' },
    personal: { type: 'boolean', title: 'Personal data' },
    at: { type: 'string', format: 'date-time', title: 'From' },
  },
  required: ['weeks', 'platforms', 'mail'],
};

describe('<status-question>', () => {
  it('says that nothing is asked', async () => {
    const element = await shown(new Session());
    expect(text(element, 'empty')).to.equal('No question is open');
    await accessible(element, 'empty');
  });

  it('takes a text by the keyboard: Enter sends, and it is accepted when the server says so', async () => {
    const session = new Session().ask({ question: 'What for?' }, 'planner');
    const element = await shown(session);
    expect(text(element, 'from')).to.equal('Question from planner');
    expect(text(element, 'question')).to.equal('What for?');
    await accessible(element, 'open');
    await sendKeys({ press: 'Tab' });
    expect(focused(element) === control(element)).to.equal(true);
    await sendKeys({ type: 'Plan gardens' });
    expect(session.calls).to.deep.equal([]);
    await sendKeys({ press: 'Enter' });
    expect(session.calls).to.deep.equal([['sendAnswer', 'Plan gardens', 'q']]);
    await accessible(element, 'open', 'sending');
    expect(text(element, 'note')).to.equal('Sending…');
    session.acknowledge();
    await until(() => text(element, 'note') === 'Accepted');
    await accessible(element, 'open', 'taken');
    session.end('answered', { answer: 'Plan gardens', by: 'me' });
    await until(() => shadowPart(element, 'form') === null);
    expect(text(element, 'answer')).to.equal('Plan gardens');
    expect(text(element, 'note')).to.equal('Accepted');
    expect(focused(element) === shadowPart(element, 'base')).to.equal(true);
    await accessible(element, 'answered', 'taken');
  });

  it('takes from nobody what they had written when the question ends', async () => {
    const session = new Session().ask({ question: 'What for?' });
    const element = await shown(session);
    write(element, 'Plan gardens');
    control(element).focus();
    session.end('answered', { answer: 'Nothing', by: 'Ada' });
    await until(() => text(element, 'begun') !== '');
    expect(session.announced).to.deep.equal(['Answered by Ada']);
    expect(text(element, 'begun')).to.equal('What you had begun: Plan gardens');
    expect(text(element, 'note')).to.equal('Answered by Ada');
    await accessible(element, 'answered', 'begun');
    // It stays while the next one is asked, which has nothing of it.
    session.question('Which size?', { questionId: 'r' });
    await until(() => text(element, 'question') === 'Which size?');
    expect(text(element, 'begun')).to.contain('Plan gardens');
    expect(control(element).value).to.equal('');

    const properties = { a: { type: 'string', title: 'Aim' }, b: { type: 'string', enum: ['x', 'y'] } };
    session.end('answered', {}, 'r');
    session.question('What else?', { questionId: 's', schema: { type: 'object', properties } });
    await until(() => text(element, 'question') === 'What else?');
    write(element, 'Two');
    press(element, 'send');
    session.end('expired', {}, 's');
    session.acknowledge({ accepted: false, reason: 'expired' });
    await until(() => text(element, 'begun').includes('Aim: Two'));
    element.session = new Session();
    await until(() => text(element, 'begun') === '');
  });

  it('what the application sends itself is not said to be lost', async () => {
    const session = new Session().ask();
    const element = await shown(session);
    element.addEventListener('answer', (event) => event.preventDefault());
    write(element, 'Plan gardens');
    shadowPart(element, 'send')?.focus();
    press(element, 'send');
    session.end('answered', { answer: 'Plan gardens' });
    await until(() => element.matches(':state(answered)'));
    expect([text(element, 'begun'), session.announced]).to.deep.equal(['', []]);
  });

  it('what was sent is not said to be lost', async () => {
    const session = new Session().ask();
    const element = await shown(session);
    write(element, 'Plan gardens');
    press(element, 'send');
    session.acknowledge();
    session.end('answered', { answer: 'Plan gardens' });
    await until(() => element.matches(':state(answered)'));
    expect(text(element, 'begun')).to.equal('');
  });

  it('says that an answer waits for the connection, and why none can be given', async () => {
    const session = new Session().ask();
    const element = await shown(session);
    session.setConnection('reconnecting');
    write(element, 'one');
    press(element, 'send');
    await until(() => text(element, 'note') === 'Is sent as soon as there is a connection');
    session.setConnection('live');
    await until(() => text(element, 'note') === 'Sending…');

    const other = await shown(new Session().ask());
    (other.session as Session).setConnection({ status: 'refused', code: 4403, reason: 'not yours' });
    await until(() => text(other, 'note') === 'Connection refused: not yours');
    const send = shadowPart(other, 'send');
    expect([send?.ariaDisabled, send?.getAttribute('aria-describedby')]).to.deep.equal(['true', 'note']);
    await accessible(other, 'open');
  });

  it('the second of two clicks, meant for the question before, answers nothing', async () => {
    const confirm = { schema: { type: 'boolean' } };
    const session = new Session().ask(confirm);
    const element = await shown(session);
    session.question('Delete?', { questionId: 'r', ...confirm });
    press(element, 'send');
    session.acknowledge();
    session.end('answered', { answer: true });
    await until(() => text(element, 'question') === 'Delete?');
    const click = (detail: number) =>
      shadowPart(element, 'send')?.dispatchEvent(
        new MouseEvent('click', { detail, bubbles: true, cancelable: true, composed: true }),
      );
    click(2);
    expect(sent(session)).to.deep.equal([true]);
    // One alone is no such mistake.
    click(1);
    await until(() => sent(session).length === 2);
  });

  it('while it is sent, stays as it is and keeps the focus', async () => {
    const session = new Session().ask();
    const element = await shown(session);
    control(element).focus();
    await sendKeys({ type: 'one' });
    await sendKeys({ press: 'Enter' });
    await until(() => element.matches(':state(sending)'));
    await sendKeys({ type: 'two' });
    await sendKeys({ press: 'Enter' });
    expect(control(element).value).to.equal('one');
    expect(focused(element) === control(element)).to.equal(true);
    press(element, 'send');
    press(element, 'decline');
    expect(session.calls.length).to.equal(1);
    const choice = new Session().ask({ choices: CHOICES });
    const other = await shown(choice);
    control(other).click();
    press(other, 'send');
    await until(() => other.matches(':state(sending)'));
    all(other, 'input')[1]?.click();
    control(other).focus();
    await sendKeys({ press: 'ArrowDown' });
    expect(all(other, 'input').map(({ checked }) => checked)).to.deep.equal([true, false, false]);
    await accessible(other, 'open', 'sending');
  });

  it('takes Shift+Enter for a new line, and an Enter that ends a composition for nothing', async () => {
    const session = new Session().ask();
    const element = await shown(session);
    write(element, 'かな');
    const enter = (init: KeyboardEventInit) =>
      control(element).dispatchEvent(
        new KeyboardEvent('keydown', { key: 'Enter', bubbles: true, composed: true, cancelable: true, ...init }),
      );
    expect(enter({ shiftKey: true })).to.equal(true);
    expect(enter({ isComposing: true })).to.equal(true);
    expect(enter({ keyCode: 229 })).to.equal(true);
    expect(session.calls).to.deep.equal([]);
    expect(enter({})).to.equal(false);
    expect(sent(session)).to.deep.equal(['かな']);
  });

  it('leaves Enter to the text where a finger points, and Ctrl+Enter sends', async () => {
    const own = Object.getOwnPropertyDescriptor(MediaQueryList.prototype, 'matches') as PropertyDescriptor;
    Object.defineProperty(MediaQueryList.prototype, 'matches', {
      ...own,
      get(this: MediaQueryList) {
        return this.media === '(pointer: coarse)' || own.get?.call(this);
      },
    });
    try {
      const session = new Session().ask();
      const element = await shown(session);
      expect(control(element).getAttribute('enterkeyhint')).to.equal('enter');
      control(element).focus();
      await sendKeys({ type: 'one' });
      await sendKeys({ press: 'Enter' });
      await sendKeys({ type: 'two' });
      expect(control(element).value).to.equal('one\ntwo');
      expect(sent(session)).to.deep.equal([]);
      const ctrlEnter = { key: 'Enter', ctrlKey: true, bubbles: true, composed: true, cancelable: true };
      control(element).dispatchEvent(new KeyboardEvent('keydown', ctrlEnter));
      await until(() => sent(session).length === 1, 'what was sent');
      expect(sent(session)).to.deep.equal(['one\ntwo']);
    } finally {
      Object.defineProperty(MediaQueryList.prototype, 'matches', own);
    }
  });

  it('lets one be chosen by the keyboard, marks the default, and asks for a choice where there is none', async () => {
    const session = new Session().ask({ choices: CHOICES, default: 'b' });
    const element = await shown(session);
    const marked = shadowPart(element, 'default')?.closest('[part="option"]');
    expect(marked?.textContent).to.contain('Blue');
    expect(shadowPart(element, 'answer') === null).to.equal(true);
    await accessible(element, 'open');
    press(element, 'send');
    await until(() => text(element, 'problem') === 'Choose one');
    await until(() => focused(element) === control(element));
    await accessible(element, 'open');
    await sendKeys({ press: 'ArrowDown' });
    await until(() => text(element, 'problem') === '');
    await sendKeys({ press: 'Enter' });
    expect(sent(session)).to.deep.equal(['b']);
  });

  it('lists many choices', async () => {
    const session = new Session().ask({ choices: [...'abcdefgh'], default: 'b' });
    const element = await shown(session);
    expect(control(element).localName).to.equal('select');
    expect(control(element).selectedOptions[0]?.value).to.equal('');
    expect(control(element).options[2]?.textContent).to.equal('b (default)');
    await accessible(element, 'open');
    press(element, 'send');
    await until(() => text(element, 'problem') === 'Choose one');
    write(element, 'h');
    press(element, 'send');
    expect(sent(session)).to.deep.equal(['h']);
  });

  it('says how many are to be chosen where just as many fit', async () => {
    const schema = { type: 'array', items: { type: 'string', enum: ['r', 'b'] }, minItems: 2, maxItems: 2 };
    const element = await shown(new Session().ask({ schema }));
    expect(text(element, 'hint')).to.equal('Choose exactly 2');
  });

  it('lets several be chosen, as many as are asked for', async () => {
    const schema = { type: 'array', items: { type: 'string', enum: ['r', 'b', 'Green'] }, minItems: 2, maxItems: 3 };
    const session = new Session().ask({ choices: CHOICES, schema });
    const element = await shown(session);
    expect(text(element, 'hint')).to.equal('Choose at least 2 · Choose at most 3');
    expect(all(element, '[part="option"]').map(({ textContent }) => textContent?.trim())).to.deep.equal([
      'Red',
      'Blue',
      'Green',
    ]);
    const [red, , green] = all(element, 'input');
    red?.click();
    press(element, 'send');
    await until(() => text(element, 'problem') === 'Choose at least 2');
    await accessible(element, 'open');
    green?.click();
    press(element, 'send');
    expect(sent(session)).to.deep.equal([['r', 'Green']]);
  });

  it('takes yes or no, and says what counts without an answer', async () => {
    const session = new Session().ask({ schema: { type: 'boolean' }, default: true });
    const element = await shown(session);
    expect(text(element, 'answer')).to.equal('Without an answer: Yes');
    expect(all(element, '[part="send"]').map(({ textContent }) => textContent?.trim())).to.deep.equal(['Yes', 'No']);
    await accessible(element, 'open');
    await sendKeys({ press: 'Tab' });
    await sendKeys({ press: 'Tab' });
    await sendKeys({ press: 'Enter' });
    expect(sent(session)).to.deep.equal([false]);
  });

  it('says before what a text may be, and has one line for what is short', async () => {
    const short = await shown(new Session().ask({ schema: { type: 'string', minLength: 3, maxLength: 20 } }));
    expect(text(short, 'hint')).to.equal('Use at least 3 characters · Use at most 20 characters');
    expect([control(short).localName, control(short).type]).to.deep.equal(['input', 'text']);
    write(short, 'ab');
    press(short, 'send');
    await until(() => text(short, 'problem') === 'Use at least 3 characters');
    await accessible(short, 'open');
    const long = await shown(new Session().ask({ schema: { type: 'string', maxLength: 5000 } }));
    expect([control(long).localName, text(long, 'hint')]).to.deep.equal(['textarea', '']);
  });

  it('a question that is longer than a screen scrolls, by the keyboard too', async () => {
    const element = await shown(new Session().ask({ question: 'Is it so? '.repeat(500) }));
    const question = shadowPart(element, 'question') as HTMLElement;
    expect(question.scrollHeight).to.be.greaterThan(question.clientHeight);
    expect(question.clientHeight).to.be.lessThan(500);
    await sendKeys({ press: 'Tab' });
    expect(focused(element) === question).to.equal(true);
    await accessible(element, 'open');
  });

  it('takes a form, and leads to each field that does not fit', async () => {
    const session = new Session().ask({ schema: FORM });
    const element = await shown(session);
    expect(all(element, '[part="hint"]').map(({ textContent }) => textContent)).to.deep.equal([
      'As far as you know.',
      'At least 1 · At most 52',
      'To tell you.',
    ]);
    expect(control(element).value).to.equal('8');
    await accessible(element, 'open');
    write(element, '99');
    write(element, 'a@', 3);
    press(element, 'send');
    await until(() => focused(element) === control(element));
    const problems = () =>
      all(element, '[part="problem"]')
        .map(({ textContent }) => textContent)
        .filter(Boolean);
    expect(problems()).to.deep.equal([
      'At most 52',
      'Choose at least 1',
      'Enter an e-mail address, like name@example.com',
    ]);
    expect(all(element, '[part="summary"] button')[0]?.textContent).to.equal('Weeks: At most 52');
    await accessible(element, 'open');
    all(element, '[part="summary"] button')[2]?.click();
    expect(focused(element) === control(element, 3)).to.equal(true);
    write(element, 'ann@example.com', 3);
    write(element, '4');
    await until(() => problems().length === 1);
    expect(shadowPart(element, 'summary') === null).to.equal(true);
    control(element, 1).click();
    write(element, 'l', 2);
    control(element, 5).click();
    write(element, '2026-01-31T12:00', 6);
    control(element, 4).focus();
    await sendKeys({ press: 'Enter' });
    const at = new Date('2026-01-31T12:00').toISOString();
    expect(sent(session)).to.deep.equal([
      { weeks: 4, platforms: ['Web'], size: 'l', mail: 'ann@example.com', personal: true, at },
    ]);
  });

  it('takes nothing for an answer that the browser cannot read', async () => {
    const session = new Session().ask({ schema: { type: 'number' } });
    const element = await shown(session);
    control(element).focus();
    await sendKeys({ type: '1e' });
    await sendKeys({ press: 'Enter' });
    await until(() => text(element, 'problem') === 'Enter a number');
    expect(session.calls).to.deep.equal([]);
    expect(control(element).getAttribute('aria-invalid')).to.equal('true');
  });

  it('says why the server did not take it, at the field that it names, and lets it be mended', async () => {
    const session = new Session().ask({ schema: FORM });
    const element = await shown(session);
    write(element, 'ann@example.com', 3);
    control(element, 1).click();
    press(element, 'send');
    session.acknowledge({ accepted: false, reason: 'mail: is blocked' });
    await until(() => text(element, 'field') !== '' && element.matches(':state(refused)'));
    const named = all(element, '[aria-invalid="true"]');
    expect(named).to.deep.equal([control(element, 3)]);
    const described = named[0]?.getAttribute('aria-describedby')?.split(' ') ?? [];
    expect(described.map((id) => element.shadowRoot?.getElementById(id)?.textContent).join(' ')).to.equal(
      'To tell you. Not accepted: is blocked',
    );
    await accessible(element, 'open', 'refused');
    write(element, 'bob@example.com', 3);
    await until(() => all(element, '[aria-invalid="true"]').length === 0);
    press(element, 'send');
    session.acknowledge({ accepted: false, reason: 'not today' });
    await until(() => shadowPart(element, 'form')?.textContent?.includes('Not accepted: not today') === true);
    press(element, 'send');
    const caught = catchConsole();
    session.abandon(new Error('status-messenger: gone'));
    await until(() => text(element, 'note') === 'Could not be sent');
    caught.restore();
    expect(caught.lines).to.deep.equal(['error status-messenger: gone']);
    await accessible(element, 'open', 'unsent');
    write(element, 'none', 3);
    press(element, 'send');
    await until(() => text(element, 'note') === '' && !element.matches(':state(unsent)'));
    expect(session.announced).to.deep.equal([
      'Not accepted: mail: is blocked',
      'Not accepted: not today',
      'Could not be sent',
    ]);
    expect(sent(session).length).to.equal(3);
  });

  it('says that somebody else was faster, and who', async () => {
    const session = new Session().ask({ choices: CHOICES });
    const element = await shown(session);
    control(element).click();
    press(element, 'send');
    session.acknowledge({ accepted: false, reason: 'answered', by: 'anna' });
    await until(() => text(element, 'note') === 'Too late: somebody else was faster');
    await accessible(element, 'open', 'late');
    session.end('answered', { answer: 'b', by: 'anna' });
    await until(() => text(element, 'answer') === 'Blue');
    expect(text(element, 'note')).to.equal('Too late: somebody else was faster. Answered by anna');
    await accessible(element, 'answered', 'late');
  });

  for (const [outcome, rest, answer, note] of [
    ['answered', { answer: 'b', by: 'anna' }, 'Blue', 'Answered by anna'],
    ['answered', { answer: 'b', by: 'c0nn3ct10n__', anonymous: true }, 'Blue', 'Answered by a viewer'],
    ['answered', { answer: 'b' }, 'Answered: Blue', ''],
    ['declined', {}, '', 'Declined'],
    ['expired', {}, '', 'The time to answer is over'],
    ['expired', { answer: 'r' }, '', 'The time to answer is over; it went on with: Red'],
    ['cancelled', {}, '', 'No answer is needed any more'],
  ] as const) {
    it(`shows how a question ended: ${outcome} ${JSON.stringify(rest)}`, async () => {
      const session = new Session().ask({ choices: CHOICES });
      const element = await shown(session);
      session.end(outcome, rest);
      await until(() => shadowPart(element, 'form') === null);
      expect(text(element, 'answer')).to.equal(answer);
      expect(text(element, 'note')).to.equal(note);
      await accessible(element, outcome);
    });
  }

  it('can be declined, and shows that as done when the server says so', async () => {
    const session = new Session().ask();
    const element = await shown(session);
    press(element, 'decline');
    expect(session.calls).to.deep.equal([['decline', 'q']]);
    await until(() => element.matches(':state(sending)'));
    session.acknowledge();
    await until(() => element.matches(':state(taken)'));
    expect(element.matches(':state(declined)')).to.equal(false);
    session.end('declined');
    await until(() => text(element, 'note') === 'Declined');
    session.say({ type: 'question', data: { question: 'In the form that knows no word for it?' } });
    await until(() => shadowPart(element, 'send') !== null);
    expect(shadowPart(element, 'decline') === null).to.equal(true);
  });

  it('leaves it to the application that prevents the default', async () => {
    const session = new Session().ask();
    const element = await shown(session);
    const heard: Array<[string, Reply]> = [];
    for (const type of ['answer', 'decline']) {
      element.addEventListener(type, (event) => {
        heard.push([type, (event as CustomEvent<Reply>).detail]);
        event.preventDefault();
      });
    }
    write(element, 'mine');
    press(element, 'send');
    press(element, 'decline');
    expect(heard).to.deep.equal([
      ['answer', { questionId: 'q', answer: 'mine' }],
      ['decline', { questionId: 'q' }],
    ]);
    expect(session.calls).to.deep.equal([]);
    await accessible(element, 'open');
  });

  it('counts down by the server, and says when the time is over', async () => {
    const session = new Session();
    session.ask({ expiresAt: session.serverNow + 600_000 });
    const element = await shown(session);
    expect(text(element, 'time')).to.equal('10 min left');
    await accessible(element, 'open');
    session.advance(588_000);
    await until(() => text(element, 'time') === '12 sec left');
    await accessible(element, 'open', 'urgent');
    session.advance(12_000);
    await until(() => text(element, 'time') === 'Time is over, waiting for the server');
    expect(shadowPart(element, 'send')?.ariaDisabled ?? null).to.equal(null);
    await accessible(element, 'open', 'urgent');
  });

  it('keeps what was begun in one session out of another, also where elements were handed them', async () => {
    const box = await fixture(html`
      <div>
        <status-messenger .session=${new Session().ask()}><status-question></status-question></status-messenger>
        <status-messenger .session=${new Session().ask()}><status-question></status-question></status-messenger>
      </div>
    `);
    const [first, second] = box.querySelectorAll('status-question');
    if (!first || !second) throw new Error('there are two');
    await until(() => shadowPart(first, 'form') !== null);
    write(first, 'of the first');
    second.remove();
    box.lastElementChild?.append(second);
    const again = document.createElement('status-question');
    box.lastElementChild?.append(again);
    await until(() => shadowPart(again, 'form') !== null);
    expect(control(again).value).to.equal('');
  });

  it('says of a moment that no date can have that it is none', async () => {
    const session = new Session().ask({ schema: { type: 'string', format: 'date-time' } });
    const element = await shown(session);
    control(element).value = '275760-12-31T00:00';
    press(element, 'send');
    await until(() => text(element, 'problem') !== '');
    expect(session.calls).to.deep.equal([]);
  });

  it('shows the oldest question again where a framework takes the id away', async () => {
    const element = await shown(new Session().ask({ question: 'First?' }));
    element.questionId = 'another';
    await until(() => text(element, 'empty') !== '');
    Object.assign(element, { questionId: undefined });
    await until(() => text(element, 'question') === 'First?');
  });

  it('keeps the focus on a page that hides what is over', async () => {
    const style = await fixture(
      html`<style>status-question:not(:state(open)):not(:focus-within) { display: none; }</style>`,
    );
    const session = new Session().ask({ question: 'First?' });
    const element = await shown(session);
    control(element).focus();
    session.end('answered', { answer: 'whole', by: 'anna' });
    await until(() => shadowPart(element, 'form') === null);
    expect(focused(element) === shadowPart(element, 'base')).to.equal(true);
    (shadowPart(element, 'base') as HTMLElement).blur();
    expect(getComputedStyle(element).display).to.equal('none');
    style.remove();
  });

  it('never takes the focus, and gives none of it to another question', async () => {
    const outside = await fixture<HTMLInputElement>(html`<input aria-label="outside" />`);
    outside.focus();
    const session = new Session();
    const element = await shown(session);
    session.ask({ question: 'First?' });
    await until(() => shadowPart(element, 'form') !== null);
    expect(document.activeElement === outside).to.equal(true);
    session.ask({ questionId: 'r', question: 'Second?' });
    await until(() => text(element, 'more') === '1 more question waits');
    expect(text(element, 'question')).to.equal('First?');
    control(element).focus();
    await sendKeys({ type: 'half' });
    session.end('answered', { answer: 'whole', by: 'anna' });
    await until(() => text(element, 'question') === 'Second?');
    await sendKeys({ type: 'way' });
    expect(focused(element) === shadowPart(element, 'base')).to.equal(true);
    expect(control(element).value).to.equal('');
    expect(text(element, 'previous')).to.equal('First?whole · Answered by anna');
    expect(shadowPart(element, 'more') === null).to.equal(true);
    await accessible(element, 'open');
  });

  it('shows the question that is named', async () => {
    const session = new Session().ask({ question: 'First?' }).ask({ questionId: 'r', question: 'Second?' });
    const element = await shown(session);
    element.setAttribute('question-id', 'r');
    await until(() => text(element, 'question') === 'Second?');
    element.questionId = 'none';
    await until(() => element.matches(':state(empty)'));
  });

  it('keeps what was begun over a reload, and drops it when the question ends', async () => {
    const session = new Session().ask({ schema: FORM });
    const before = await shown(session);
    write(before, '12');
    control(before, 1).click();
    before.remove();
    const after = await shown(session);
    expect(control(after).value).to.equal('12');
    expect(control(after, 1).checked).to.equal(true);
    expect(JSON.stringify({ ...sessionStorage })).to.contain(session.sessionId);
    session.end('cancelled');
    await until(() => shadowPart(after, 'form') === null);
    expect(JSON.stringify({ ...sessionStorage })).not.to.contain(session.sessionId);
  });

  it('works without a storage', async () => {
    const own = Object.getOwnPropertyDescriptor(window, 'sessionStorage') as PropertyDescriptor;
    Object.defineProperty(window, 'sessionStorage', {
      configurable: true,
      get() {
        throw new DOMException('blocked', 'SecurityError');
      },
    });
    try {
      const session = new Session().ask();
      const element = await shown(session);
      write(element, 'one');
      press(element, 'send');
      expect(sent(session)).to.deep.equal(['one']);
    } finally {
      Object.defineProperty(window, 'sessionStorage', own);
    }
  });

  it('another session knows nothing of what was begun and sent in the one before', async () => {
    const session = new Session().ask();
    const element = await shown(session);
    write(element, 'secret');
    press(element, 'send');
    element.session = new Session().ask();
    session.acknowledge({ accepted: false, reason: 'no' });
    await until(() => control(element).value === '');
    await accessible(element, 'open');
  });

  it('sends nothing while it can reach nobody, and lets it be written all the same', async () => {
    const session = new Session().ask();
    const element = await shown(session);
    session.setConnection({ status: 'idle' });
    await until(() => shadowPart(element, 'send')?.ariaDisabled === 'true');
    write(element, 'one');
    press(element, 'send');
    press(element, 'decline');
    expect(session.calls).to.deep.equal([]);
    expect(control(element).value).to.equal('one');
    await accessible(element, 'open');
  });

  it('text is text, wherever it comes from', async () => {
    const evil = '<img src=x onerror="window.hacked=1"><script>window.hacked=1</script>"\'';
    const session = new Session();
    const properties = {
      [evil]: { type: 'string', title: evil, description: evil, enum: [evil], enumNames: [evil] },
      b: { type: 'array', title: evil, items: { type: 'string', enum: [evil] }, default: [evil] },
      c: { type: 'string', default: evil },
    };
    session.ask(
      { question: evil, schema: { type: 'object', description: evil, properties }, default: { [evil]: evil } },
      evil,
    );
    const element = await shown(session);
    expect(control(element, 2).value).to.equal(evil);
    press(element, 'send');
    expect(sent(session)).to.deep.equal([{ b: [evil], c: evil }]);
    session.acknowledge({ accepted: false, reason: `${evil}: ${evil}` });
    await until(() => element.matches(':state(refused)'));
    expect(element.shadowRoot?.querySelector('img, script') === null).to.equal(true);
    await accessible(element, 'open', 'refused');
    session.end('answered', { answer: { [evil]: evil }, by: evil });
    await until(() => text(element, 'note').includes(evil));
    expect(element.shadowRoot?.querySelector('img, script') === null).to.equal(true);
    expect('hacked' in window).to.equal(false);
  });

  it('fits into 320 px, from right to left as well', async () => {
    await import('../../../components/words/languages/ar.js');
    const box = await fixture<HTMLElement>(html`<div dir="rtl" lang="ar"></div>`);
    box.style.inlineSize = '320px';
    const session = new Session().ask({ schema: FORM });
    const element = document.createElement('status-question');
    element.session = session;
    box.append(element);
    await element.updateComplete;
    press(element, 'send');
    await until(() => shadowPart(element, 'summary') !== null);
    expect(box.scrollWidth).to.be.at.most(box.clientWidth);
    const [send, decline] = ['send', 'decline'].map((name) => shadowPart(element, name)?.getBoundingClientRect().right);
    expect(send).to.be.above(decline ?? 0);
    await still(element);
    await expect(element).to.be.accessible();
  });

  it('its messenger takes the answer to the server, and tells those who listen what became of it', async () => {
    const id = newSession();
    const root = await fixture(html`
      <status-messenger url="/ws" session-id=${id}><status-question></status-question></status-messenger>
    `);
    const element = root.querySelector('status-question') as StatusQuestionElement;
    await server({
      do: 'publish',
      sessionId: id,
      messages: [{ type: 'question', data: { questionId: 'q', question: 'Which?', choices: CHOICES } }],
    });
    await until(() => shadowPart(element, 'form') !== null);
    control(element).click();
    press(element, 'send');
    await until(() => element.matches(':state(answered)'));
    expect(text(element, 'answer')).to.equal('Red');
    const region = root.shadowRoot?.querySelector('[role="status"]');
    await until(() => region?.textContent?.includes('Accepted') === true, 'the announcement');
    expect(element.shadowRoot?.querySelector('[role="status"], [role="alert"], [aria-live]') === null).to.equal(true);
  });
});
