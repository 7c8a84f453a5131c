import { startStandAlone } from '../server-adapter/stand-alone.js';
import type { Said } from './feed.js';
import { addressIn, PublishError, type Published, ServerApi } from './server-api.js';
import { answerWatchPage, watchPath } from './watch-page.js';

/** Where a session is shown. */
export interface Stage {
  /** A link to its page, or else the command that shows it. */
  readonly howToWatch: string;
  publish(messages: readonly Said[]): Promise<readonly Published[]>;
  mayTryAgain(error: unknown): boolean;
  /** Calls `stop` when a page asks the session's work to stop, where that reaches this process. */
  onStop(stop: () => void): void;
  close(): Promise<void>;
}

/** Milliseconds for those who watch to hear how it ended. */
const DRAIN = 2000;

/** Opens a session on the server at `url`, or on one of its own. Throws `invalid` for what cannot be, `unavailable` for a port that is taken. */
export function openStage(
  sessionId: string,
  { url, port = '0' }: { readonly url?: string | undefined; readonly port?: string | undefined },
): Promise<Stage> | Stage {
  return url === undefined ? ownStage(sessionId, port) : stageAt(sessionId, url);
}

function stageAt(sessionId: string, url: string): Stage {
  const api = new ServerApi(url, process.env);
  const channel = `session:${sessionId}`;
  return {
    howToWatch: `npx status-messenger watch ${addressIn(api.url, `/ws/${sessionId}`)}`,
    publish: (messages) => api.publish(messages.map((said) => ({ channel, ...said }))),
    mayTryAgain: (error) => error instanceof PublishError && error.mayTryAgain,
    onStop: () => {},
    close: async () => {},
  };
}

async function ownStage(sessionId: string, port: string): Promise<Stage> {
  const { messenger, url, stop } = await startStandAlone({ PORT: port }, { others: answerWatchPage });
  let end = () => {};
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  return {
    howToWatch: url + watchPath(sessionId),
    publish: (messages) => Promise.all(messages.map((said) => messenger.sendToSession(sessionId, said))),
    mayTryAgain: () => false,
    onStop(stop) {
      // What is to be stopped is what a handler waits for.
      messenger.onSession(async ({ id, signal }) => {
        if (id !== sessionId) return;
        signal.addEventListener('abort', stop);
        await ended;
        signal.removeEventListener('abort', stop);
      });
    },
    async close() {
      end();
      // What it showed is over, and so is the server.
      await stop(DRAIN, { final: true });
    },
  };
}
