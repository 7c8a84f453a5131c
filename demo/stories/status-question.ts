import { answered, question, status } from './says.js';
import type { Reply, StorySession } from './session.js';
import type { StoryGroup } from './story.js';

const writer = { agent: 'Writer' };

function ask(session: StorySession, questionId: string, text: string, more: object = {}): void {
  session.say(status('Writing the report…'), question({ questionId, question: text, ...more }, writer));
}

function proceed(session: StorySession, reply: Reply): void {
  session.reply = reply;
  ask(session, `reply-${reply}`, 'Publish the report?', { schema: { type: 'boolean' } });
}

const AUDIENCE = [
  { value: 'board', label: 'The board' },
  { value: 'regions', label: 'The regions' },
  { value: 'public', label: 'Everybody' },
];

export const statusQuestion: StoryGroup = {
  tag: 'status-question',
  about: 'Asks a person what the run waits for.',
  stories: [
    {
      id: 'text',
      title: 'A text',
      shows: 'A text of any length. What is begun survives a reload.',
      listensTo: 'answer',
      setUp: (session) => ask(session, 'text', 'What should the introduction say?'),
    },
    {
      id: 'yes-no',
      title: 'Yes or no',
      shows: 'Two buttons, and no further step.',
      listensTo: 'answer',
      setUp: (session) => ask(session, 'yes-no', 'Publish the report?', { schema: { type: 'boolean' } }),
    },
    {
      id: 'choices',
      title: 'One of several',
      shows: 'Few choices are shown at once. One that counts when nobody answers is marked.',
      listensTo: 'answer',
      setUp: (session) => ask(session, 'choices', 'Who will read the report?', { choices: AUDIENCE, default: 'board' }),
    },
    {
      id: 'several',
      title: 'Several of several',
      shows: 'With how many have to be chosen.',
      listensTo: 'answer',
      setUp(session) {
        const items = {
          anyOf: ['North', 'South', 'West', 'East'].map((title) => ({ const: title.toLowerCase(), title })),
        };
        ask(session, 'several', 'Which regions?', { schema: { type: 'array', title: 'Regions', items, minItems: 2 } });
      },
    },
    {
      id: 'form',
      title: 'A form',
      shows: 'Fields of all kinds. Send it as it is: problems stand at their fields, and above all of them.',
      listensTo: 'answer',
      setUp(session) {
        const schema = {
          type: 'object',
          properties: {
            title: { type: 'string', title: 'Title', minLength: 3, maxLength: 80 },
            email: { type: 'string', title: 'Send it to', format: 'email', description: 'One address is enough.' },
            pages: { type: 'integer', title: 'Pages at most', minimum: 1, maximum: 200, default: 20 },
            due: { type: 'string', title: 'Due on', format: 'date' },
            audience: {
              type: 'string',
              title: 'For',
              oneOf: AUDIENCE.map(({ value, label }) => ({ const: value, title: label })),
            },
            charts: { type: 'boolean', title: 'With charts', default: true },
          },
          required: ['title', 'email', 'audience'],
        };
        ask(session, 'form', 'How should the report look?', { schema });
      },
    },
    {
      id: 'urgent',
      title: 'Running out of time',
      shows: 'The time that is left, by the server’s clock.',
      setUp: (session) =>
        ask(session, 'urgent', 'Publish before the market opens?', {
          schema: { type: 'boolean' },
          default: false,
          expiresAt: Date.now() + 45_000,
        }),
    },
    {
      id: 'two',
      title: 'More than one',
      shows: 'The oldest comes first; how many more wait is said.',
      setUp(session) {
        ask(session, 'first', 'Which year?', { choices: ['2024', '2025'] });
        session.say(question({ questionId: 'second', question: 'In which language?' }, { agent: 'Translator' }));
      },
    },
    {
      id: 'sending',
      title: 'On its way',
      shows: 'Answer: it is shown as sent, and not as done before the server says so.',
      listensTo: 'answer',
      setUp: (session) => proceed(session, 'hold'),
      moves: [
        {
          label: 'The server accepts',
          run: (session) => session.say(answered('reply-hold', { answer: true, by: 'you' })),
        },
      ],
    },
    {
      id: 'late',
      title: 'Too late',
      shows: 'Answer: somebody else was first, and who is said.',
      listensTo: 'answer',
      setUp: (session) => proceed(session, 'late'),
    },
    {
      id: 'refused',
      title: 'Not taken',
      shows: 'Answer: the server does not take it, and what was written stays.',
      listensTo: 'answer',
      setUp: (session) => proceed(session, 'refuse'),
    },
    {
      id: 'answered',
      title: 'Answered by another',
      shows: 'Every viewer sees the answer, and whose it is.',
      setUp(session) {
        ask(session, 'answered', 'Who will read the report?', { choices: AUDIENCE });
        session.say(answered('answered', { answer: 'board', by: 'Grace' }));
      },
    },
    {
      id: 'expired',
      title: 'Nobody answered',
      shows: 'The default counts from then on.',
      setUp(session) {
        ask(session, 'expired', 'Who will read the report?', { choices: AUDIENCE, default: 'board' });
        session.say(answered('expired', { outcome: 'expired', answer: 'board' }));
      },
    },
    { id: 'empty', title: 'Nothing is asked', shows: 'Pages mostly hide this state by CSS.', setUp: () => {} },
  ],
};
