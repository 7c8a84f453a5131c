#!/usr/bin/env node
import { constants } from 'node:os';
import { messageOf } from '../protocol/index.js';
import { startStandAlone } from './stand-alone.js';

/** Milliseconds for an orderly end: below the ten seconds after which most process managers kill. */
const DRAIN = 8000;

async function main(): Promise<void> {
  const server = await startStandAlone(process.env);
  console.log(`status-messenger: listening on ${server.url}`);
  if (!process.env.STATUS_MESSENGER_API_KEY) {
    console.log('status-messenger: POST /api/messages is off; set STATUS_MESSENGER_API_KEY to publish');
  }
  let stopping = false;
  const stop = (signal: 'SIGTERM' | 'SIGINT') => {
    if (stopping) process.exit(128 + constants.signals[signal]);
    stopping = true;
    console.log(`status-messenger: got ${signal}, closing; once more to stop at once`);
    server.stop(DRAIN).then(
      () => process.exit(0),
      (error: unknown) => {
        console.error(messageOf(error));
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
}

main().catch((error: unknown) => {
  console.error(messageOf(error));
  process.exit(1);
});
