const query = new URLSearchParams(location.search);
const first = query.get('session') ?? 'demo-html';
const at = (selector) => document.querySelector(selector);
const messenger = at('status-messenger');

async function load() {
  const script = document.createElement('script');
  script.src = 'status-messenger.js';
  document.head.append(script);
  await new Promise((resolve) => script.addEventListener('load', resolve));
}

if (!query.has('late')) await load();
messenger.sessionId = first;
messenger.getToken = () => `token-of-${messenger.sessionId}`;
messenger.addEventListener('message', ({ detail: { type, data } }) => {
  if (type === 'status') at('#heard').append(Object.assign(document.createElement('li'), { textContent: data }));
});
at('status-question').addEventListener('answer', ({ detail }) => {
  at('#answer').textContent = detail.answer;
});
// Properties that were set before there is an element count when there is one.
if (query.has('late')) await load();

let stop = startStatusUpdates('status', `/ws/${first}`);
at('#turn').addEventListener('click', () => {
  messenger.sessionId = `${first}-2`;
  stop();
  stop = startStatusUpdates('status', `/ws/${first}-2`);
});
at('#unmount').addEventListener('click', () => {
  stop();
  at('main').remove();
});
