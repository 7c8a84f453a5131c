import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { assertId, isObject, isRunId, messageOf } from '../protocol/index.js';
import { type Command, readArguments, UsageError } from './command.js';
import { Feed, type Said } from './feed.js';
import { clipColumns } from './output/columns.js';
import { LineReader } from './output/line-reader.js';
import { plainText } from './output/plain-text.js';
import { exitCodeOf, onSignal, signalled } from './output/signals.js';
import { spanText } from './output/span.js';
import { openStage, type Stage } from './stage.js';

const HELP = `Runs a command and shows what it does: its output, line by line, and how it ends.

Usage: status-messenger run [OPTIONS] -- COMMAND [ARGUMENTS]

  --session ID  what to call the session; default a random id, which is its key
  --label TEXT  what to call the command; default the command as it is typed
  --url URL     a server that runs, to show it there; default one of its own
  --port PORT   of the server of its own; default one that is free
  --keep        the server of its own stays after the end, until a signal comes

The address to watch it at is written to the standard error. Output, input, signals
and the exit code are the command's own. The page of a server of its own can stop it.

Environment, with --url: STATUS_MESSENGER_API_KEY, the server's key.
Exit codes: the command's; 127 there is none, 126 it cannot be run, 2 wrong usage.`;

const OPTIONS = {
  session: { type: 'string' },
  label: { type: 'string' },
  url: { type: 'string' },
  port: { type: 'string' },
  keep: { type: 'boolean' },
} as const;

/** Characters of a line, and columns of the command's label, that are shown. */
const LINE = 2000;
const LABEL = 100;
/** Milliseconds without output after which what the command has left behind is not waited for. */
const GRACE = 200;
/** The step that the command is. */
const STEP = 'command';

/** How the command ended. */
interface End {
  readonly code: number;
  /** In words, behind the label. */
  readonly how: string;
}

export const run: Command = {
  help: HELP,
  async run(args) {
    const { values, command } = readRunArguments(args);
    const { session = randomUUID(), url, port, keep = false } = values;
    const label = clipColumns(plainText(values.label ?? command.join(' ')), LABEL);
    assertId(session, '--session');
    if (isRunId(session)) {
      throw new UsageError(`run: got --session ${session}, expected a session, not a run; choose an id without "run_"`);
    }
    const stage = await openStage(session, { url, port });
    tell(`watch it: ${stage.howToWatch}`);
    const feed = new Feed({ publish: stage.publish, mayTryAgain: stage.mayTryAgain, warn: tell });
    const { code, how, isStopped } = await show(command, label, stage, feed);
    await feed.end(...endOf({ code, how }, label, isStopped));
    if (keep && url === undefined) {
      tell(`${how}; it can be watched until a signal comes`);
      await signalled();
    }
    await stage.close();
    return code;
  },
};

function readRunArguments(args: readonly string[]) {
  const at = args.indexOf('--');
  // Without "--" what follows the first word is the command's, and no option that could be wrong here.
  const end = at < 0 ? firstWordIn(args) : at;
  const options = { args: args.slice(0, end), options: OPTIONS, allowPositionals: true } as const;
  const { values, positionals } = readArguments(() => parseArgs(options));
  const stray = positionals[0] ?? (at < 0 ? args[end] : undefined);
  const command = args.slice(end + 1);
  if (stray !== undefined || command[0] === undefined) {
    const example = `status-messenger run -- ${stray ?? 'npm'} …`;
    throw new UsageError(
      `run: got ${stray ?? 'no command'}, expected "--" and the command; write for instance "${example}"`,
    );
  }
  if (values.url !== undefined && (values.keep || values.port !== undefined)) {
    throw new UsageError('run: got --url with --port or --keep, which are for a server of its own; leave them out');
  }
  return { values, command };
}

/** Where the first argument stands that is neither an option nor the value of one; behind all of them where there is none. */
function firstWordIn(args: readonly string[]): number {
  const { tokens } = parseArgs({ args: [...args], options: OPTIONS, strict: false, tokens: true });
  return tokens.find(({ kind }) => kind === 'positional')?.index ?? args.length;
}

/** Runs the command and says what it writes. */
async function show(command: readonly string[], label: string, stage: Stage, feed: Feed) {
  const began = performance.now();
  feed.say({ type: 'event', data: { event: 'step_started', step: STEP, label } });
  const [file = '', ...rest] = command;
  const child = spawn(file, rest, { stdio: ['inherit', 'pipe', 'pipe'] });
  const stopPassing = onSignal((signal) => {
    // A terminal tells all who run in it itself.
    const isTold = process.stdin.isTTY && (signal === 'SIGINT' || signal === 'SIGQUIT');
    if (!isTold) child.kill(signal);
  });
  let isStopped = false;
  stage.onStop(() => {
    isStopped = true;
    child.kill('SIGTERM');
  });
  passOn(child, (lines) => feed.say(...lines.map(statusOf).filter(({ data }) => data !== '')));
  const end = await endOfChild(child, file);
  stopPassing();
  return { ...end, isStopped, how: `${end.how} after ${spanText(performance.now() - began)}` };
}

function statusOf(line: string): Said {
  return { type: 'status', data: plainText(line).slice(0, LINE), step: STEP };
}

/** Writes what a command writes, and tells its lines. */
function passOn(child: ChildProcess, tellLines: (lines: readonly string[]) => void): void {
  for (const name of ['stdout', 'stderr'] as const) {
    const [from, to] = [child[name], process[name]];
    const reader = new LineReader();
    from?.on('data', (piece: Buffer) => tellLines(reader.read(piece)));
    from?.on('close', () => tellLines(reader.end()));
    from?.pipe(to);
    // Nobody reads it any more, as behind `| head`: that is the command's to find out.
    to.on('error', () => from?.destroy());
  }
}

async function endOfChild(child: ChildProcess, file: string): Promise<End> {
  try {
    const closed = new Promise((resolve) => child.once('close', resolve));
    const [code, signal]: unknown[] = await once(child, 'exit');
    await Promise.race([closed, outputIsQuiet(child)]);
    child.stdout?.destroy();
    child.stderr?.destroy();
    await closed;
    if (typeof code === 'number') return { code, how: `exit code ${code}` };
    return { code: exitCodeOf(signal as NodeJS.Signals), how: `ended by ${signal}` };
  } catch (error) {
    const isMissing = isObject(error) && error.code === 'ENOENT';
    tell(`run: got "${file}", expected a command that can be run (${messageOf(error)}); check its name`);
    return isMissing ? { code: 127, how: 'there is no such command' } : { code: 126, how: 'it cannot be run' };
  }
}

/** Resolves once nothing has come for a while: processes that the command left behind may hold its output open for ever. */
async function outputIsQuiet({ stdout, stderr }: ChildProcess): Promise<void> {
  let isQuiet = false;
  const hear = () => {
    isQuiet = false;
  };
  stdout?.on('data', hear);
  stderr?.on('data', hear);
  while (!isQuiet) {
    // While a reader of ours is slow, nothing comes either.
    isQuiet = !process.stdout.writableNeedDrain && !process.stderr.writableNeedDrain;
    await sleep(GRACE);
    // What has come by now is heard in this turn.
    await nextTurn();
  }
}

/** What the session hears last. */
function endOf({ code, how }: End, label: string, isStopped: boolean): Said[] {
  const text = `${label}: ${how}`;
  if (isStopped) return [{ type: 'state', data: { status: 'CANCELLED' } }];
  if (code === 0) {
    return [
      { type: 'event', data: { event: 'step_finished', step: STEP } },
      { type: 'complete', data: { summary: text } },
    ];
  }
  return [
    { type: 'event', data: { event: 'step_failed', step: STEP, error: how } },
    { type: 'error', data: { message: text, code: String(code), fatal: true } },
  ];
}

function tell(text: string): void {
  process.stderr.write(`${plainText(text.startsWith('status-messenger: ') ? text : `status-messenger: ${text}`)}\n`);
}
