import { invalid } from './errors.js';
import { type Position, parsePosition } from './position.js';

/** What has a log of its own. */
export type ChannelKind = 'session' | 'thread' | 'user' | 'task';
/** `session:ID`, `thread:ID`, `user:ID` or `task:ID`. */
export type ChannelName = `${ChannelKind}:${string}`;

const ID = /^[A-Za-z0-9._~:-]{1,128}$/;
const CHANNEL = /^(session|thread|user|task):(.*)$/s;

/** What an id may be, in words. */
export const ID_RULE = '1–128 characters of A-Z a-z 0-9 . _ ~ : -';

export function isId(value: unknown): value is string {
  return typeof value === 'string' && ID.test(value);
}

/** Throws `invalid` for anything but an id. `where` names the argument in the message. */
export function assertId(value: unknown, where: string): asserts value is string {
  if (!isId(value)) throw invalid(where, value, ID_RULE, 'replace other characters, for instance by "_"');
}

/** The name of a channel. Throws `invalid` when `id` is none. */
export function channelName(kind: ChannelKind, id: string): ChannelName {
  assertId(id, `${kind} id`);
  return `${kind}:${id}`;
}

export function isChannelName(value: unknown): value is ChannelName {
  const match = typeof value === 'string' ? CHANNEL.exec(value) : null;
  return match !== null && isId(match[2]);
}

/** The kind and the id in a channel's name. */
export function splitChannel(name: ChannelName): { kind: string; id: string } {
  const colon = name.indexOf(':');
  return { kind: name.slice(0, colon), id: name.slice(colon + 1) };
}

/** A run is something that happens, not someone who can be told: ids that begin with `run_` are no recipients (seed: message routing). */
export function isRunId(id: string): boolean {
  return id.startsWith('run_');
}

/** Whether a channel is named by a run, which none can be. */
export function isRunChannel(name: ChannelName): boolean {
  return name.startsWith('run_', name.indexOf(':') + 1);
}

/**
 * The positions in the query values of `after`: `[channel@]position`, where no channel means `own`.
 * What makes no sense is left out, so that it is answered with a snapshot; the first 128 values count, which is more than there can be channels.
 */
export function parseAfter(values: readonly string[], own: ChannelName): Map<ChannelName, Position> {
  const positions = new Map<ChannelName, Position>();
  for (const value of values.slice(0, 128)) {
    const at = value.indexOf('@');
    const name = at < 0 ? own : value.slice(0, at);
    const position = parsePosition(value.slice(at + 1));
    if (position && isChannelName(name)) positions.set(name, position);
  }
  return positions;
}
