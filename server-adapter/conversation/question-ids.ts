import { createHash, randomBytes } from 'node:crypto';
import { hasEnded } from '../../protocol/index.js';
import type { ChannelLog } from '../channels/channel-store.js';

/** What questions without a key are told by: nobody can take them up again. */
const UNKEYED = 'ask.';
const KEYED = 'key.';
/** Characters of the digest in an id. Nobody can find two keys that share 128 bits. */
const DIGEST = 22;

/** It says whose it is: so others know that the question is over when that process is gone. */
export function newQuestionId(process: string): string {
  return `${UNKEYED}${randomBytes(8).toString('hex')}.${process}`;
}

/** The process that a question ends with, by its id; `undefined` where it ends with none, or was asked by other means. */
export function ownerOf(questionId: string): string | undefined {
  return questionId.startsWith(UNKEYED) ? questionId.split('.')[2] : undefined;
}

/**
 * What a question is known by that is asked under a key now: the same at every call in one run of one log, and nowhere else. Pages watch several channels, and
 * what they answered may arrive when another run has begun.
 */
export function keyedQuestionId(log: ChannelLog, key: string): string {
  const { phase, earlierRuns = 0 } = log.state();
  // Asked when a run is over, it begins the next one.
  const run = hasEnded(phase) ? earlierRuns + 1 : earlierRuns;
  const digest = createHash('sha256').update(JSON.stringify([log.epoch, run, key]));
  return `${KEYED}${key}.${digest.digest('base64url').slice(0, DIGEST)}`;
}
