import { useState, version } from 'react';
import { useStatusMessenger } from 'status-messenger/react';

/** React 19 sets properties and listens to events of custom elements by itself. */
export function App({ first, unmount }) {
  const [sessionId, setSessionId] = useState(first);
  const [heard, setHeard] = useState([]);
  const [answer, setAnswer] = useState('');
  const getToken = () => `token-of-${sessionId}`;
  const { currentStatus, client } = useStatusMessenger({ clientId: sessionId, getToken });
  return (
    <main>
      <h1>React {version}</h1>
      <status-messenger
        url="/ws"
        session-id={sessionId}
        getToken={getToken}
        onmessage={({ detail: { type, data } }) => type === 'status' && setHeard((before) => [...before, data])}
      >
        <status-progress />
        <status-question onanswer={({ detail }) => setAnswer(detail.answer)} />
      </status-messenger>
      <status-connection session={client} />
      <p id="status">{currentStatus}</p>
      <p id="answer">{answer}</p>
      <ol id="heard">
        {heard.map((text) => (
          <li key={text}>{text}</li>
        ))}
      </ol>
      <button id="turn" type="button" onClick={() => setSessionId(`${first}-2`)}>
        Another session
      </button>
      <button id="unmount" type="button" onClick={unmount}>
        Unmount
      </button>
    </main>
  );
}
