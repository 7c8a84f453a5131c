import type { Connection } from '../../components/index.js';
import { TestSession } from '../../components/testing/index.js';
import { HandSocket } from '../helpers/hand-socket.js';
import * as said from './conversation.js';
import { NOW, session, type Told, WORK } from './conversation.js';

/** Something worth seeing. */
export interface Picture {
  readonly name: string;
  /** Pixels. */
  readonly width: number;
  readonly isDark?: true;
  readonly lang?: 'ar';
  /** The element as it is put into the page. */
  draw(): Element;
  /** What happens once it is there. */
  act?(element: Element): void;
}

type Companion = Exclude<
  { [T in keyof HTMLElementTagNameMap]: T extends `status-${string}` ? T : never }[keyof HTMLElementTagNameMap],
  'status-messenger'
>;
type More = Partial<Pick<Picture, 'width' | 'isDark' | 'lang' | 'act'>> & { readonly with?: object };

const since = NOW - 65_000;
const LOST: Connection = { status: 'reconnecting', since, attempt: 2, retryAt: NOW + 7_000, reason: '1006' };

function over(tag: Companion, state: string, make: () => TestSession, { with: own = {}, ...more }: More = {}): Picture {
  const draw = () => Object.assign(document.createElement(tag), { session: make(), ...own });
  return { name: `${tag.slice('status-'.length)}-${state}`, width: 360, draw, ...more };
}

function stands(connection: Connection, ...told: Told): () => TestSession {
  return () => {
    const made = session(...told);
    made.setConnection(connection);
    return made;
  };
}

function asked(...question: Parameters<typeof said.question>): () => TestSession {
  return () => session([30, said.status('Planning')], [3, said.question(...question)]);
}

function shadow(element: Element, selector: string): HTMLElement | null {
  return element.shadowRoot?.querySelector<HTMLElement>(selector) ?? null;
}

function press(selector: string): (element: Element) => void {
  return (element) => shadow(element, selector)?.click();
}

function acknowledge(element: Element, ack: object): void {
  if ('session' in element && element.session instanceof TestSession) element.session.acknowledge(ack);
}

/** A messenger on a socket that says this, and then what `act` does to it. */
function messenger(state: string, told: Told, act: (socket: HandSocket) => void = () => {}): Picture {
  const draw = () => {
    const element = document.createElement('status-messenger');
    const own = globalThis.WebSocket;
    Object.assign(globalThis, { WebSocket: HandSocket });
    Object.assign(element, { url: 'ws://localhost/ws', sessionId: 's' });
    element.connect();
    return Object.assign(element, { restore: () => Object.assign(globalThis, { WebSocket: own }) });
  };
  const speak = () => {
    const socket = HandSocket.last;
    const replay = told.map(([ago, message], i) => ({ ts: NOW - ago * 1000, id: `epoch000-${i + 1}`, ...message }));
    socket.greet({ serverTime: NOW, replay });
    act(socket);
  };
  return { name: `messenger-${state}`, width: 360, draw, act: speak };
}

const RESULTS: Told = [
  [20, said.result('Engineer', said.PLAN)],
  [10, said.result('Writer', 'Six weeks, in three parts. The first is about the beds, the second about water.')],
];
const DONE: Told = [...WORK, ...RESULTS, [2, said.complete('Six weeks for two people, if the icons come in time.')]];
const ASKED: Told = [
  ...WORK,
  [
    2,
    said.question('Which platform comes first?', { choices: ['Web', 'iOS'], default: 'Web', expiresAt: NOW + 150_000 }),
  ],
];

export const PICTURES: readonly Picture[] = [
  messenger('running', WORK),
  messenger('waiting', ASKED),
  messenger('completed', [
    [40, said.status('Reading')],
    [2, said.complete('All documents are read.')],
  ]),
  messenger('lost', WORK, (socket) => socket.end()),

  over('status-connection', 'live', () => session(...WORK)),
  over('status-connection', 'lost', stands(LOST, ...WORK)),
  over('status-connection', 'offline', stands({ status: 'offline', since }, ...WORK)),
  over('status-connection', 'refused', stands({ status: 'refused', code: 4403, reason: 'not your session' })),

  over('status-progress', 'running', () =>
    session(
      ...[60, 45, 30, 15, 0].map(
        (ago, i) =>
          [ago, said.progress(10 + i * 6, 80, { label: 'Pages', unit: 'pages', message: 'Chapter 3' })] as const,
      ),
    ),
  ),
  over('status-progress', 'indeterminate', () => session([12, { type: 'progress', data: { label: 'Indexing' } }])),
  over('status-progress', 'completed', () =>
    session([61, said.progress(3, 3, { label: 'Pages' })], [1, said.complete('')]),
  ),
  over('status-progress', 'failed', () =>
    session([61, said.progress(3, 8, { label: 'Pages' })], [1, said.failed('The disk is full')]),
  ),
  over('status-progress', 'stale', stands(LOST, [161, said.progress(3, 8, { label: 'Pages' })])),

  over('status-timeline', 'empty', () => session()),
  over('status-timeline', 'running', () => session(...WORK)),
  over('status-timeline', 'running-dark', () => session(...WORK), { isDark: true }),
  over('status-timeline', 'long', () =>
    session(
      [95, said.began('a', 'Compare the prices of all shops that have sold one of them since last summer')],
      [94, said.status('Looking for shops that are still there', { step: 'a' })],
      [60, said.began('b', 'Ask those that have not answered within a day once more', undefined, 'a')],
      [58, said.status('Nobody answers', { step: 'b' })],
      [50, said.failedStep('b', 'All of them are closed')],
    ),
  ),
  over('status-timeline', 'done', () => session(...DONE), { with: { agents: ['Analyst'] } }),

  over('status-question', 'text', asked('What is the app for?')),
  over(
    'status-question',
    'choices',
    asked('Which platform comes first?', {
      choices: ['Web', 'iOS', 'Android'],
      default: 'Web',
      expiresAt: NOW + 42_000,
    }),
  ),
  over(
    'status-question',
    'several',
    asked('Which of them?', { schema: { type: 'array', items: { type: 'string', enum: ['Web', 'iOS'] } } }),
    { isDark: true },
  ),
  over('status-question', 'confirm', asked('Publish the plan?', { schema: { type: 'boolean' } })),
  over('status-question', 'form', asked('What do we build?', { schema: said.FORM })),
  over('status-question', 'problems', asked('What do we build?', { schema: said.FORM }), {
    act: press('[part="send"]'),
  }),
  over('status-question', 'sending', asked('Publish the plan?', { schema: { type: 'boolean' } }), {
    act: press('[part="send"]'),
  }),
  over('status-question', 'answered', () =>
    session(
      [30, said.question('Which platform comes first?', { choices: ['Web', 'iOS'] })],
      [3, said.answered('answered', { answer: 'Web', by: 'Ada' })],
    ),
  ),
  over('status-question', 'expired', () =>
    session(
      [90, said.question('Which platform comes first?', { choices: ['Web', 'iOS'] })],
      [3, said.answered('expired', { answer: 'Web' })],
    ),
  ),

  over('status-results', 'empty', () => session()),
  over('status-results', 'done', () => session(...RESULTS, [2, said.complete('Six weeks for two people.')])),
  over('status-results', 'done-dark', () => session(...RESULTS, [2, said.complete('Six weeks for two people.')]), {
    isDark: true,
  }),
  over('status-results', 'failed', () => session([40, said.status('Reading')], [2, said.failed('The disk is full')])),

  over('status-controls', 'running', () => session(...WORK)),
  over('status-controls', 'confirming', () => session(...WORK), {
    with: { confirm: true },
    act: press('[part="stop"]'),
  }),
  over('status-controls', 'refused', () => session(...WORK), {
    act(element) {
      press('[part="stop"]')(element);
      acknowledge(element, { accepted: false, reason: 'not yours' });
    },
  }),
  over('status-controls', 'restartable', () => session(...WORK, [1, said.STOPPED]), { with: { restartable: true } }),

  over('status-attention', 'asking', () => session(), { with: { notify: true } }),

  over('status-panel', 'running', () => session(...WORK), { width: 480 }),
  over('status-panel', 'waiting', () => session(...ASKED), { width: 480 }),
  over('status-panel', 'waiting-dark', () => session(...ASKED), { width: 480, isDark: true }),
  over('status-panel', 'completed-wide', () => session(...DONE), { width: 900 }),
  over('status-panel', 'failed', () => session(...WORK, [1, said.failed('The disk is full')]), { width: 480 }),
  // Lost behind the last message: what counts, counts up to there.
  over('status-panel', 'lost', stands({ ...LOST, since: NOW - 2000 }, ...WORK), { width: 480 }),
  over('status-panel', 'narrow', () => session(...ASKED), { width: 280 }),
  over('status-panel', 'compact', () => session(...WORK), { width: 360, with: { variant: 'compact' } }),
  over('status-panel', 'right-to-left', said.arabic, { width: 480, lang: 'ar' }),
];
