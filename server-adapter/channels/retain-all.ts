import type { ChannelName } from '../../protocol/index.js';
import type { ChannelLog, ChannelStore } from './channel-store.js';

/**
 * Retains channels one after the other, at once as far as the store has them at hand. Where one cannot be had, those before it are let go again, and it throws
 * or rejects.
 */
export function retainAll(
  names: readonly ChannelName[],
  store: ChannelStore,
  logs: ChannelLog[] = [],
): ChannelLog[] | Promise<ChannelLog[]> {
  const giveUp = (error: unknown): never => {
    for (const { name } of logs) store.release(name);
    throw error;
  };
  for (const name of names.slice(logs.length)) {
    let log: ChannelLog | Promise<ChannelLog>;
    try {
      log = store.retain(name);
    } catch (error) {
      return giveUp(error);
    }
    if (log instanceof Promise) return log.then((later) => retainAll(names, store, [...logs, later]), giveUp);
    logs.push(log);
  }
  return logs;
}
