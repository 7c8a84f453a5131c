import { io } from 'socket.io-client';
import { WebSocket } from 'ws';
import { SessionClient } from '../../components/session/index.js';
import type { PeerName } from './peers.js';

export interface RealClientOptions {
  readonly port: number;
  readonly sessionId: string;
  /** Randomness in [0, 1), where a client can be given one. */
  readonly random: () => number;
  /** Called with the text of every status that the application is told of. */
  told(text: string): void;
  /** Called whenever it is connected, for the first time and again. */
  connected(): void;
}

/** A client as an application has it, which comes back by itself. Answers a function that ends it. */
export type StartClient = (options: RealClientOptions) => () => void;

export const startClient: { readonly [name in PeerName]: StartClient } = {
  /** The hook that people write by hand. A fixed second is as common; this one is quicker, and does not come back as one crowd. */
  naive({ port, sessionId, random, told, connected }) {
    let socket: WebSocket;
    let timer: NodeJS.Timeout | undefined;
    let ended = false;
    const open = () => {
      socket = new WebSocket(`ws://127.0.0.1:${port}/ws/${sessionId}`);
      socket.on('open', connected);
      socket.on('message', (frame) => told(dataOf(JSON.parse(String(frame)))));
      socket.on('error', () => {});
      socket.on('close', () => {
        if (!ended) timer = setTimeout(open, 250 + random() * 250);
      });
    };
    open();
    return () => {
      ended = true;
      clearTimeout(timer);
      socket.terminate();
    };
  },

  /** With its defaults for coming back: 0.5 to 1.5 s before the first attempt. */
  'socket.io'({ port, sessionId, told, connected }) {
    const options = { transports: ['websocket'], forceNew: true, query: { session: sessionId } };
    const socket = io(`http://127.0.0.1:${port}`, options);
    socket.on('connect', connected);
    socket.on('status', (message: unknown) => told(dataOf(message)));
    return () => socket.disconnect();
  },

  /** With its defaults for coming back: 0 to 0.5 s before the first attempt. */
  ours({ port, sessionId, random, told, connected }) {
    const client = new SessionClient({ url: `ws://127.0.0.1:${port}/ws`, sessionId, random, WebSocket });
    client.on('message', (message) => told(dataOf(message)));
    client.on('connection', ({ status }) => {
      if (status === 'live') connected();
    });
    client.connect();
    return () => client.close();
  },
};

/** The text of a status. */
function dataOf(message: unknown): string {
  if (typeof message === 'object' && message !== null && 'data' in message && typeof message.data === 'string')
    return message.data;
  throw new Error(`got ${JSON.stringify(message)}, expected a status`);
}
