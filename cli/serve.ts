import { parseArgs } from 'node:util';
import { startStandAlone } from '../server-adapter/stand-alone.js';
import { type Command, EXIT, readArguments, UsageError } from './command.js';
import { signalled } from './output/signals.js';
import { answerWatchPage } from './watch-page.js';

/** Milliseconds for an orderly end: below the ten seconds after which most process managers kill. */
const DRAIN = 8000;

const HELP = `Starts a server that brings what is published over HTTP to pages.

Usage: status-messenger [serve] [--host HOST] [--port PORT]

  --host HOST  where it listens; default 127.0.0.1: only this machine
  --port PORT  default 8000; 0 for one that is free

Pages connect to /ws/SESSION. /watch/SESSION is a page that shows one.

Environment:
  HOST, PORT              as the options, which come first
  CORS_ORIGINS            origins whose pages may connect, with commas between, or *
  STATUS_MESSENGER_STORE  memory: (default) or sqlite:FILE
  STATUS_MESSENGER_API_KEY
                          the key of POST /api/messages, which is off without it
  STATUS_MESSENGER_METRICS
                          true: GET /metrics, for Prometheus

On SIGTERM and SIGINT it finishes what it accepted, tells each page when to come
back, and exits with 0 within ten seconds; a second signal ends it at once.`;

export const serve: Command = {
  help: HELP,
  async run(args) {
    const options = { host: { type: 'string' }, port: { type: 'string' } } as const;
    const { values, positionals } = readArguments(() =>
      parseArgs({ args: [...args], options, allowPositionals: true }),
    );
    if (positionals[0] !== undefined) throw new UsageError(`serve: got "${positionals[0]}", expected options alone`);
    const { host, port } = values;
    const environment = {
      ...process.env,
      ...(host === undefined ? {} : { HOST: host }),
      ...(port === undefined ? {} : { PORT: port }),
    };
    const server = await startStandAlone(environment, { others: answerWatchPage });
    console.log(`status-messenger: listening on ${server.url}`);
    if (!process.env.STATUS_MESSENGER_API_KEY) {
      console.log('status-messenger: POST /api/messages is off; set STATUS_MESSENGER_API_KEY to publish');
    }
    console.log(`status-messenger: got ${await signalled()}, closing; once more to stop at once`);
    await server.stop(DRAIN);
    return EXIT.done;
  },
};
