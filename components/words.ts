/** Every text that the elements show. */
export const words = {
  waitingForStatus: 'Waiting for the first status…',
  connecting: 'Connecting…',
  notConnected: 'Not connected',
  reconnecting: 'Reconnecting…',
  offline: 'Offline',
  refused: (reason: string) => (reason === '' ? 'Connection refused' : `Connection refused: ${reason}`),
  lastKnown: (ago: string) => `last known ${ago}`,
  connectionLost: 'Connection lost. What is shown is what was last known.',
  connectionBack: 'Connected again.',
  waiting: 'Waiting for you',
  cancelled: 'Stopped',
  completed: 'Done',
  failed: 'Failed',
};

/** A duration in milliseconds as `0:07`, `12:34` or `1:02:03`. */
export function formatDuration(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const shown = parts[0] === 0 ? parts.slice(1) : parts;
  return shown.map((part, i) => (i === 0 ? String(part) : String(part).padStart(2, '0'))).join(':');
}

/** How long ago something was, in words: `5 seconds ago`. */
export function formatAgo(ms: number, language: string | undefined): string {
  const format = new Intl.RelativeTimeFormat(language, { numeric: 'always' });
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 90) return format.format(-seconds, 'second');
  if (seconds < 5400) return format.format(-Math.round(seconds / 60), 'minute');
  if (seconds < 129_600) return format.format(-Math.round(seconds / 3600), 'hour');
  return format.format(-Math.round(seconds / 86_400), 'day');
}
