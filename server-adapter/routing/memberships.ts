import { assertId, type ChannelName, channelName, invalid, isObject } from '../../protocol/index.js';

/** Who belongs to a thread: everybody of a session, or of a user. */
export type Member = { readonly sessionId: string } | { readonly userId: string };

/** Who belongs to which threads by the application's word, beside what `authorize` grants. */
export class Memberships {
  /** Threads by the channel of who belongs to them. */
  readonly #threads = new Map<ChannelName, Set<string>>();

  /** Answers whether that is new. */
  join(threadId: string, member: ChannelName): boolean {
    const threads = this.#threads.get(member) ?? new Set();
    this.#threads.set(member, threads);
    const isNew = !threads.has(threadId);
    threads.add(threadId);
    return isNew;
  }

  leave(threadId: string, member: ChannelName): void {
    assertId(threadId, 'threadId');
    const threads = this.#threads.get(member);
    threads?.delete(threadId);
    if (threads?.size === 0) this.#threads.delete(member);
  }

  /** The threads of those whose channels these are. */
  threadsOf(members: readonly ChannelName[]): string[] {
    if (this.#threads.size === 0) return [];
    return [...new Set(members.flatMap((member) => [...(this.#threads.get(member) ?? [])]))];
  }
}

/** The channel by which a member is known. Throws `invalid` for one that is none. */
export function memberChannel(member: Member): ChannelName {
  const given: unknown = member;
  const { sessionId, userId } = isObject(given) ? given : {};
  if ((sessionId === undefined) === (userId === undefined)) {
    throw invalid('member', member, '{ sessionId } or { userId }', 'name one of them');
  }
  if (sessionId !== undefined) {
    assertId(sessionId, 'sessionId');
    return channelName('session', sessionId);
  }
  assertId(userId, 'userId');
  return channelName('user', userId);
}
