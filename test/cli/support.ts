import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';

export const KEY = 'the key';

const program = fileURLToPath(new URL('../../dist/cli/cli.js', import.meta.url));

/** The program that runs, and what it has written so far. */
export interface Running {
  readonly child: ChildProcess;
  readonly out: string;
  readonly err: string;
  /** Once its output, or its errors, contain a text. */
  said(text: string): Promise<void>;
  /** Once it has ended: its exit code, or the signal that ended it. */
  ended(): Promise<number | string>;
}

export interface CliOptions {
  readonly env?: NodeJS.ProcessEnv;
  readonly input?: string;
}

/** Runs the program as it is published, with nothing of this process's environment that it reads. */
export function cli(t: TestContext, args: readonly string[], options: CliOptions = {}): Running {
  return start(t, process.execPath, [program, ...args], options);
}

/** As `cli`, in a terminal of so many columns. */
export function cliInTerminal(t: TestContext, args: readonly string[], columns: number, options: CliOptions): Running {
  const command = [process.execPath, program, ...args].map((word) => `'${word}'`).join(' ');
  return start(t, 'script', ['-qefc', `stty cols ${columns} rows 24; exec ${command}`, '/dev/null'], options);
}

function start(t: TestContext, file: string, args: readonly string[], { env = {}, input }: CliOptions): Running {
  if (!existsSync(program)) throw new Error(`${program} is not there; run "npm run build" first`);
  const child = spawn(file, args, {
    env: { PATH: process.env.PATH, STATUS_MESSENGER_API_KEY: KEY, ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  t.after(() => child.kill('SIGKILL'));
  child.stdin.on('error', () => {});
  // In a terminal the end of the input would be written to it.
  if (file === process.execPath) child.stdin.end(input);
  const written = { out: '', err: '' };
  let wake = () => {};
  const hear = (name: 'out' | 'err') => (text: string) => {
    written[name] += text;
    wake();
  };
  child.stdout.setEncoding('utf8').on('data', hear('out'));
  child.stderr.setEncoding('utf8').on('data', hear('err'));
  let isOver = false;
  const end = once(child, 'close').then(([code, signal]) => {
    isOver = true;
    wake();
    return code ?? signal;
  });
  return {
    child,
    get out() {
      return written.out;
    },
    get err() {
      return written.err;
    },
    async said(text) {
      while (!written.out.includes(text) && !written.err.includes(text)) {
        if (isOver) throw new Error(`it ended without "${text}": ${JSON.stringify(written)}`);
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
    ended: () => end,
  };
}
