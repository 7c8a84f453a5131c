import { seededRandom } from '../../components/testing/index.js';
import type { Asking } from './host.js';

/** Every way in which a run is disturbed. */
export const KINDS = [
  'cut',
  'cut-mid-frame',
  'half-open',
  'half-open-down',
  'half-open-up',
  'delay',
  'throttle',
  'split',
  'coalesce',
  'refuse',
  'ignore',
  'stall',
  'slow',
  'sleep',
  'client-clock',
  'server-clock',
  'throwing',
  'offline-input',
  'offline-answer',
  'late',
  'reload',
  'burst',
  'restart',
  'kill',
  'rolling',
] as const;

export type Kind = (typeof KINDS)[number];

/** Those that need servers in processes of their own. */
const NEEDS_PROCESS: ReadonlySet<Kind> = new Set(['kill', 'rolling']);

/** An answer of a page's. */
export interface Answering {
  readonly viewer: number;
  /** While the disturbance lasts, or when it is over. */
  readonly when: 'during' | 'after';
  /** Which of its questions: a place among them, in [0, 1). */
  readonly which: number;
  readonly declines: boolean;
}

/** Pages that a run may have, those that come late among them. */
const MOST_PAGES = 10;

/** One disturbance, and what is said around it. */
export interface Round {
  readonly fault: Kind;
  /** Which page it befalls. */
  readonly viewer: number;
  /** How strong it is, in [0, 1): each fault makes of it what it needs. */
  readonly size: number;
  /** How many messages are published before it, and while it lasts. */
  readonly before: number;
  readonly during: number;
  /** How many inputs pages send while it lasts. */
  readonly inputs: number;
  /** What the server asks before it. */
  readonly questions: readonly Omit<Asking, 'number'>[];
  /** What pages answer to the questions that they know then. */
  readonly answers: readonly Answering[];
  /** Whether everybody is waited for before the next one begins. */
  readonly settles: boolean;
}

export interface Scenario {
  readonly seed: number;
  readonly store: 'memory' | 'sqlite';
  /** Whether the servers have processes of their own. */
  readonly process: boolean;
  /** How many messages the log keeps one by one. */
  readonly tail: number;
  readonly viewers: number;
  /** Pages that come over server-sent events, those that come late among them. */
  readonly streams: readonly number[];
  /** Whether all pages are there before the first fault. */
  readonly begins: 'calmly' | 'at once';
  readonly rounds: readonly Round[];
}

/** What happens under a seed: the same at every time. With `only`, its main fault is of that kind. */
export function drawScenario(seed: number, only?: Kind): Scenario {
  const random = seededRandom(seed);
  const upTo = (n: number) => Math.floor(random() * n);
  const pick = <T>(list: readonly [T, ...T[]]): T => list[upTo(list.length)] ?? list[0];
  const drawn = pick(KINDS);
  const main = only ?? drawn;
  const process = NEEDS_PROCESS.has(main);
  const drawnStore = pick(['memory', 'sqlite'] as const);
  const store = main === 'rolling' ? 'sqlite' : drawnStore;
  const tail = pick([60, 300, 1000]);
  const viewers = 2 + upTo(3);
  const begins = random() < 0.8 ? 'calmly' : 'at once';
  const streams = Array.from({ length: MOST_PAGES }, (_, i) => i).filter(() => random() < 0.3);
  const part = () => Math.round(random() * 1000) / 1000;
  const question = () => ({
    keyed: random() < 0.8,
    ...(random() < 0.2 ? { timeout: 500 + upTo(8000) } : {}),
  });
  const round = (fault: Kind): Round => {
    const viewer = upTo(viewers);
    const which = part();
    // Whoever is struck answers, and then others: the same, more often than not.
    const answering = (viewer: number): Answering => ({
      viewer,
      when: random() < 0.75 ? 'during' : 'after',
      which: random() < 0.75 ? which : part(),
      declines: random() < 0.15,
    });
    return {
      fault,
      viewer,
      size: part(),
      before: upTo(40),
      during: upTo(random() < 0.2 ? 400 : 60),
      inputs: random() < 0.6 ? upTo(4) : 0,
      questions: Array.from({ length: fault === 'offline-answer' ? 2 : upTo(3) }, question),
      answers: [viewer, upTo(viewers), upTo(viewers)].slice(0, pick([0, 1, 1, 2, 3])).map(answering),
      settles: random() < 0.5,
    };
  };
  const rounds = [round(main)];
  for (let more = 1 + upTo(3); more > 0; more--) {
    const any = pick(KINDS);
    const isTooMuch = any !== main && (NEEDS_PROCESS.has(any) || (process && any === 'stall'));
    const fault = random() < 0.3 || isTooMuch ? main : any;
    rounds.splice(upTo(rounds.length + 1), 0, round(fault));
  }
  return { seed, store, process, tail, viewers, streams, begins, rounds };
}

export function describeScenario({ seed, store, process, tail, viewers, streams, begins, rounds }: Scenario): string {
  const where = process ? 'a process' : 'this process';
  const list = rounds.map(({ fault, viewer, size, before, during, inputs, questions, answers, settles }, i) => {
    const asked = questions.map(
      ({ keyed, timeout }) => `${keyed ? 'keyed' : 'unkeyed'}${timeout ? ` ${timeout} ms` : ''}`,
    );
    const answered = answers.map(
      ({ viewer, when, which, declines }) => `${when} by ${viewer} (${which}${declines ? ', declines' : ''})`,
    );
    const talk = `questions [${asked.join(', ')}], answers [${answered.join(', ')}]`;
    return `  ${i + 1}. ${before} messages, then ${fault} (${size}) for page ${viewer}: ${during} messages, ${inputs} inputs, ${talk}${settles ? ', then all catch up' : ''}`;
  });
  const overSse = `pages ${streams.join(', ')} over server-sent events`;
  return `seed ${seed}: ${viewers} pages that begin ${begins}, ${overSse}, server in ${where}, log in ${store}, tail of ${tail}\n${list.join('\n')}`;
}
