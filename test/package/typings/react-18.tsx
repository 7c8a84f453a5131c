import type { SessionSource } from 'status-messenger';
import type {} from 'status-messenger/types/react';

declare const session: SessionSource;

export const right = [
  <status-messenger key="a" url="/ws" session-id="abc" paused="" class="wide">
    <status-question question-id="q" />
  </status-messenger>,
  <status-panel key="b" variant="compact" ref={(panel) => panel?.sessionSource?.connect()} />,
];

export const wrong = [
  // @ts-expect-error There is no such variant.
  <status-panel key="a" variant="small" />,
  // @ts-expect-error It would be paused all the same.
  <status-messenger key="b" paused={false} />,
  // @ts-expect-error It would be written as a text.
  <status-panel key="c" session={session} />,
  // @ts-expect-error It would never be called.
  <status-messenger key="d" onstatuschange={() => {}} />,
];
