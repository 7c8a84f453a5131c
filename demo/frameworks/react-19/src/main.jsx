import 'status-messenger/define';
import { StrictMode, Suspense } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './App';

const sessionId = new URLSearchParams(location.search).get('session') ?? 'demo-react-19';
const root = createRoot(document.getElementById('root'));
root.render(
  <StrictMode>
    <Suspense>
      <App first={sessionId} unmount={() => root.unmount()} />
    </Suspense>
  </StrictMode>,
);
