import { useState, version } from 'react';
import {
  StatusConnection,
  StatusMessenger,
  StatusProgress,
  StatusQuestion,
  useStatusMessenger,
} from 'status-messenger/react';

interface Props {
  readonly first: string;
  readonly unmount: () => void;
}

export function App({ first, unmount }: Props) {
  const [sessionId, setSessionId] = useState(first);
  const [heard, setHeard] = useState<readonly string[]>([]);
  const [answer, setAnswer] = useState('');
  const getToken = () => `token-of-${sessionId}`;
  const { currentStatus, client } = useStatusMessenger({ clientId: sessionId, getToken });
  return (
    <main>
      <h1>React {version}</h1>
      <StatusMessenger
        url="/ws"
        sessionId={sessionId}
        getToken={getToken}
        onMessage={({ detail: { type, data } }) => type === 'status' && setHeard((before) => [...before, String(data)])}
      >
        <StatusProgress />
        <StatusQuestion onAnswer={({ detail }) => setAnswer(String(detail.answer))} />
      </StatusMessenger>
      <StatusConnection session={client} />
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
