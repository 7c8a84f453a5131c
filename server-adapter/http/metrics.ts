/** What a messenger has done, and does. */
export interface Figures {
  /** Connections that are open now, and the channels that somebody watches by them. */
  readonly connections: number;
  readonly watchedChannels: number;
  /** Since it was made: connections that were let in, and those of them that went on where they were. */
  readonly connected: number;
  readonly resumed: number;
  /** Connections that were ended since they took nothing for too long. */
  readonly tooSlow: number;
  /** Messages that it was given to send and has stored: neither questions nor how tasks stand. */
  readonly stored: number;
}

const METRICS: { readonly [name in keyof Figures]: readonly [name: string, type: 'gauge' | 'counter', help: string] } =
  {
    connections: ['connections', 'gauge', 'Connections that are open.'],
    watchedChannels: ['watched_channels', 'gauge', 'Channels that somebody watches.'],
    connected: ['connections_total', 'counter', 'Connections that were let in.'],
    resumed: ['resumed_total', 'counter', 'Connections that went on from a position, without a snapshot.'],
    tooSlow: [
      'too_slow_total',
      'counter',
      'Connections that were ended with 4408, since they took nothing for too long.',
    ],
    stored: [
      'messages_total',
      'counter',
      'Messages that were sent and stored; questions, and how tasks stand, are not counted.',
    ],
  };

/** The figures in Prometheus' text format, version 0.0.4. Pure. */
export function prometheusText(figures: Figures): string {
  const lines = Object.entries(METRICS).flatMap(([figure, [name, type, help]]) => {
    const metric = `status_messenger_${name}`;
    return [`# HELP ${metric} ${help}`, `# TYPE ${metric} ${type}`, `${metric} ${figures[figure as keyof Figures]}`];
  });
  return `${lines.join('\n')}\n`;
}
