import { WebSocket } from 'ws';
export const trace: string[] = [];
const t0 = performance.now();
export class Traced extends WebSocket {
  constructor(url: string) {
    super(url);
    trace.push(`${(performance.now() - t0) | 0} open ${url}`);
    this.on('message', (d) => {
      const s = String(d);
      const m = JSON.parse(s);
      if (m.type === 'connected' || m.type === 'snapshot' || m.type === 'synced')
        trace.push(
          `${(performance.now() - t0) | 0} ${url.slice(15, 21)} ${m.type} ${m.id ?? ''} ${m.type === 'snapshot' ? '' : JSON.stringify(m.data.channels)}`,
        );
      else if (m.id) trace.push(`${(performance.now() - t0) | 0} ${url.slice(15, 21)} msg ${m.id}`);
    });
    this.on('close', (c) => trace.push(`${(performance.now() - t0) | 0} close ${url} ${c}`));
  }
}
