import { type ChannelName, channelName } from '../../protocol/index.js';
import type { Ids } from '../context.js';
import { type Access, ownChannel } from './authorize.js';

/** The channels that a page gets, its own first. */
export function channelsOf(access: Access): [own: ChannelName, ...others: ChannelName[]] {
  const { threadIds, userId } = access;
  const others = threadIds.map((id) => channelName('thread', id));
  if (userId !== undefined) others.push(channelName('user', userId));
  return [ownChannel(access), ...others];
}

/** Whom work is done for that a page began. */
export function idsOf({ sessionId, taskId, threadIds, userId }: Access): Ids {
  const [threadId, another] = threadIds;
  return {
    ...(taskId === undefined ? { sessionId } : {}),
    ...(threadId === undefined || another !== undefined ? {} : { threadId }),
    ...(userId === undefined ? {} : { userId }),
  };
}
