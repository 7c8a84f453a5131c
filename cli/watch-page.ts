import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { fileURLToPath } from 'node:url';
import { isId } from '../protocol/index.js';

const STYLE =
  ':root{color-scheme:light dark;font-family:system-ui,sans-serif}body{margin:0 auto;max-width:70rem;padding:1rem}';

const HEADERS = {
  'x-content-type-options': 'nosniff',
  // The session's id, which stands in the address, is the key to it.
  'referrer-policy': 'no-referrer',
  'content-security-policy': [
    "default-src 'none'",
    "script-src 'self'",
    `style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`,
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
};

/** Where the page of a session is. */
export function watchPath(sessionId: string): string {
  return `/watch/${sessionId}`;
}

/** Answers `GET /watch/SESSION`, a page that shows a session, and the script that it needs. Answers whether the request was one of these. */
export function answerWatchPage(request: IncomingMessage, response: ServerResponse): boolean {
  const path = (request.url ?? '').split('?', 1)[0] ?? '';
  if (request.method !== 'GET' && request.method !== 'HEAD') return false;
  const sessionId = /^\/watch\/([^/]+)$/.exec(path)?.[1];
  if (path === '/status-messenger.js') void answerScript(response);
  else if (isId(sessionId)) response.writeHead(200, { ...HEADERS, 'content-type': 'text/html' }).end(pageOf(sessionId));
  else return false;
  return true;
}

/** An id has no characters that mean something in HTML. */
function pageOf(sessionId: string): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${sessionId}</title>
<style>${STYLE}</style>
<script src="../status-messenger.js" defer></script>
<status-panel url="../ws" session-id="${sessionId}"><status-attention></status-attention></status-panel>
</html>
`;
}

let script: Promise<Buffer> | undefined;

async function answerScript(response: ServerResponse): Promise<void> {
  script ??= readFile(fileURLToPath(import.meta.resolve('status-messenger/cdn')));
  try {
    const text = await script;
    response.writeHead(200, { ...HEADERS, 'content-type': 'text/javascript', 'cache-control': 'no-cache' }).end(text);
  } catch {
    script = undefined;
    response.writeHead(500, HEADERS).end();
  }
}
