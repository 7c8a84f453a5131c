import { statusAttention } from './status-attention.js';
import { statusConnection } from './status-connection.js';
import { statusControls } from './status-controls.js';
import { statusMessenger } from './status-messenger.js';
import { statusPanel } from './status-panel.js';
import { statusProgress } from './status-progress.js';
import { statusQuestion } from './status-question.js';
import { statusResults } from './status-results.js';
import { statusTimeline } from './status-timeline.js';
import type { Story, StoryGroup } from './story.js';

/** All stories, by their elements. */
export const GROUPS: readonly StoryGroup[] = [
  statusPanel,
  statusMessenger,
  statusTimeline,
  statusProgress,
  statusQuestion,
  statusResults,
  statusConnection,
  statusControls,
  statusAttention,
];

/** A story with the element that it is of. */
export interface Listed extends Story {
  readonly tag: StoryGroup['tag'];
}

export const STORIES: readonly Listed[] = GROUPS.flatMap(({ tag, stories }) =>
  stories.map((story) => ({ ...story, tag })),
);

export function findStory(tag: string, id: string): Listed | undefined {
  return STORIES.find((story) => story.tag === tag && story.id === id);
}
