import { stop } from './says.js';
import { done, underWay } from './scenes.js';
import type { StoryGroup } from './story.js';

export const statusControls: StoryGroup = {
  tag: 'status-controls',
  about: 'Stops a run, and starts it again.',
  stories: [
    {
      id: 'running',
      title: 'Running',
      shows: 'Stop: it is shown as asked for, and as done when the server says so.',
      listensTo: 'cancel',
      setUp: underWay,
    },
    {
      id: 'confirm',
      title: 'Asks first',
      shows: 'Stopping takes a second press; Escape lets it go on.',
      attributes: { confirm: true },
      listensTo: 'cancel',
      setUp: underWay,
    },
    {
      id: 'restartable',
      title: 'Can start again',
      shows: 'For applications that know what to do when they are asked to.',
      attributes: { restartable: true },
      listensTo: 'restart',
      setUp: done,
    },
    {
      id: 'taken',
      title: 'Asked for',
      shows: 'Stop: the server has taken it, and the run has not ended yet.',
      listensTo: 'cancel',
      setUp(session) {
        underWay(session);
        session.reply = 'hold';
      },
      moves: [{ label: 'The run ends', run: (session) => session.say(stop()) }],
    },
    {
      id: 'refused',
      title: 'Not taken',
      shows: 'Stop: the server says no, and the run goes on.',
      listensTo: 'cancel',
      setUp(session) {
        underWay(session);
        session.reply = 'refuse';
      },
    },
    {
      id: 'unsent',
      title: 'Did not reach the server',
      shows: 'Stop: the request was lost, and can be made again.',
      listensTo: 'cancel',
      setUp(session) {
        underWay(session);
        session.reply = 'lose';
      },
    },
  ],
};
