import { question, stop } from './says.js';
import { done, failed, underWay, wholeRun } from './scenes.js';
import type { StorySession } from './session.js';
import type { StoryGroup } from './story.js';

function asking(session: StorySession): void {
  underWay(session);
  session.say(
    question(
      {
        questionId: 'tone',
        question: 'Who will read the report?',
        choices: [
          { value: 'board', label: 'The board' },
          { value: 'regions', label: 'The regions' },
          { value: 'public', label: 'Everybody' },
        ],
      },
      { agent: 'Writer' },
    ),
  );
}

export const statusPanel: StoryGroup = {
  tag: 'status-panel',
  about: 'All of a session in one tag.',
  stories: [
    {
      id: 'running',
      title: 'Running',
      shows: 'How it stands, how far it is, and what happened. What is empty takes no room.',
      setUp: underWay,
    },
    {
      id: 'whole-run',
      title: 'A whole run',
      shows: 'From the first status to the results. It asks in the middle, and goes on with your answer.',
      setUp: wholeRun,
    },
    {
      id: 'waiting',
      title: 'Waiting for a person',
      shows: 'What is asked stands out, above everything else.',
      setUp: asking,
    },
    {
      id: 'completed',
      title: 'Completed',
      shows: 'Results stand beside the timeline where there is room.',
      setUp: done,
    },
    { id: 'failed', title: 'Failed', shows: 'The step that failed stays open, and says why.', setUp: failed },
    {
      id: 'cancelled',
      title: 'Stopped',
      shows: 'Steps that nobody finished are shown as stopped, not as running.',
      setUp(session) {
        underWay(session);
        session.say(stop());
      },
    },
    {
      id: 'reconnecting',
      title: 'Reconnecting',
      shows: 'All that was known stays, marked as last known.',
      setUp(session) {
        underWay(session);
        session.become('reconnecting');
      },
      moves: [{ label: 'Bring it back', run: (session) => session.become('live') }],
    },
    {
      id: 'compact',
      title: 'Compact',
      shows: 'One line and a bar; the rest folds up.',
      attributes: { variant: 'compact' },
      setUp: underWay,
    },
    {
      id: 'compact-waiting',
      title: 'Compact, waiting',
      shows: 'A question is never folded up.',
      attributes: { variant: 'compact' },
      setUp: asking,
    },
    {
      id: 'slots',
      title: 'With parts of your own',
      shows: 'Slots take the place of the kit’s elements, here controls that ask first and can start again.',
      children: [
        { tag: 'status-controls', attributes: { slot: 'controls', confirm: true, restartable: true } },
        {
          tag: 'p',
          attributes: { style: 'margin: 1rem 0 0' },
          children: ['Figures are checked by hand before they are published.'],
        },
      ],
      setUp: underWay,
    },
    {
      id: 'empty',
      title: 'Nothing yet',
      shows: 'Before anything is said, the connection says it all.',
      setUp: () => {},
    },
  ],
};
