import { begin, complete, fail, progress, question, status, stop } from './says.js';
import { REPORT } from './scenes.js';
import type { StorySession } from './session.js';
import type { StoryGroup } from './story.js';

function reading(session: StorySession): void {
  session.ago(40, status('Reading…'));
  for (const [ago, value] of [
    [32, 60],
    [24, 118],
    [16, 171],
    [8, 232],
    [0, 287],
  ] as const) {
    session.ago(ago, progress({ label: 'Reading', value, max: 480, unit: 'pages' }));
  }
}

export const statusProgress: StoryGroup = {
  tag: 'status-progress',
  about: 'How far a run is, how quickly that goes, and how long it will take.',
  stories: [
    {
      id: 'running',
      title: 'Running',
      shows: 'In percent and in its unit, with its pace and about how long still, where there is enough to go by.',
      async setUp(session) {
        reading(session);
        for (let value = 290; value <= 480; value += 6) {
          await session.wait(1000);
          session.say(progress({ label: 'Reading', value, max: 480, unit: 'pages' }));
        }
      },
    },
    {
      id: 'indeterminate',
      title: 'No known end',
      shows: 'Something goes on, and nobody knows how much there is.',
      setUp: (session) =>
        session.ago(
          8,
          progress({ label: 'Searching', value: 112, unit: 'documents', message: 'Looking in the archive of 2024' }),
        ),
    },
    {
      id: 'message',
      title: 'With a message',
      shows: 'What the server says of it stands below the bar.',
      setUp: (session) =>
        session.ago(20, progress({ label: 'Upload', value: 3, max: 8, unit: 'files', message: 'invoice-2025-11.pdf' })),
    },
    {
      id: 'step',
      title: 'Of one step',
      shows: 'The progress of the step of that id or label, in place of the whole run’s.',
      attributes: { step: 'Analysing' },
      setUp(session) {
        session.ago(30, progress({ label: 'All', value: 1, max: 3 }), begin('a', 'Analysing'), begin('w', 'Writing'));
        session.ago(2, progress({ value: 4, max: 5, unit: 'regions' }, { step: 'a' }));
        session.ago(1, progress({ value: 1, max: 14, unit: 'pages' }, { step: 'w' }));
      },
    },
    {
      id: 'waiting',
      title: 'Waiting',
      shows: 'The run waits for a person.',
      setUp(session) {
        reading(session);
        session.say(question({ questionId: 'go', question: REPORT.question }));
      },
    },
    {
      id: 'completed',
      title: 'Completed',
      shows: 'Full, whatever the last number was.',
      setUp(session) {
        reading(session);
        session.say(complete(REPORT.summary));
      },
    },
    {
      id: 'failed',
      title: 'Failed',
      shows: 'As far as it came, and why it went no further.',
      setUp(session) {
        reading(session);
        session.say(fail(REPORT.error));
      },
    },
    {
      id: 'cancelled',
      title: 'Stopped',
      shows: 'As far as it came.',
      setUp(session) {
        reading(session);
        session.say(stop());
      },
    },
    {
      id: 'stale',
      title: 'Last known',
      shows: 'Nothing moves while nobody knows whether it goes on.',
      setUp(session) {
        reading(session);
        session.become('reconnecting');
      },
      moves: [{ label: 'Bring it back', run: (session) => session.become('live') }],
    },
  ],
};
