import { randomBytes } from 'node:crypto';
import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, isAbsolute, join } from 'node:path';

/** Bytes of a file that are read at once. No process has that much to say in its last moment. */
const MOST = 256 * 1024 * 1024;
const NAME = /^status-messenger-[0-9a-f]{32}$/;

/**
 * Files by which a process and the one that made it tell each other what their pipe does not carry in time: no pipe is written to the end once a process exits,
 * and none is read while it stands still. Nobody else can know the name, read them, or have made them before.
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

  /** Makes a file with these texts, or throws. */
  write(which: 'rest' | 'answer', texts: readonly string[]): void {
    const lines = texts.map((text) => `${text}\n`).join('');
    writeFileSync(this.#file(which), lines, { flag: 'wx', mode: 0o600 });
  }

  /** The texts of a file, which is removed; none while it is not there or not whole. */
  take(which: 'rest' | 'answer'): string[] {
    const file = this.#file(which);
    try {
      if (statSync(file).size > MOST) return [];
      const lines = readFileSync(file, 'utf8');
      if (!lines.endsWith('\n')) return [];
      this.#remove(file);
      return lines.slice(0, -1).split('\n');
    } catch {
      return [];
    }
  }

  remove(): void {
    this.#remove(this.#file('rest'));
    this.#remove(this.#file('answer'));
  }

  #file(which: 'rest' | 'answer'): string {
    return `${this.path}.${which}`;
  }

  #remove(file: string): void {
    try {
      rmSync(file, { force: true });
    } catch {
      // The system clears its directory of temporary files.
    }
  }
}
