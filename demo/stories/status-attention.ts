import { complete, fail, question } from './says.js';
import { REPORT, underWay } from './scenes.js';
import type { Move, StoryGroup } from './story.js';

const look: Move = { label: 'Look again', run: () => pretendHidden(false) };
const turnAway: Move = { label: 'Turn to another tab', run: () => pretendHidden(true) };

/** The page as it is while somebody looks at another tab. */
function pretendHidden(isHidden: boolean): void {
  if (isHidden) Object.defineProperty(document, 'visibilityState', { value: 'hidden', configurable: true });
  else Reflect.deleteProperty(document, 'visibilityState');
  document.dispatchEvent(new Event('visibilitychange'));
}

export const statusAttention: StoryGroup = {
  tag: 'status-attention',
  about: 'Calls a person who looks at another tab.',
  stories: [
    {
      id: 'question',
      title: 'A question waits',
      shows:
        'The title of the tab says that a question waits, while nobody looks at the page. Try it with a real tab, too.',
      async setUp(session) {
        underWay(session);
        session.say(question({ questionId: 'tab', question: REPORT.question }));
        session.leaving(() => pretendHidden(false));
        pretendHidden(true);
      },
      moves: [look, turnAway],
    },
    {
      id: 'completed',
      title: 'The run is done',
      shows: 'It ended well while nobody looked; who looks has seen it.',
      async setUp(session) {
        underWay(session);
        session.leaving(() => pretendHidden(false));
        pretendHidden(true);
        await session.wait(100);
        session.say(complete(REPORT.summary));
      },
      moves: [look],
    },
    {
      id: 'failed',
      title: 'The run has failed',
      shows: 'It failed while nobody looked.',
      async setUp(session) {
        underWay(session);
        session.leaving(() => pretendHidden(false));
        pretendHidden(true);
        await session.wait(100);
        session.say(fail(REPORT.error));
      },
      moves: [look],
    },
    {
      id: 'notify',
      title: 'With notifications',
      shows:
        'A button asks whether the system may notify, as long as nobody has said. Where that was said already, there is nothing to see.',
      attributes: { notify: true },
      setUp: underWay,
    },
  ],
};
