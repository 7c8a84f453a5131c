import { begin, finish, status } from './says.js';
import { done, failed, underWay } from './scenes.js';
import type { StoryGroup } from './story.js';

export const statusTimeline: StoryGroup = {
  tag: 'status-timeline',
  about: 'All that happened, in time, as a tree of steps.',
  stories: [
    {
      id: 'running',
      title: 'Running',
      shows: 'Finished steps fold up, and the end is followed until the reader scrolls up.',
      listensTo: 'agentschange',
      setUp: underWay,
      moves: [
        { label: 'Say something', run: (session) => session.say(status('Reading on…', { agent: 'Analyst' })) },
        {
          label: 'Do a step',
          async run(session) {
            const step = `step-${Date.now()}`;
            session.say(begin(step, 'Checking a figure', { agent: 'Analyst' }));
            await session.wait(1200);
            session.say(finish(step));
          },
        },
      ],
    },
    { id: 'completed', title: 'Completed', shows: 'Results and the end of the run stand in their place.', setUp: done },
    { id: 'failed', title: 'Failed', shows: 'Steps that failed stay open.', setUp: failed },
    {
      id: 'one-agent',
      title: 'One agent of several',
      shows: 'Only the entries of one agent, with the steps that they are in.',
      properties: { agents: { value: ['Analyst'], code: "['Analyst']" } },
      listensTo: 'agentschange',
      setUp: underWay,
    },
    {
      id: 'long',
      title: 'A long story',
      shows: 'Hundreds of entries: the earlier ones come when they are asked for.',
      setUp(session) {
        for (let i = 0; i < 400; i++)
          session.ago(800 - 2 * i, status(`Read document ${i + 1} of 400`, { agent: 'Researcher' }));
      },
      moves: [{ label: 'Say something', run: (session) => session.say(status('Another one')) }],
    },
    {
      id: 'stale',
      title: 'Last known',
      shows: 'While the connection is lost nothing looks as if it went on.',
      setUp(session) {
        underWay(session);
        session.become('reconnecting');
      },
      moves: [{ label: 'Bring it back', run: (session) => session.become('live') }],
    },
    { id: 'empty', title: 'Nothing yet', shows: 'Nothing has happened.', setUp: () => {} },
  ],
};
