import type { SessionSource } from 'status-messenger';
import type {} from 'status-messenger/types/solid';

declare const session: SessionSource;

export const right = (
  <>
    <status-messenger
      url="/ws"
      session-id="abc"
      paused={false}
      class="wide"
      prop:getToken={() => 'secret'}
      on:statuschange={(event) => event.detail.text.trim()}
    >
      <status-question attr:question-id="q" on:answer={(event) => event.detail.questionId.trim()} />
    </status-messenger>
    <status-panel variant="compact" session={session} ref={(panel) => panel.sessionSource?.connect()} />
  </>
);

export const wrong = (
  <>
    {/* @ts-expect-error There is no such variant. */}
    <status-panel variant="small" />
    {/* @ts-expect-error It is true or false. */}
    <status-messenger paused="yes" />
    {/* @ts-expect-error It is a function. */}
    <status-messenger prop:getToken="secret" />
    {/* @ts-expect-error The detail of a status is no number. */}
    <status-messenger on:statuschange={(event) => event.detail.text.toFixed()} />
  </>
);
