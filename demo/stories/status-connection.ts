import type { ConnectionStatus } from 'status-messenger';
import { underWay } from './scenes.js';
import type { Move, Story, StoryGroup } from './story.js';

const back: Move = { label: 'Bring it back', run: (session) => session.become('live') };

function standing(id: ConnectionStatus, title: string, shows: string, moves: readonly Move[] = []): Story {
  const setUp: Story['setUp'] = (session) => {
    underWay(session);
    session.become(id);
  };
  return { id, title, shows, moves, setUp };
}

export const statusConnection: StoryGroup = {
  tag: 'status-connection',
  about: 'How the page stands to its server.',
  stories: [
    standing('live', 'Live', 'Connected, and nothing is missing.', [
      { label: 'Lose the connection', run: (session) => session.become('reconnecting') },
      back,
    ]),
    standing('connecting', 'Connecting', 'On the way for the first time.', [back]),
    standing(
      'reconnecting',
      'Reconnecting',
      'When it is tried again, a button to try at once, and how old what is shown is.',
      [back],
    ),
    standing('offline', 'Offline', 'The browser has no network; it goes on by itself.', [back]),
    standing('refused', 'Refused', 'The server will not have this page, and says why.'),
    standing('ended', 'Complete', 'The server said that nothing more will come.'),
    standing('idle', 'Not connected', 'On purpose, with a button that connects.'),
  ],
};
