import { createRequire } from 'node:module';
import { setImmediate as turn } from 'node:timers/promises';
import { systemClock } from '../../../server-adapter/clock.js';
import { Log } from '../../../server-adapter/logger.js';
import { PubSubSink } from '../../../server-adapter/sinks/pubsub.js';
import { readPubSub } from '../../../server-adapter/sinks/pubsub-options.js';

/** Publishes one event as the environment says, closes, and ends when nothing keeps it. What it says on the way are lines of JSON. */
const say = (line: object) => console.log(JSON.stringify(line));
const ignore = () => {};
const log = new Log({ debug: ignore, info: ignore, error: ignore, warn: (warning) => say({ warning }) });

const sink = new PubSubSink(readPubSub({}, process.env), { log, clock: systemClock });
sink.publish({ of: 'the child' }, 'child_event', { sessionId: 'child' });
await sink.close(Number(process.env.CLOSE_TIMEOUT));
// What is called off says so a few turns later.
for (let turns = 0; turns < 5; turns++) await turn();
const modules = Object.keys(createRequire(import.meta.url).cache);
say({
  closed: true,
  loaded: modules.some((file) => file.includes('google-cloud')),
  timers: process.getActiveResourcesInfo().filter((resource) => resource === 'Timeout').length,
});
