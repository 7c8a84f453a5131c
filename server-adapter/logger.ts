import { messageOf } from '../protocol/index.js';

/** Where the adapter writes what its operator should know. `console` and pino loggers fit. */
export interface Logger {
  debug(message: string): void;
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
}

/** The default: warnings and errors on the console, the rest nowhere. */
export const consoleLogger: Logger = {
  debug: () => {},
  info: () => {},
  warn: (message) => console.warn(message),
  error: (message) => console.error(message),
};

/** Logs nothing. */
export const silentLogger: Logger = { ...consoleLogger, warn: () => {}, error: () => {} };

/** Keys that are remembered: what strangers send must not fill the memory, nor the log. */
const KEYS = 1000;

/**
 * A logger in the kit's own voice: every line begins with `status-messenger:`, what could repeat without end is said once, and a logger that throws
 * harms nobody.
 */
export class Log {
  readonly #said = new Set<string>();
  readonly #logger: Logger;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  debug(text: string): void {
    this.#write('debug', text);
  }

  warn(text: string): void {
    this.#write('warn', text);
  }

  error(text: string): void {
    this.#write('error', text);
  }

  /** The first text under a key is written, later ones are not. */
  warnOnce(key: string, text: string): void {
    if (this.#said.has(key) || this.#said.size >= KEYS) return;
    this.#said.add(key);
    this.#write('warn', text);
  }

  #write(level: keyof Logger, text: string): void {
    try {
      // An error of the kit's own says so, too: once is enough.
      this.#logger[level](`status-messenger: ${text.replaceAll(': status-messenger: ', ': ')}`);
    } catch {
      // Nobody is left to be told.
    }
  }
}

/** What an operator needs of whatever was thrown: the stack where there is one. */
export function stackOf(error: unknown): string {
  try {
    return (error instanceof Error ? error.stack : undefined) ?? messageOf(error);
  } catch {
    return messageOf(error);
  }
}
