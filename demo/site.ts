import { createServer, type Server } from 'node:http';
import { fileURLToPath } from 'node:url';
import type { Clock } from 'status-messenger/protocol';
import { fail, type Session, StatusMessenger } from 'status-messenger/server';
import { createServer as createVite } from 'vite';
import { planApp } from './agents/conversation.js';
import { Cuts } from './cuts.js';
import { indexFiles } from './indexing.js';

/** Visitors whose work runs at the same time. Agents mostly wait for an answer. */
const MOST_INDEXINGS = 20;
const MOST_CONVERSATIONS = 200;
const root = fileURLToPath(new URL('..', import.meta.url));
const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));

export interface Site {
  /** Not listening yet. */
  readonly server: Server;
  /** Tells every page to come back, and resolves when all are gone. */
  close(): Promise<void>;
}

/** The demo's pages, and the work that they show. `pauses`: the clock that the agents think by. Default: the machine's. */
export async function createSite({ pauses }: { readonly pauses?: Clock } = {}): Promise<Site> {
  const messenger = new StatusMessenger({
    // A page is taken at its word for who it is, so that the others see who answered. Yours looks at a cookie, or a token.
    authorize: ({ userId }) => (userId === undefined ? true : { userId }),
  });
  const index = atMost(MOST_INDEXINGS, (session) => indexFiles(root, session));
  const converse = atMost(MOST_CONVERSATIONS, () => planApp(pauses ?? messenger.clock));
  messenger.onSession((session) => {
    if (session.id.startsWith('demo-')) return index(session);
    if (session.id.startsWith('agents-')) return converse(session);
    // Every other session carries just what is published to it.
    return undefined;
  });

  const cuts = new Cuts();
  const vite = await createVite(pages);
  const server = createServer((request, response) => {
    messenger.middleware(request, response, () => {
      const url = new URL(request.url ?? '/', 'http://localhost');
      if (request.method === 'POST' && url.pathname === '/demo/cut') cuts.answer(url, response);
      else vite.middlewares(request, response);
    });
  });
  server.on('upgrade', (request, socket) => cuts.watch(request, socket));
  messenger.attach(server);

  return {
    server,
    async close() {
      await messenger.close({ timeout: 2000 });
      await vite.close();
      server.closeAllConnections();
      if (server.listening) await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Runs `run` for so many sessions at the same time; whoever comes after is told so. */
function atMost(most: number, run: (session: Session) => Promise<void>): (session: Session) => Promise<void> {
  let runs = 0;
  return async (session) => {
    if (runs >= most) {
      fail('Too many visitors at once. Try again in a minute.');
      return;
    }
    runs++;
    try {
      await run(session);
    } finally {
      runs--;
    }
  };
}

// Vite's own client would reload the page when this server starts again; that the elements heal by themselves is what the demo shows.
const pages: Parameters<typeof createVite>[0] = {
  configFile: at('../vite.config.ts'),
  resolve: { alias: [{ find: /^status-messenger\/protocol$/, replacement: at('../protocol/index.ts') }] },
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
};
