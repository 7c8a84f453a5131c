import type { StorySession } from './session.js';

/** A value for a property that no attribute can say, with the code that makes it. */
export interface CodedValue {
  readonly value: unknown;
  readonly code: string;
  /** The module that the code's name is imported from; without it, the code stands for itself. */
  readonly from?: string;
}

/** An element as a page would write it. */
export interface Markup {
  readonly tag: string;
  readonly attributes?: Readonly<Record<string, string | true>>;
  readonly properties?: Readonly<Record<string, CodedValue>>;
  readonly children?: ReadonlyArray<Markup | string>;
}

/** Something that can happen next, by a button below the story. */
export interface Move {
  readonly label: string;
  run(session: StorySession): void | Promise<void>;
}

/** One state of an element that is worth seeing. */
export interface Story {
  /** Stands in its address. */
  readonly id: string;
  readonly title: string;
  /** What there is to see, in a sentence or two. */
  readonly shows: string;
  readonly attributes?: Readonly<Record<string, string | true>>;
  readonly properties?: Readonly<Record<string, CodedValue>>;
  readonly children?: ReadonlyArray<Markup | string>;
  /** An event that the code listens to. */
  readonly listensTo?: string;
  /** Brings the session to where it is to be seen; what happens after a wait is seen happening. */
  setUp(session: StorySession): void | Promise<void>;
  readonly moves?: readonly Move[];
}

/** The stories of an element. */
export interface StoryGroup {
  readonly tag: keyof HTMLElementTagNameMap;
  /** The element in a few words. */
  readonly about: string;
  readonly stories: readonly Story[];
}
