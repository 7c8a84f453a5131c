import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { StatusMessenger } from 'status-messenger/server';
import { createServer as createVite } from 'vite';
import { indexFiles } from './indexing.js';

/** Visitors whose work runs at the same time; whoever comes after is told so. */
const MOST_RUNS = 20;
const root = fileURLToPath(new URL('..', import.meta.url));
const host = process.env.HOST ?? '127.0.0.1';
const port = Number(process.env.PORT ?? 8000);

const messenger = new StatusMessenger();
let runs = 0;
messenger.onSession(async (session) => {
  // Every other session carries just what is published to it.
  if (!session.id.startsWith('demo-')) return;
  if (runs >= MOST_RUNS) {
    await session.send({
      type: 'error',
      data: { message: 'Too many visitors at once. Try again in a minute.', fatal: true },
    });
    return;
  }
  runs++;
  try {
    await indexFiles(root, session);
  } finally {
    runs--;
  }
});

/** The sockets of the demo's viewers, by session and viewer, and until when which of them are kept out. */
const sockets = new Map<string, Set<Duplex>>();
const keptOut = new Set<string>();

function viewerOf(url: URL): string | undefined {
  const id = url.searchParams.get('session') ?? /^\/ws\/(demo-[a-z0-9]+)$/.exec(url.pathname)?.[1];
  return id?.startsWith('demo-') ? `${id} ${url.searchParams.get('viewer')}` : undefined;
}

function trackSocket(request: IncomingMessage, socket: Duplex): void {
  const viewer = viewerOf(new URL(request.url ?? '/', 'http://localhost'));
  if (viewer === undefined) return;
  if (keptOut.has(viewer)) {
    socket.destroy();
    return;
  }
  const open = sockets.get(viewer) ?? new Set();
  sockets.set(viewer, open.add(socket));
  socket.once('close', () => {
    open.delete(socket);
    if (open.size === 0) sockets.delete(viewer);
  });
}

/** `POST /demo/cut?session=demo-…&viewer=…&ms=…` cuts a viewer's connection as a network would: without a word. */
function cut(url: URL, response: ServerResponse): void {
  const viewer = viewerOf(url);
  const open = viewer === undefined ? undefined : sockets.get(viewer);
  if (viewer === undefined || !open) {
    response.writeHead(404).end();
    return;
  }
  keptOut.add(viewer);
  setTimeout(() => keptOut.delete(viewer), Math.min(Number(url.searchParams.get('ms')) || 0, 10_000));
  for (const socket of open) socket.destroy();
  response.writeHead(204).end();
}

const server = createServer((request, response) => {
  messenger.middleware(request, response, () => {
    const url = new URL(request.url ?? '/', 'http://localhost');
    if (request.method === 'POST' && url.pathname === '/demo/cut') cut(url, response);
    else vite.middlewares(request, response);
  });
});
server.on('upgrade', trackSocket);
messenger.attach(server);
// Vite's own client would reload the page when this server starts again; that the elements heal by themselves is what the demo shows.
const vite = await createVite({
  configFile: fileURLToPath(new URL('../vite.config.ts', import.meta.url)),
  server: { middlewareMode: true, hmr: false, ws: false },
  plugins: [
    {
      name: 'without-client',
      transformIndexHtml: {
        order: 'post',
        handler: (html) => html.replace(/<script[^>]*"\/@vite\/client"[^>]*><\/script>/, ''),
      },
    },
  ],
  appType: 'mpa',
  logLevel: 'warn',
});

server.on('error', (error: NodeJS.ErrnoException) => {
  const taken = `port ${port} is taken; choose another one, for instance PORT=8001 npm start`;
  console.error(`status-messenger: ${error.code === 'EADDRINUSE' ? taken : error.message}`);
  process.exit(1);
});
server.listen(port, host, () =>
  console.log(`\n  The live demo: http://${host === '0.0.0.0' ? 'localhost' : host}:${port}\n`),
);

const stop = async () => {
  process.once('SIGINT', () => process.exit(1));
  await messenger.close({ timeout: 2000 });
  await vite.close();
  server.closeAllConnections();
  server.close(() => process.exit(0));
};
process.once('SIGINT', stop);
process.once('SIGTERM', stop);
