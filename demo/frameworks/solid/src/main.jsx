import { render } from 'solid-js/web';
import { App } from './App';

const query = new URLSearchParams(location.search);
if (!query.has('late')) await import('status-messenger/define');
const unmount = render(
  () => <App first={query.get('session') ?? 'demo-solid'} unmount={() => unmount()} />,
  document.getElementById('root'),
);
// Properties that were set before there is an element count when there is one.
if (query.has('late')) await import('status-messenger/define');
