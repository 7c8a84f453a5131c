import { mount, unmount } from 'svelte';
import App from './App.svelte';

const query = new URLSearchParams(location.search);
if (!query.has('late')) await import('status-messenger/define');
const app = mount(App, {
  target: document.getElementById('root'),
  props: { first: query.get('session') ?? 'demo-svelte', leave: () => unmount(app) },
});
// Properties that were set before there is an element count when there is one.
if (query.has('late')) await import('status-messenger/define');
