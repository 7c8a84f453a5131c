import { question, status, stop } from './says.js';
import { done, failed, REPORT, underWay, wholeRun } from './scenes.js';
import type { StoryGroup } from './story.js';

export const statusMessenger: StoryGroup = {
  tag: 'status-messenger',
  about: 'Holds the connection, and says in one line what is going on.',
  stories: [
    {
      id: 'running',
      title: 'Running',
      shows: 'The current status, and how long the run has taken by the server’s clock.',
      listensTo: 'statuschange',
      setUp: underWay,
      moves: [
        { label: 'Say something', run: (session) => session.say(status('Reading the figures of West…')) },
        { label: 'Lose the connection', run: (session) => session.become('reconnecting') },
        { label: 'Bring it back', run: (session) => session.become('live') },
      ],
    },
    {
      id: 'whole-run',
      title: 'A whole run',
      shows:
        'A run from its first status to its summary, with the question that it waits for. Answer it in the element inside.',
      listensTo: 'runend',
      children: [{ tag: 'status-question' }],
      setUp: wholeRun,
    },
    {
      id: 'idle',
      title: 'Nothing yet',
      shows: 'Connected, and nobody has said a word.',
      setUp: () => {},
      moves: [{ label: 'Say something', run: (session) => session.say(status('Collecting what there is…')) }],
    },
    {
      id: 'waiting',
      title: 'Waiting for a person',
      shows: 'The line says what is asked; a question element inside takes the answer.',
      listensTo: 'questionopen',
      children: [{ tag: 'status-question' }],
      setUp(session) {
        underWay(session);
        const schema = { type: 'boolean' };
        session.say(question({ questionId: 'more', question: 'West has no figures for May. Go on without?', schema }));
      },
    },
    {
      id: 'completed',
      title: 'Completed',
      shows: 'The summary of a run that ended well.',
      listensTo: 'runend',
      setUp: done,
    },
    {
      id: 'failed',
      title: 'Failed',
      shows: 'Why it failed, in the server’s words.',
      listensTo: 'runend',
      setUp: failed,
    },
    {
      id: 'cancelled',
      title: 'Stopped',
      shows: 'Somebody stopped the run.',
      setUp(session) {
        underWay(session);
        session.say(stop());
      },
    },
    {
      id: 'reconnecting',
      title: 'Reconnecting',
      shows: 'A lost connection is no stopped run: what is shown is marked as last known, and its clock stands still.',
      listensTo: 'connectionchange',
      async setUp(session) {
        underWay(session);
        await session.wait(100);
        session.become('reconnecting');
      },
      moves: [{ label: 'Bring it back', run: (session) => session.become('live') }],
    },
    {
      id: 'refused',
      title: 'Refused',
      shows: 'The server will not have this page, and says why.',
      listensTo: 'connectionchange',
      setUp: (session) => session.become('refused'),
    },
    {
      id: 'long-text',
      title: 'A long status',
      shows: 'Text wraps, and what looks like HTML is text.',
      setUp(session) {
        session.ago(
          12,
          status(
            `${REPORT.summary} <b>Nothing</b> of this becomes HTML, and /a/very/long/path/${'without-a-space/'.repeat(8)} breaks where it has to.`,
          ),
        );
      },
    },
  ],
};
