import type { SessionSource } from 'status-messenger';
import { initialState } from 'status-messenger/protocol';
import type {} from 'status-messenger/types/react';

declare const session: SessionSource;

export const right = [
  <status-messenger
    key="a"
    url="/ws"
    session-id="abc"
    paused
    id="m"
    className="wide"
    getToken={async () => 'secret'}
    onstatuschange={(event) => event.detail.text.trim()}
    onchannelstate={(event) => event.detail.channel.trim()}
    onconnectionchange={(event) => event.detail.status === 'live'}
    onproblem={(event) => event.detail.message.trim()}
  >
    <status-question question-id="q" onanswer={(event) => event.preventDefault()} />
  </status-messenger>,
  <status-panel key="b" variant="compact" session={session} ref={(panel) => panel?.sessionSource?.connect()} />,
  <status-panel
    key="d"
    url="/ws"
    session-id="abc"
    snapshot={JSON.stringify(initialState)}
    style={{ '--status-gap': 4 }}
  />,
  <status-timeline key="c" for="m" agents={['Writer']} onagentschange={(event) => event.type.trim()} />,
];

export const wrong = [
  // @ts-expect-error There is no such variant.
  <status-panel key="a" variant="small" />,
  // @ts-expect-error It is true or false.
  <status-messenger key="b" paused="yes" />,
  // @ts-expect-error There is no such attribute.
  <status-messenger key="c" session_id="abc" />,
  // @ts-expect-error A list, not a text.
  <status-timeline key="d" agents="Writer" />,
  // @ts-expect-error The detail of a status is no number.
  <status-messenger key="e" onstatuschange={(event) => event.detail.text.toFixed()} />,
  // @ts-expect-error It is read, and not set.
  <status-messenger key="f" state={undefined} />,
];
