import 'status-messenger/define';
import { hasEnded } from 'status-messenger/protocol';
import { find, sessionInAddress } from '../address.js';
import { Viewer } from './viewer.js';

const viewers = [...document.querySelectorAll<HTMLElement>('.viewer')].map((root) => new Viewer(root));
const [first] = viewers;
if (!first) throw new Error('There is no viewer on this page.');
const stop = find(document, '#stop', HTMLButtonElement);
const restart = find(document, '#restart', HTMLButtonElement);

function show(): void {
  const session = sessionInAddress('agents');
  for (const viewer of viewers) viewer.watch(session);
}

/** Not `disabled`: that would take the focus away from whoever pressed it. */
function allow(button: HTMLButtonElement, isAllowed: boolean): void {
  button.ariaDisabled = isAllowed ? null : 'true';
}

function isAllowed(button: HTMLButtonElement): boolean {
  return button.ariaDisabled !== 'true';
}

first.element.addEventListener('statechange', ({ detail: { phase } }) => {
  allow(stop, phase === 'running' || phase === 'waiting');
  allow(restart, hasEnded(phase));
});
stop.addEventListener('click', async () => {
  if (!isAllowed(stop)) return;
  allow(stop, false);
  // What becomes of the run is the server's to say: see `statechange`.
  const ack = await first.element.cancel().catch(() => undefined);
  if (!ack?.accepted) allow(stop, true);
});
restart.addEventListener('click', () => {
  if (!isAllowed(restart)) return;
  // A session holds one conversation: another one is another session, and this one stays where it was.
  history.pushState(null, '', '#');
  show();
});
addEventListener('hashchange', show);
allow(stop, false);
allow(restart, false);
show();
