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

/** Says each thing once: the first message under a key is written, later ones are not. */
export class OnceLogger {
  readonly #said = new Set<string>();

  constructor(readonly logger: Logger) {}

  warnOnce(key: string, message: string): void {
    if (this.#said.has(key)) return;
    this.#said.add(key);
    this.logger.warn(message);
  }
}

/** What an operator needs of whatever was thrown: the stack where there is one. */
export function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
