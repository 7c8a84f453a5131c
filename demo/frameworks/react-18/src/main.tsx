import { StrictMode, Suspense } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './App';

const sessionId = new URLSearchParams(location.search).get('session') ?? 'demo-react-18';
const root = createRoot(document.getElementById('root') as HTMLElement);
root.render(
  <StrictMode>
    <Suspense>
      <App first={sessionId} unmount={() => root.unmount()} />
    </Suspense>
  </StrictMode>,
);
