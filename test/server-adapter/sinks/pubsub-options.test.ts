import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type PubSubOptions, readPubSub } from '../../../server-adapter/sinks/pubsub-options.js';
import { kitError } from '../support.js';

const SET = { GOOGLE_CLOUD_PROJECT: 'project', STATUS_MESSENGER_PUBSUB_TOPIC_ID: 'topic' };
const ON = { ...SET, STATUS_MESSENGER_PUBSUB_ENABLED: 'true' };
const DEFAULTS = { ordered: false, waiting: { count: 10_000, bytes: 16 * 1024 * 1024 } };

test('the environment of the seed says whether and where', () => {
  assert.deepEqual(readPubSub(undefined, ON), { kind: 'on', projectId: 'project', topicId: 'topic', ...DEFAULTS });
  assert.equal(readPubSub({}, { ...ON, STATUS_MESSENGER_PUBSUB_ENABLED: 'True' }).kind, 'on');
  for (const STATUS_MESSENGER_PUBSUB_ENABLED of [undefined, '', 'false', '1', 'yes']) {
    assert.deepEqual(readPubSub({}, { ...SET, STATUS_MESSENGER_PUBSUB_ENABLED }), { kind: 'off', silent: false });
  }
});

test('an option goes before the environment', () => {
  const options = {
    enabled: true,
    projectId: 'example.com:mine',
    topicId: 'top',
    ordered: true,
    waiting: { count: 5 },
  };
  const settings = {
    projectId: 'example.com:mine',
    topicId: 'top',
    ordered: true,
    waiting: { ...DEFAULTS.waiting, count: 5 },
  };
  assert.deepEqual(readPubSub(options, {}), { kind: 'on', ...settings });
  assert.deepEqual(readPubSub({ ...options, enabled: false }, ON), { kind: 'off', silent: true });
  assert.deepEqual(readPubSub(false, ON), { kind: 'off', silent: true });
  assert.deepEqual(readPubSub({ topicId: 'top' }, ON), {
    kind: 'on',
    projectId: 'project',
    topicId: 'top',
    ...DEFAULTS,
  });
});

test('fewer events may wait where they are ordered', () => {
  const settings = { kind: 'on', projectId: 'project', topicId: 'topic', ordered: true };
  assert.deepEqual(readPubSub({ ordered: true }, ON), { ...settings, waiting: { ...DEFAULTS.waiting, count: 1000 } });
});

test('what the environment lacks or has wrong is said', () => {
  const problems: ReadonlyArray<readonly [Record<string, string>, string]> = [
    [{ GOOGLE_CLOUD_PROJECT: '' }, 'got no GOOGLE_CLOUD_PROJECT, expected a project and a topic; set them'],
    [
      { STATUS_MESSENGER_PUBSUB_TOPIC_ID: '' },
      'got no STATUS_MESSENGER_PUBSUB_TOPIC_ID, expected a project and a topic; set them',
    ],
    [
      { GOOGLE_CLOUD_PROJECT: 'a/b' },
      'got GOOGLE_CLOUD_PROJECT string "a/b", expected the id of a project; correct it',
    ],
    [
      { STATUS_MESSENGER_PUBSUB_TOPIC_ID: 'projects/p/topics/t' },
      'got STATUS_MESSENGER_PUBSUB_TOPIC_ID string "projects/p/topics/t", expected 3–255 of A-Z a-z 0-9 . _ ~ + % -, with a letter first; correct it',
    ],
  ];
  for (const [change, text] of problems) {
    const problem = `pubsub: ${text}. Until then no event is published`;
    assert.deepEqual(readPubSub({}, { ...ON, ...change }), { kind: 'incomplete', problem });
  }
});

test('options that cannot be are refused', () => {
  const wrong: ReadonlyArray<readonly [unknown, string]> = [
    [
      'on',
      'options.pubsub: got string "on", expected an object with enabled, projectId, topicId, ordered, waiting; leave it out for what the environment says',
    ],
    [
      { topic: 't' },
      'options.pubsub: got "topic", expected enabled, projectId, topicId, ordered, waiting; check its spelling',
    ],
    [
      { enabled: 'true' },
      'options.pubsub.enabled: got string "true", expected true or false; leave it out for the default',
    ],
    [{ ordered: 1 }, 'options.pubsub.ordered: got number 1, expected true or false; leave it out for the default'],
    [
      { projectId: 'a/b' },
      'options.pubsub.projectId: got string "a/b", expected the id of a project; leave it out for what the environment says',
    ],
    [
      { topicId: 't' },
      'options.pubsub.topicId: got string "t", expected 3–255 of A-Z a-z 0-9 . _ ~ + % -, with a letter first; leave it out for what the environment says',
    ],
    [
      { waiting: 5 },
      'options.pubsub.waiting: got number 5, expected an object with count, bytes; leave it out for the defaults',
    ],
    [
      { waiting: { count: 0 } },
      'options.pubsub.waiting.count: got number 0, expected a number from 1; leave it out for 10000',
    ],
    [
      { waiting: { bytes: Number.NaN } },
      'options.pubsub.waiting.bytes: got number NaN, expected a number from 1; leave it out for 16777216',
    ],
  ];
  for (const [options, text] of wrong) {
    // They are refused even where nothing is published.
    assert.throws(() => readPubSub(options as PubSubOptions, {}), kitError('invalid', text));
  }
});
