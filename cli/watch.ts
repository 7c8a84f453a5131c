import { parseArgs } from 'node:util';
import { type Connection, SessionClient } from '../components/session/index.js';
import { streamUrl } from '../components/session/url.js';
import { hasEnded, type Message, textOf } from '../protocol/index.js';
import { type Command, EXIT, readArguments, UsageError } from './command.js';
import { type Paint, paintFor } from './output/paint.js';
import { plainText } from './output/plain-text.js';
import { exitCodeOf, signalled } from './output/signals.js';
import { socketAddress } from './watch/address.js';
import { connectionText, footer } from './watch/footer.js';
import { lineOf } from './watch/lines.js';
import { ShownLog } from './watch/log.js';
import { Screen } from './watch/screen.js';
import { socketThatTells } from './watch/telling-socket.js';

const HELP = `Shows a session, or a task, in the terminal, until its run ends.

Usage: status-messenger watch URL

  URL  the address of its WebSocket, as http://127.0.0.1:8000/ws/my-session, or
       the link that "run" writes

While the connection is lost it says that what stands there is what was last known,
and tries again; nothing is missed. Where the output is no terminal, it writes lines
alone. NO_COLOR leaves out colours.

Environment: STATUS_MESSENGER_TOKEN, a credential where the server asks for one.
Exit codes: 0 the run is done, 1 it has failed, was stopped, may not be watched, or is
not there, 2 wrong usage.`;

/** WebSockets that are answered with 404 until nothing is there: a proxy that takes none may let through the stream that is tried after two. */
const MISSES = 3;

export const watch: Command = {
  help: HELP,
  async run(args) {
    const { positionals } = readArguments(() => parseArgs({ args: [...args], options: {}, allowPositionals: true }));
    const [link, another] = positionals;
    if (link === undefined || another !== undefined) {
      throw new UsageError(`watch: got ${positionals.length} addresses, expected the one of a session`);
    }
    const { STATUS_MESSENGER_TOKEN: token } = process.env;
    const url = socketAddress(link);
    const hasStream = streamUrl(url) !== undefined;
    let misses = hasStream ? MISSES : 1;
    const client = new SessionClient({
      url,
      WebSocket: socketThatTells({
        missing: () => {
          if (--misses === 0) watching.nothingThere();
        },
        failed: (why) => watching.failed(why),
      }),
      transport: hasStream ? 'auto' : 'websocket',
      ...(token ? { token } : {}),
    });
    const watching = new Watching(client, paintFor(process.stdout, process.env));
    const code = await Promise.race([watching.ended, signalled().then(exitCodeOf)]);
    watching.close();
    return code;
  },
};

/** A session that is shown. */
class Watching {
  /** Resolves with the exit code once nothing more will come. */
  readonly ended: Promise<number>;
  readonly #client: SessionClient;
  readonly #paint: Paint;
  readonly #screen = new Screen(process.stdout, process.env);
  readonly #log = new ShownLog();
  readonly #ticking: NodeJS.Timeout | undefined;
  #lines: string[] = [];
  #isDrawing = false;
  #isOver = false;
  /** Why the last attempt to connect came to nothing. */
  #why: string | undefined;
  #wasLive = false;
  /** What was said of the connection last, where there is no footer to say it. */
  #told: Connection['status'] = 'connecting';
  #end: (code: number) => void = () => {};

  constructor(client: SessionClient, paint: Paint) {
    this.#client = client;
    this.#paint = paint;
    this.ended = new Promise((resolve) => {
      this.#end = resolve;
    });
    // A client writes problems to the console, in the words of whoever sent what it could not read.
    console.error = (text: unknown) => {
      if (!this.#isOver) this.#add(paint('yellow', plainText(`! ${textOf(text)}`)));
    };
    // Nobody reads it any more, as behind `| head`.
    process.stdout.on('error', () => this.#end(EXIT.failed));
    client.on('message', (message) => this.#show(message));
    client.on('state', () => this.#caughtUp());
    client.on('connection', (connection) => this.#connectionChanged(connection));
    if (this.#screen.hasFooter) {
      this.#ticking = setInterval(() => this.#draw(), 1000);
      process.stdout.on('resize', () => this.#draw());
    }
    client.connect();
  }

  /** The server knows no such address. Where there was a session, it may come back. */
  nothingThere(): void {
    if (this.#isOver || this.#wasLive) return;
    this.#finish(this.#paint('red', '✗ there is no session at this address'), EXIT.failed);
  }

  failed(why: string | undefined): void {
    this.#why = why;
  }

  close(): void {
    clearInterval(this.#ticking);
    this.#client.close();
    this.#screen.write(this.#lines);
    this.#lines = [];
  }

  #show(message: Message): void {
    // Threads and users have logs of their own, which are not what was asked for.
    if (message.channel !== undefined || !this.#log.take(message)) return;
    this.#addMessage(message);
  }

  /** A snapshot stands for messages that did not come by themselves. */
  #caughtUp(): void {
    const { fresh, isCut } = this.#log.takeAll(this.#client.state);
    if (isCut) this.#add(this.#paint('dim', '… what was before is not kept any more'));
    for (const message of fresh) this.#addMessage(message);
    this.#endIfOver();
  }

  #addMessage(message: Message): void {
    const line = lineOf(message, this.#client.state, this.#paint);
    if (line !== undefined) this.#add(line);
  }

  #connectionChanged(connection: Connection): void {
    if (this.#isOver) return;
    if (connection.status === 'live') {
      this.#wasLive = true;
      this.#why = undefined;
    }
    if (!this.#screen.hasFooter) this.#tellConnection();
    this.#drawLater();
    this.#endIfOver();
  }

  /** How the connection is, with what the system says of it in place of a number. */
  get #connection(): Connection {
    const { connection } = this.#client;
    const isUntold = connection.status === 'reconnecting' && this.#why !== undefined;
    return isUntold ? { ...connection, reason: this.#why ?? '' } : connection;
  }

  #tellConnection(): void {
    const connection = this.#connection;
    const { status } = connection;
    if (status === this.#told) return;
    const isBack = status === 'live' && this.#told === 'reconnecting';
    this.#told = status;
    const text = isBack ? 'connected again' : connectionText(connection, this.#client.state, this.#now());
    if (text !== '' && status !== 'refused') this.#add(this.#paint('yellow', `! ${text}`));
  }

  /** Only what the server has said to the end counts: a run that had ended may have begun again since. */
  #endIfOver(): void {
    const { connection, state } = this.#client;
    if (this.#isOver) return;
    if (connection.status === 'refused') {
      const { code, reason } = connection;
      this.#finish(this.#paint('red', `✗ refused with ${code}: ${plainText(reason)}`), EXIT.failed);
    } else if (connection.status === 'ended' || (connection.status === 'live' && hasEnded(state.phase))) {
      const [last = ''] = footer(state, connection, this.#now(), { columns: this.#screen.columns, paint: this.#paint });
      this.#finish(last, state.phase === 'completed' ? EXIT.done : EXIT.failed);
    }
  }

  #finish(line: string, code: number): void {
    this.#isOver = true;
    this.#add(line);
    this.#end(code);
  }

  #add(line: string): void {
    this.#lines.push(line);
    this.#drawLater();
  }

  /** What comes in one turn is drawn at once. */
  #drawLater(): void {
    if (this.#isDrawing) return;
    this.#isDrawing = true;
    setImmediate(() => {
      this.#isDrawing = false;
      this.#draw();
    });
  }

  #draw(): void {
    const { state } = this.#client;
    const style = { columns: this.#screen.columns, paint: this.#paint };
    this.#screen.write(this.#lines, footer(state, this.#connection, this.#now(), style));
    this.#lines = [];
  }

  #now() {
    return { here: Date.now(), server: this.#client.serverNow };
  }
}
