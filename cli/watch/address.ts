import { invalid } from '../../protocol/index.js';

/** The WebSocket of what a link leads to: `/ws/…` itself, or the page `/watch/…` beside it. Throws `invalid` for anything else. */
export function socketAddress(link: string): string {
  const url = URL.canParse(link) ? new URL(link) : undefined;
  const isLink = url && /^(https?|wss?):$/.test(url.protocol) && url.pathname.length > 1;
  if (!isLink) {
    throw invalid('watch', link, 'the address of a session', 'write for instance http://127.0.0.1:8000/ws/my-session');
  }
  url.pathname = url.pathname.replace(/\/watch\/([^/]+)$/, '/ws/$1');
  return url.href;
}
