import { randomBytes } from 'node:crypto';
import { appendFileSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, isAbsolute, join } from 'node:path';

/** Bytes of a file that are read at once. No process has that much to say in its last moment. */
const MOST = 256 * 1024 * 1024;
const NAME = /^status-messenger-[0-9a-f]{32}$/;

/**
 * Files by which a process and the one that made it tell each other what their pipe does not carry in time: it is not written to its end once a process exits,
 * and not read while that stands still. Their name is told over the pipe and cannot be guessed, so nobody else reads them, or has made them before.
 */
export class RestFiles {
  readonly path: string;

  private constructor(path: string) {
    this.path = path;
  }

  static make(): RestFiles {
    return new RestFiles(join(tmpdir(), `status-messenger-${randomBytes(16).toString('hex')}`));
  }

  /** The files that another process named; `undefined` for what is no such name. */
  static at(path: unknown): RestFiles | undefined {
    const isName = typeof path === 'string' && isAbsolute(path) && NAME.test(basename(path));
    return isName ? new RestFiles(path) : undefined;
  }

  /** Adds texts of one line each to a file, or throws. */
  write(which: 'rest' | 'answer', texts: readonly string[]): void {
    appendFileSync(this.#file(which), texts.map((text) => `${text}\n`).join(''), { mode: 0o600 });
  }

  /** The texts of a file, which is removed; none while it is not there or not whole. */
  take(which: 'rest' | 'answer'): string[] {
    const file = this.#file(which);
    try {
      if (statSync(file).size > MOST) return [];
      const lines = readFileSync(file, 'utf8');
      if (!lines.endsWith('\n')) return [];
      remove(file);
      return lines.slice(0, -1).split('\n');
    } catch {
      return [];
    }
  }

  remove(): void {
    remove(this.#file('rest'));
    remove(this.#file('answer'));
  }

  #file(which: 'rest' | 'answer'): string {
    return `${this.path}.${which}`;
  }
}

function remove(file: string): void {
  try {
    rmSync(file, { force: true });
  } catch {
    // The system clears its directory of temporary files.
  }
}
