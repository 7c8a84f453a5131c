import type { End, Level, ProgressView, QuestionView, StepView } from '../../protocol/index.js';

/** Bounds of what a timeline keeps and draws. */
export const TIMELINE = {
  /** Entries that are kept: more than anybody reads. */
  entries: 10_000,
  /** Entries that go at once when there are more, the oldest first: for each alone it is not worth the trouble. */
  batch: 500,
  /** Rows that are drawn each time that more are asked for or have come: about five screens. */
  page: 100,
  /** Rows of those that one frame draws where the reader goes through what happened: as many may have to go for them. */
  frame: 25,
  /** Rows that are drawn at least while the end is followed: two screens. Each is drawn anew with whatever comes. */
  end: 40,
  /** Rows that are drawn at most, whatever the reader goes through: each is looked at anew with whatever comes, and with some thousands a page stutters. */
  drawn: 500,
  /** Pixels that a row is high at least. */
  row: 24,
  /** Levels of steps in steps. What lies deeper stands beside the deepest: a phone has no room for more. */
  depth: 8,
  /** Agents that can be chosen from. */
  agents: 50,
  /** Amounts that are told by turns. */
  amounts: 50,
  /** Bytes of a text: all entries together stay within a page's means. */
  text: 4096,
  /** Bytes of a result or an answer: enough to recognize it. */
  preview: 512,
} as const;

/** What can happen. It is replaced, never changed. */
export type Happening =
  | { readonly kind: 'step'; readonly step: StepView }
  | { readonly kind: 'status'; readonly text: string; readonly level?: Level }
  | { readonly kind: 'progress'; readonly progress: ProgressView }
  | { readonly kind: 'question'; readonly question: QuestionView }
  /** How a question has ended. */
  | { readonly kind: 'answer'; readonly question: QuestionView }
  | { readonly kind: 'result'; readonly agent: string; readonly text: string }
  | { readonly kind: 'error'; readonly text: string }
  | { readonly kind: 'end'; readonly phase: End; readonly text: string }
  /** There was more, which is not kept any more. */
  | { readonly kind: 'gap' };

/** Something that happened, at its time, in its step. */
export interface Entry {
  /** Counts up in the order in which things happened. */
  readonly key: number;
  what: Happening;
  /** The step that it is in. */
  readonly parent: Entry | undefined;
  /** How many steps it is in. */
  readonly depth: number;
  /** Who did it: who is named, or whoever does the step that it is in. */
  readonly agent: string | undefined;
  /** When, in the server's time. */
  readonly at: number | undefined;
  /** What is in it; of steps alone. */
  children: Entry[];
  /** The agents of what is in it, and how many of its own children are steps. */
  readonly agents: Set<string>;
  steps: number;
  /** Something in it has failed. */
  hasFailure: boolean;
  /** It is not kept any more. */
  isGone: boolean;
}

/** Whether it waits for its end, which another message brings. */
export function isOpen({ what }: Entry): boolean {
  return what.kind === 'step'
    ? what.step.status === 'running'
    : what.kind === 'question' && what.question.status === 'open';
}

/** Why a step has failed, as far as that is known. */
export function failureOf({ what }: Entry): string | undefined {
  return what.kind === 'step' && what.step.status === 'failed' ? what.step.error : undefined;
}

/** An entry, and those that it is in. */
export function* wayUp(entry: Entry | undefined): Generator<Entry> {
  for (let at = entry; at; at = at.parent) yield at;
}
