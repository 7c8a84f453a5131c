import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { fileURLToPath } from 'node:url';
import { createServer as createVite } from 'vite';
import { Adapter, type Pace } from './adapter.js';
import { Lines } from './lines.js';

export interface Site {
  /** Not listening yet. */
  readonly server: Server;
  /** Tells every page to come back, and resolves when all are gone. */
  close(): Promise<void>;
}

/** The demo's page, and the work that it shows. */
export async function createSite(pace: Pace = {}): Promise<Site> {
  const configFile = fileURLToPath(new URL('vite.config.ts', import.meta.url));
  const vite = await createVite({ configFile, logLevel: 'warn' });
  const lines = new Lines();
  const server = createServer((request, response) => {
    adapter.answer(request, response, () => {
      const url = new URL(request.url ?? '/', 'http://localhost');
      if (request.method === 'POST' && url.pathname.startsWith('/demo/')) upset(url, request, response);
      else vite.middlewares(request, response);
    });
  });
  server.on('upgrade', (request, socket, head) => {
    if (!lines.take(request, socket, head) && adapter.isGone) socket.destroy();
  });
  const adapter = await Adapter.start(server, pace);

  /** What the page's chaos does to the server and to the way there. */
  function upset(url: URL, request: IncomingMessage, response: ServerResponse): void {
    // Pages from elsewhere have nothing to upset here.
    if ((request.headers['sec-fetch-site'] ?? 'same-origin') !== 'same-origin') response.writeHead(403).end();
    else if (url.pathname === '/demo/line') lines.answer(url, response);
    else if (url.pathname === '/demo/restart') void adapter.restart().then(() => response.writeHead(204).end());
    else response.writeHead(404).end();
  }

  return {
    server,
    async close() {
      await adapter.close();
      await vite.close();
      server.closeAllConnections();
      if (server.listening) await new Promise((resolve) => server.close(resolve));
    },
  };
}
