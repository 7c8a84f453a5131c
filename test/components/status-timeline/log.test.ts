import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Entry, TIMELINE } from '../../../components/status-timeline/entry.js';
import { TimelineLog } from '../../../components/status-timeline/log.js';
import { apply, applyAll, type ChannelState, initialState, type Message } from '../../../protocol/index.js';

type Said = Pick<Message, 'type' | 'data'> & Partial<Message>;

const status = (text: string, more: Partial<Message> = {}): Said => ({ type: 'status', data: text, ...more });
const event = (name: string, step: string, data: object = {}, more: Partial<Message> = {}): Said => ({
  type: 'event',
  data: { event: name, step, ...data },
  ...more,
});
const began = (step: string, parent?: string) => event('step_started', step, parent === undefined ? {} : { parent });
const DONE: Said = { type: 'complete', data: { summary: 'All read' } };
const EPOCH = 'aaaaaaaa';
const at = (seq: number, message: Said, epoch = EPOCH): Message => ({ ...message, id: `${epoch}-${seq}`, ts: seq });

/** A page that hears some messages by themselves, and reads the state when it is about to render. */
class Page {
  readonly log = new TimelineLog();
  state: ChannelState = initialState;

  hear(...messages: Said[]): this {
    for (const message of messages) {
      this.state = apply(this.state, message);
      this.log.arrive(message, this.state);
    }
    this.log.catchUp(this.state);
    return this;
  }

  /** A snapshot comes. */
  find(state: ChannelState): this {
    this.state = state;
    this.log.catchUp(state);
    return this;
  }

  get tree(): string {
    return lines(this.log.story.roots).join('\n');
  }
}

function lines(entries: readonly Entry[], indent = ''): string[] {
  return entries.flatMap((entry) => [`${indent}${say(entry)}`, ...lines(entry.children, `${indent}  `)]);
}

function say({ what }: Entry): string {
  switch (what.kind) {
    case 'step':
      return `${what.step.label} ${what.step.status}`;
    case 'question':
    case 'answer':
      return `${what.kind} ${what.question.question} ${what.question.status}`;
    case 'progress':
      return `${what.progress.message} ${what.progress.value}`;
    case 'end':
      return `${what.phase} ${what.text}`;
    case 'gap':
      return '…';
    default:
      return what.text;
  }
}

const tree = (...expected: string[]) => expected.join('\n');

test('everything stands in its step at its time: texts, questions, answers, results and errors', () => {
  const page = new Page().hear(
    status('Starting'),
    began('a'),
    began('b', 'a'),
    status('in b', { step: 'b' }),
    { type: 'question', data: { questionId: 'q', question: 'Which?' }, step: 'b' },
    event('tool_started', 't', { label: 'search' }, { step: 'a' }),
    { type: 'answered', data: { questionId: 'q', outcome: 'answered', answer: 'this' } },
    event('tool_failed', 't', { error: 'no network' }),
    { type: 'result', data: { agent: 'Reader', data: { pages: 3 } }, step: 'b' },
    { type: 'error', data: { message: 'no cache' }, step: 'a' },
    event('step_finished', 'b'),
    status('of a step that is not known', { step: 'z' }),
    { type: 'own', data: 'nothing of ours' },
    DONE,
  );
  assert.equal(
    page.tree,
    tree(
      'Starting',
      'a stopped',
      '  b finished',
      '    in b',
      '    question Which? answered',
      '    answer Which? answered',
      '    {"pages":3}',
      '  search failed',
      '  no cache',
      'of a step that is not known',
      'completed All read',
    ),
  );
});

test('an amount is told by its step; without one the first of its name tells the latest; a text is one of many', () => {
  const amount = (value: number, more: object = {}): Said => ({
    type: 'progress',
    data: { value, max: 9, message: 'Pages', ...more },
  });
  const page = new Page().hear(began('a'), amount(1, { step: 'a' }), amount(2, { step: 'a' }));
  assert.equal(page.tree, 'a running');
  const [step] = page.log.story.roots;
  assert.equal(step?.what.kind === 'step' && step.what.step.progress?.value, 2);
  page.hear(amount(3), amount(4), { type: 'progress', data: { message: 'Round 1' } }, amount(5), {
    type: 'progress',
    data: {},
  });
  assert.equal(page.tree, tree('a running', 'Pages 5', 'Round 1'));
  page.hear(amount(1, { message: 'Plates' }), status('Printing'), amount(2, { message: 'Plates' }), amount(6));
  assert.equal(page.tree, tree('a running', 'Pages 6', 'Round 1', 'Plates 2', 'Printing'));
  page.hear({ ...amount(7), agent: 'Writer' }, DONE, amount(1));
  assert.equal(
    page.tree.split('\n').slice(-4).join('\n'),
    tree('Printing', 'Pages 7', 'completed All read', 'Pages 1'),
  );
});

test('however many amounts are told by turns, few are remembered', () => {
  const page = new Page();
  const amount = (i: number): Said => ({ type: 'progress', data: { value: i, message: `Amount ${i}` } });
  page.hear(amount(0));
  for (let i = 1; i <= TIMELINE.amounts; i++) page.hear(status('between'), amount(i));
  page.hear(status('between'), { type: 'progress', data: { value: 7, message: 'Amount 1' } }, amount(0));
  const amounts = page.tree.split('\n').filter((line) => line.startsWith('Amount'));
  assert.deepEqual([amounts[0], amounts[1], amounts.at(-1)], ['Amount 0 0', 'Amount 1 7', 'Amount 0 0']);
});

test('a run that ends ends what is open in it, and its end is told once', () => {
  const page = new Page().hear(began('a'), { type: 'question', data: { questionId: 'q', question: 'Which?' } });
  page.hear(
    { type: 'error', data: { message: 'No disk', fatal: true } },
    { type: 'state', data: { status: 'FAILED' } },
  );
  assert.equal(page.tree, tree('a stopped', 'question Which? cancelled', 'failed No disk'));
  page.hear({ type: 'state', data: { status: 'RUNNING' } }, { type: 'state', data: { status: 'CANCELLED' } });
  assert.equal(page.tree.split('\n').at(-1), 'cancelled ');
});

test('the next run has steps of its own, also where they have the same ids, and in one burst', () => {
  const page = new Page();
  page.state = applyAll(page.state, [began('a'), DONE, status('again'), began('a'), status('in it', { step: 'a' })]);
  page.log.catchUp(page.state);
  assert.equal(page.tree, tree('a stopped', 'completed All read', 'again', 'a running', '  in it'));
});

test('a step or a tool that was stopped says so by itself', () => {
  const page = new Page();
  for (const kind of ['step', 'tool']) {
    for (const name of ['started', 'stopped']) page.log.arrive(event(`${kind}_${name}`, kind), initialState);
  }
  assert.equal(page.tree, tree('step stopped', 'tool stopped'));
});

test('a step that begins again before it has ended is the same one', () => {
  const page = new Page().hear(began('a'), status('one', { step: 'a' }), began('a'), status('two', { step: 'a' }));
  assert.equal(page.tree, tree('a running', '  one', '  two'));
});

test('what a snapshot has kept is merged by position: each message once, in order', () => {
  const said = Array.from({ length: 8 }, (_, i) => at(i + 1, status(`${i + 1}`)));
  const page = new Page().hear(...said.slice(0, 3));
  page.find(applyAll(initialState, said.slice(0, 6)));
  page.hear(...said.slice(6));
  assert.equal(page.tree, tree('1', '2', '3', '4', '5', '6', '7', '8'));
});

test('an element that comes late begins with what the state kept, before what arrives', () => {
  const said = [at(1, status('1')), at(2, began('a')), at(3, status('3', { step: 'a' })), at(4, status('4'))];
  const page = new Page();
  page.state = applyAll(initialState, said.slice(0, 3));
  page.hear(said[3] as Message);
  assert.equal(page.tree, tree('1', 'a running', '  3', '4'));
});

test('what is missing is shown as missing, and the steps that began in it are taken from the state', () => {
  const early = [began('old'), event('step_finished', 'old'), began('a'), began('b', 'a')].map((m, i) => at(i + 1, m));
  const many = Array.from({ length: 300 }, (_, i) => at(i + 5, status(`${i + 5}`, { step: 'b' })));
  const page = new Page().hear(at(1, began('old')));
  page.find(applyAll(initialState, [...early, ...many]));
  const shown = page.tree.split('\n');
  assert.deepEqual(shown.slice(0, 5), ['old finished', '…', 'a running', '  b running', '    105']);
  assert.equal(shown.at(-1), '    304');
});

test('another log, or one that was emptied, leaves nothing of the one before', () => {
  const page = new Page().hear(at(1, status('old')));
  page.find(applyAll(initialState, [at(1, status('new'), 'bbbbbbbb')]));
  assert.equal(page.tree, 'new');
  page.find(initialState);
  assert.equal(page.tree, '');
  page.hear(at(1, status('first'), 'cccccccc'));
  assert.equal(page.tree, 'first');
});

test('messages without positions are taken once', () => {
  const page = new Page().hear(status('a'), status('b'), status('x'.repeat(20_000)));
  page.find(page.state).hear(status('c'));
  assert.deepEqual(
    page.tree.split('\n').map((line) => line.length),
    [1, 1, TIMELINE.text - 4, 1],
  );
});

test('who does a step does what is in it, where nobody else is named', () => {
  const page = new Page().hear(
    event('step_started', 'a', {}, { agent: 'Reader' }),
    status('read', { step: 'a' }),
    status('written', { step: 'a', agent: 'Writer' }),
    { type: 'result', data: { agent: 'Judge', data: 'good' } },
  );
  const [step, result] = page.log.story.roots;
  assert.deepEqual(
    step?.children.map(({ agent }) => agent),
    ['Reader', 'Writer'],
  );
  assert.equal(result?.agent, 'Judge');
  assert.deepEqual([...page.log.story.agents], ['Reader', 'Writer', 'Judge']);
});

test('steps in steps nest as deep as there is room, and agents are as many as can be chosen from', () => {
  const steps = Array.from({ length: 30 }, (_, i) => began(`${i}`, i === 0 ? undefined : `${i - 1}`));
  const agents = Array.from({ length: 80 }, (_, i) => status('x', { agent: `agent ${i}` }));
  const page = new Page().hear(...steps, ...agents);
  const deepest = Math.max(...page.tree.split('\n').map((line) => line.search(/\S/) / 2));
  assert.equal(deepest, TIMELINE.depth - 1);
  assert.equal(page.tree.split('\n').length, 110);
  assert.equal(page.log.story.agents.size, TIMELINE.agents);
});

test('of more entries than are kept the oldest go, but for steps that go on or have something in them', () => {
  const page = new Page();
  const { story } = page.log;
  const say = (message: Said) => page.log.arrive(message, initialState);
  say(began('long'));
  say(began('short'));
  say(status('in short', { step: 'short' }));
  say(event('step_finished', 'short'));
  for (let i = 0; i < TIMELINE.entries + 50; i++) say(status(`${i}`, i % 2 === 0 ? { step: 'long' } : {}));
  const shown = lines(story.roots);
  assert.ok(
    shown.length <= TIMELINE.entries + 1 && shown.length > TIMELINE.entries - TIMELINE.batch,
    `${shown.length}`,
  );
  assert.deepEqual(shown.slice(0, 2), ['…', 'long running']);
  assert.ok(!shown.includes('short finished') && !shown.includes('    in short'));
  assert.equal(shown.at(-1), `${TIMELINE.entries + 49}`);
  // Also where nothing but steps that go on is there.
  for (let i = 0; i < TIMELINE.entries + 50; i++) say(began(`step ${i}`));
  assert.ok(lines(story.roots).length <= TIMELINE.entries + 1);
  // What is said in a step that is gone stands on its own.
  say(status('late', { step: 'short' }));
  assert.equal(lines(story.roots).at(-1), 'late');
});
