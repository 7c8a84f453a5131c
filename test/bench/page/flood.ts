import '../../../components/define.js';

/** Messages that a page gets, and the milliseconds over which they come. */
const COUNT = 5000;
const DURATION = 5000;

/** A server in the page: it tells one socket that much in that time. */
class FloodSocket {
  readyState = 0;
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: string }) => void) | null = null;
  onclose: (() => void) | null = null;
  onerror: (() => void) | null = null;
  #told = 0;

  constructor() {
    queueMicrotask(() => {
      this.readyState = 1;
      this.onopen?.();
      const channels = { 'session:s': { position: 'epoch000-0', recovered: true } };
      const serverTime = Date.now();
      this.#say({
        type: 'connected',
        data: { message: 'hi', protocol: 1, sessionId: 's', channels, heartbeat: 25_000, serverTime },
      });
      this.#say({ type: 'synced', data: { channels: {} } });
    });
  }

  /** Resolves when all was told. Each message comes by itself, as from a network. */
  flood(): Promise<void> {
    const begin = performance.now();
    const { port1, port2 } = new MessageChannel();
    return new Promise((resolve) => {
      port1.onmessage = () => {
        const isDue = this.#told < ((performance.now() - begin) / DURATION) * COUNT;
        if (isDue) this.#say(messageAt(++this.#told));
        if (this.#told >= COUNT) resolve();
        else if (isDue) port2.postMessage('');
        else setTimeout(() => port2.postMessage(''), 1);
      };
      port2.postMessage('');
    });
  }

  send(): void {}
  close(): void {}

  #say(frame: object): void {
    this.onmessage?.({ data: JSON.stringify(frame) });
  }
}

/** What a busy run says: mostly statuses, a step of twenty messages each, and how far it is. */
function messageAt(seq: number): object {
  const step = `step-${Math.floor(seq / 20)}`;
  const common = { id: `epoch000-${seq}`, ts: Date.now(), agent: `Agent ${seq % 3}` };
  if (seq % 20 === 0) return { ...common, type: 'event', data: { event: 'step_started', step, label: `Part ${seq}` } };
  if (seq % 20 === 19) return { ...common, type: 'event', data: { event: 'step_finished', step } };
  if (seq % 5 === 0) return { ...common, type: 'progress', data: { value: seq, max: COUNT, unit: 'pages' } };
  return { ...common, type: 'status', step, data: `Reading chapter of the great book of statuses, page ${seq}` };
}

/** What somebody writes by hand: the latest text, a bar, and a list item for each message. */
function naivePage(): FloodSocket {
  const socket = new FloodSocket();
  const line = document.createElement('p');
  const bar = document.createElement('progress');
  const list = document.createElement('ul');
  document.body.append(line, bar, list);
  socket.onmessage = ({ data }) => {
    const { type, data: said } = JSON.parse(data);
    if (type === 'progress') Object.assign(bar, said);
    const item = document.createElement('li');
    item.textContent = typeof said === 'string' ? said : JSON.stringify(said);
    if (type === 'status') line.textContent = said;
    list.append(item);
  };
  return socket;
}

/** Everything that the kit shows of a session. Answers the socket that it opens. */
async function kitPage(): Promise<FloodSocket> {
  const opened = new Promise<FloodSocket>((resolve) => {
    class Own extends FloodSocket {
      constructor() {
        super();
        resolve(this);
      }
    }
    Object.assign(globalThis, { WebSocket: Own });
  });
  const panel = document.createElement('status-panel');
  Object.assign(panel, { url: 'ws://localhost/ws', sessionId: 's' });
  document.body.append(panel);
  return opened;
}

/** Floods a page. Answers how many of its tasks took over 50 ms, and the milliseconds of the longest of these. */
async function flood(peer: 'naive' | 'ours'): Promise<readonly [over: number, longest: number]> {
  const tasks: number[] = [];
  const observer = new PerformanceObserver((list) => {
    tasks.push(...list.getEntries().map(({ duration }) => duration));
  });
  const socket = peer === 'ours' ? await kitPage() : naivePage();
  // What is loaded and drawn for the first time is not of the flood.
  await pause(1000);
  observer.observe({ type: 'longtask' });
  await socket.flood();
  await pause(500);
  observer.disconnect();
  return [tasks.length, Math.max(0, ...tasks)];
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

Object.assign(globalThis, { flood });
