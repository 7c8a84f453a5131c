import assert from 'node:assert/strict';
import { test } from 'node:test';
import { applyAll, initialState, type Message } from '../../protocol/index.js';
import type { Entry } from './journal.js';
import { questionText } from './messages.js';
import { type Answered, checkQuestions, type Talk } from './questions.js';

/** What stands in a log. */
type Said = readonly [type: string, data: object];

const asks = (number: number, id = `key.${number}.x`): Said => [
  'question',
  { question: questionText(number), questionId: id },
];
const ends = (outcome: string, answer?: string, questionId = 'key.1.x'): Said => [
  'answered',
  { questionId, outcome, ...(answer === undefined ? {} : { answer }) },
];
const runEnds: Said = ['complete', { summary: 'done' }];

function logOf(said: readonly Said[], epoch = 'epoch000'): Message[] {
  return said.map(([type, data], i) => ({ type, data, id: `${epoch}-${i + 1}` }) as Message);
}

const framesOf = (log: readonly Message[]): Entry[] => log.map((message) => ({ frame: JSON.stringify(message) }));

const accepted = { accepted: true };
const refused = (reason: string) => ({ accepted: false, reason });
const given = (value: string | undefined, ...acks: Answered['acks']): Answered => ({
  questionId: 'key.1.x',
  value,
  acks,
});

interface Case {
  readonly said: readonly Said[];
  readonly answers?: readonly Answered[];
  /** What whoever asked was told; nothing where there is none. */
  readonly told?: { readonly outcome: 'answered' | 'declined' | 'cancelled'; readonly answer?: string };
  /** The messages that the pages' states are made of, where they are others. */
  readonly shown?: readonly Said[];
  readonly durable?: boolean;
}

function wrongsOf({ said, answers = [], told, shown = said, durable = true }: Case): string[] {
  const log = logOf(said);
  const journal: Entry[] = [{ asks: 1 }, ...framesOf(log), ...(told ? [{ told: 1, ...told }] : [])];
  const page = { name: 'p', state: applyAll(initialState, logOf(shown)) };
  return checkQuestions({ logs: [log], journals: [journal], answers, pages: [page], durable });
}

const A = { outcome: 'answered', answer: 'a' } as const;

for (const [name, what] of [
  ['answered', { said: [asks(1), ends('answered', 'a')], answers: [given('a', accepted)], told: A }],
  [
    'answered by one of two pages',
    {
      said: [asks(1), ends('answered', 'a')],
      answers: [given('a', accepted), given('b', refused('answered'))],
      told: A,
    },
  ],
  [
    'declined',
    { said: [asks(1), ends('declined')], answers: [given(undefined, accepted)], told: { outcome: 'declined' } },
  ],
  [
    'over with its run',
    {
      said: [asks(1), runEnds],
      answers: [given('a', refused('cancelled')), given('b', refused('no such question is open'))],
      told: { outcome: 'cancelled' },
    },
  ],
  [
    'answered by a page that was reloaded before it was told so',
    { said: [asks(1), ends('answered', 'a')], answers: [{ ...given('a'), orphaned: true }], told: A },
  ],
  [
    'answered when whoever asked was gone, in a run that was over before another one asked',
    { said: [asks(1), ends('answered', 'a'), runEnds], answers: [given('a', accepted)] },
  ],
] as const satisfies ReadonlyArray<readonly [string, Case]>) {
  test(`a question that was ${name} is as it should be`, () => {
    assert.deepEqual(wrongsOf(what), []);
  });
}

for (const [name, what, expected] of [
  [
    'ended twice',
    { said: [asks(1), ends('answered', 'a'), ends('answered', 'b')], answers: [given('a', accepted)], told: A },
    /ended 2 times/,
  ],
  [
    'answered when its run was over',
    { said: [asks(1), runEnds, ends('answered', 'a')], answers: [given('a', refused('cancelled'))] },
    /ended 2 times/,
  ],
  ['never ended', { said: [asks(1)] }, /never ended/],
  [
    'asked twice in one run',
    { said: [asks(1), ends('declined'), asks(1), ends('declined')], told: { outcome: 'declined' } },
    /asked twice/,
  ],
  [
    'answered with another answer than was accepted',
    {
      said: [asks(1), ends('answered', 'a')],
      answers: [given('a', accepted), given('b', accepted)],
      told: A,
    },
    /2 answers to .* were accepted[\s\S]*the answer b .* was accepted, and the question has ended as/,
  ],
  [
    'answered by what its page was told is refused',
    { said: [asks(1), ends('answered', 'a')], answers: [given('a', refused('answered'))], told: A },
    /was refused \(answered\), and carried out/,
  ],
  [
    'refused for a reason that is none',
    {
      said: [asks(1), ends('answered', 'a')],
      answers: [given('a', accepted), given('b', refused('expired'))],
      told: A,
    },
    /b .* was refused \(expired\)/,
  ],
  [
    'forgotten though it was answered',
    {
      said: [asks(1), ends('answered', 'a')],
      answers: [given('a', accepted), given('b', refused('no such question is open'))],
      told: A,
    },
    /b .* was refused \(no such question is open\)/,
  ],
  ['answered by nobody', { said: [asks(1), ends('answered', 'a')], told: A }, /no page was told/],
  [
    'answered, and whoever asked was told something else',
    { said: [asks(1), ends('answered', 'a')], answers: [given('a', accepted)], told: { ...A, answer: 'b' } },
    /was told answered b/,
  ],
  [
    'answered, and whoever asked was told that it was cancelled',
    { said: [asks(1), ends('answered', 'a')], answers: [given('a', accepted)], told: { outcome: 'cancelled' } },
    /was told cancelled/,
  ],
  [
    'answered, and whoever asked was never told, though others could ask for it',
    { said: [asks(1), ends('answered', 'a')], answers: [given('a', accepted)] },
    /nobody was told who asked/,
  ],
  [
    'shown as open when it was answered',
    { said: [asks(1), ends('answered', 'a')], answers: [given('a', accepted)], told: A, shown: [asks(1)] },
    /shows key.1.x as open/,
  ],
  [
    'shown with another answer',
    {
      said: [asks(1), ends('answered', 'a')],
      answers: [given('a', accepted)],
      told: A,
      shown: [asks(1), ends('answered', 'b')],
    },
    /shows key.1.x as answered b/,
  ],
] as const satisfies ReadonlyArray<readonly [string, Case, RegExp]>) {
  test(`a question that was ${name} is found`, () => {
    assert.match(wrongsOf(what).join('\n'), expected);
  });
}

test('an answer that two questions ended with is found', () => {
  const said = [asks(1), asks(2), ends('answered', 'a'), ends('answered', 'a', 'key.2.x')];
  assert.match(wrongsOf({ said, answers: [given('a', accepted)], told: A }).join('\n'), /carried out 2 times/);
});

test('whoever asks is told nothing that does not stand in the log yet', () => {
  const log = logOf([asks(1), ends('answered', 'a')]);
  const [question, end] = framesOf(log);
  assert.ok(question && end);
  const talk = (journal: readonly Entry[]): Talk => ({
    logs: [log],
    journals: [journal],
    answers: [given('a', accepted)],
    pages: [],
    durable: true,
  });
  assert.deepEqual(checkQuestions(talk([{ asks: 1 }, question, end, { told: 1, ...A }])), []);
  assert.match(checkQuestions(talk([{ asks: 1 }, question, { told: 1, ...A }, end])).join(), /before it stood/);
});

test('an answer that was carried out and not acknowledged may be lost with a log in memory, and only with it', () => {
  const log = logOf([asks(1), ends('answered', 'a')]);
  const logs = [log, logOf([runEnds], 'epoch111')];
  const journals: Entry[][] = [[{ asks: 1 }, ...framesOf(log), { told: 1, ...A }]];
  const talk: Talk = {
    logs,
    journals,
    answers: [given('a', refused('no such question is open'))],
    pages: [],
    durable: false,
  };
  assert.deepEqual(checkQuestions(talk), []);
  assert.match(checkQuestions({ ...talk, durable: true }).join('\n'), /and carried out/);
});

test('what becomes of a question is lost with a log in memory, and only with it', () => {
  const logs = [logOf([asks(1)]), logOf([['status', 'another log']] as unknown as Said[], 'epoch111')];
  const talk: Talk = {
    logs,
    journals: [],
    answers: [given('a', refused('no such question is open'))],
    pages: [],
    durable: false,
  };
  assert.deepEqual(checkQuestions(talk), []);
  assert.match(checkQuestions({ ...talk, durable: true }).join('\n'), /never ended[\s\S]*was refused/);
});
