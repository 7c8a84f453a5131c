import { refusalText } from './refusal-text.js';
import type { Connection } from './session/index.js';
import { SessionClient } from './session/index.js';
import { en } from './words/en.js';

/**
 * Shows the current status of a session as text in an element of the page (seed: `status-messenger.js`). Unlike its model it resumes after a
 * loss, and keeps what was last known on the page, marked as such.
 *
 * @param elementId The id of the element to show it in.
 * @param url The session's address: `ws(s)://`, `http(s)://`, or a path on the page's host.
 * @param reconnectDelayMs About how many milliseconds to wait before each attempt to come back: half of it to all of it. Default: a backoff.
 * @returns A function that stops it. Where the element or the URL is missing the console says so, and the function does nothing.
 */
export function startStatusUpdates(elementId: string, url: string, reconnectDelayMs?: number): () => void {
  const element = document.getElementById(elementId);
  if (!element) {
    return mistake(`got "${elementId}", expected the id of an element of this page; call it once the element is there`);
  }
  if (!url) {
    element.textContent = 'Error: no WebSocket URL was given.';
    return mistake('got no url, expected the address of a session; pass it as the second argument');
  }
  const status = document.createElement('p');
  const connection = document.createElement('p');
  status.setAttribute('role', 'status');
  element.replaceChildren(status);

  const client = new SessionClient({
    url,
    base: `${location.origin}/`,
    ...(reconnectDelayMs !== undefined && reconnectDelayMs > 0
      ? { reconnectDelay: (_: number, random: () => number) => reconnectDelayMs * (0.5 + random() / 2) }
      : {}),
  });
  const show = () => {
    // Whoever took the element over since shows something else in it.
    if (status.parentNode !== element) return;
    const { text } = client.state.status ?? {};
    const lost = connectionText(client.connection);
    status.textContent = text ?? (lost || 'Connected. Waiting for status…');
    connection.textContent = lost;
    if (text !== undefined && lost !== '') status.after(connection);
    else connection.remove();
    element.scrollTop = element.scrollHeight;
  };
  client.on('state', show);
  client.on('connection', show);
  client.connect();
  return () => client.disconnect();
}

function connectionText(connection: Connection): string {
  switch (connection.status) {
    case 'live':
    case 'ended':
      return '';
    case 'connecting':
      return 'Connecting…';
    case 'refused':
      return refusalText(connection, en);
    case 'idle':
      return 'Stopped. This is what was last known.';
    default:
      return 'Connection lost. Reconnecting…';
  }
}

function mistake(text: string): () => void {
  console.error(`status-messenger: startStatusUpdates: ${text}`);
  return () => console.warn(`status-messenger: there is nothing to stop: startStatusUpdates ${text}`);
}
