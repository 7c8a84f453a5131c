import { createApp } from 'vue';
import App from './App.vue';

const query = new URLSearchParams(location.search);
if (!query.has('late')) await import('status-messenger/define');
const app = createApp(App, { first: query.get('session') ?? 'demo-vue', unmount: () => app.unmount() });
app.mount('#root');
// Properties that were set before there is an element count when there is one.
if (query.has('late')) await import('status-messenger/define');
