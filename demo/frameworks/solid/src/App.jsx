import { createMemo, createSignal, For, from, onCleanup } from 'solid-js';
import { SessionClient } from 'status-messenger/client';

/** A session's state as a signal: Solid needs no more than the client. */
function createSession(sessionId, getToken) {
  const client = createMemo(() => {
    const made = new SessionClient({ url: '/ws', sessionId: sessionId(), getToken });
    made.connect();
    onCleanup(() => made.close());
    return made;
  });
  const state = createMemo(() => from((set) => client().on('state', set), client().state));
  return { client, state: () => state()() };
}

export function App(props) {
  const [sessionId, setSessionId] = createSignal(props.first);
  const [heard, setHeard] = createSignal([]);
  const [answer, setAnswer] = createSignal('');
  const getToken = () => `token-of-${sessionId()}`;
  const { client, state } = createSession(sessionId, getToken);
  const hear = ({ detail: { type, data } }) => type === 'status' && setHeard((before) => [...before, data]);
  return (
    <main>
      <h1>Solid</h1>
      <status-messenger url="/ws" attr:session-id={sessionId()} prop:getToken={getToken} on:message={hear}>
        <status-progress />
        <status-question on:answer={({ detail }) => setAnswer(detail.answer)} />
      </status-messenger>
      <status-connection prop:session={client()} />
      <p id="status">{state().status?.text}</p>
      <p id="answer">{answer()}</p>
      <ol id="heard">
        <For each={heard()}>{(text) => <li>{text}</li>}</For>
      </ol>
      <button id="turn" type="button" onClick={() => setSessionId(`${props.first}-2`)}>
        Another session
      </button>
      <button id="unmount" type="button" onClick={() => props.unmount()}>
        Unmount
      </button>
    </main>
  );
}
