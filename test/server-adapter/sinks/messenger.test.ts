import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  publishAgentEvent,
  runWithSession,
  StatusMessenger,
  setupStatusMessenger,
} from '../../../server-adapter/index.js';
import { MemoryLogger } from '../../helpers/server.js';
import { kitError } from '../support.js';
import { PublisherServer } from './publisher-server.js';

test('publishAgentEvent publishes for the session in context, as the environment says, and close flushes', async (t) => {
  const server = await PublisherServer.start();
  t.after(() => server.stop());
  Object.assign(process.env, {
    STATUS_MESSENGER_PUBSUB_ENABLED: 'true',
    GOOGLE_CLOUD_PROJECT: 'project',
    STATUS_MESSENGER_PUBSUB_TOPIC_ID: 'topic',
    PUBSUB_EMULATOR_HOST: server.host,
    METADATA_SERVER_DETECTION: 'none',
  });
  t.after(() => {
    process.env.STATUS_MESSENGER_PUBSUB_ENABLED = 'false';
  });
  const log = new MemoryLogger();
  const messenger = setupStatusMessenger({ logger: log });
  await runWithSession({ sessionId: 'session_123', userId: 'ada' }, async () => {
    publishAgentEvent({ detail: 'User logged in' }, 'user_login');
    await Promise.resolve();
    publishAgentEvent({ detail: 'deep inside' });
  });
  messenger.publishAgentEvent(1, 'outside');
  await messenger.close();
  const events = server.events.map(({ json, attributes }) => ({ ...JSON.parse(json), attributes }));
  for (const event of events) assert.ok(Math.abs(Date.parse(event.timestamp) - Date.now()) < 60_000);
  assert.deepEqual(
    events.map(({ timestamp: _, ...event }) => event),
    [
      {
        websocket_session_id: 'session_123',
        event_type: 'user_login',
        data: { detail: 'User logged in' },
        attributes: { event_type: 'user_login', websocket_session_id: 'session_123', user_id: 'ada' },
      },
      {
        websocket_session_id: 'session_123',
        event_type: 'agent_event',
        data: { detail: 'deep inside' },
        attributes: { event_type: 'agent_event', websocket_session_id: 'session_123', user_id: 'ada' },
      },
      { websocket_session_id: null, event_type: 'outside', data: 1, attributes: { event_type: 'outside' } },
    ],
  );
  assert.deepEqual(log.lines, []);
});

test('pubsub: false is silence, and options that cannot be are refused', async () => {
  const log = new MemoryLogger();
  const messenger = new StatusMessenger({ logger: log, pubsub: false });
  messenger.publishAgentEvent({}, 'e');
  assert.deepEqual(log.lines, []);
  await messenger.close();
  const text =
    'options.pubsub.projectId: got number 1, expected the id of a project; leave it out for what the environment says';
  const pubsub = { projectId: 1 } as unknown as { projectId: string };
  assert.throws(() => new StatusMessenger({ pubsub }), kitError('invalid', text));
});
