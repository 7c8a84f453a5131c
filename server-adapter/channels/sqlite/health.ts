import { messageOf } from '../../../protocol/index.js';
import { Log, silentLogger, stackOf } from '../../logger.js';
import { damagedChannels, kindOf } from './failure.js';
import type { Replica } from './replica.js';
import type { SqliteFile } from './sqlite-file.js';
import type { Tables } from './tables.js';

/** What went wrong: until something can be stored again, or for good where the file is damaged. Of its channels the replica knows. */
export class Health {
  /** Where errors go that nobody waits for. */
  readonly #log = new Log({ ...silentLogger, warn: (text) => process.emitWarning(text, 'StatusMessengerWarning') });
  /** Why the last write failed. */
  #trouble: string | undefined;
  /** What is damaged, if it is more than some channels: that does not heal. */
  #damage: string | undefined;

  /** Something could be stored. */
  stored(): void {
    this.#trouble = undefined;
  }

  /** Answers the error, which is remembered. */
  failed(error: unknown): unknown {
    const kind = kindOf(error);
    if (kind === 'trouble') this.#trouble = messageOf(error);
    if (kind === 'damaged file') this.#damage = messageOf(error);
    return error;
  }

  /** Does something. What it throws is remembered. */
  watch<T>(run: () => T): T {
    try {
      return run();
    } catch (error) {
      throw this.failed(error);
    }
  }

  /** Takes what was thrown where nobody waits. The process is warned of all but what may pass by itself: that is for `verdict` to say. */
  note(error: unknown): void {
    this.failed(error);
    if (kindOf(error) !== 'trouble') this.#log.warnOnce(messageOf(error), `sqlite: ${stackOf(error)}`);
  }

  /** What is wrong; `undefined` when nothing is. Whether trouble has passed is tried out. */
  verdict(file: SqliteFile, tables: Tables, replica: Replica): string | undefined {
    try {
      file.assertInPlace();
      if (this.#trouble !== undefined) tables.tryWriting();
      this.stored();
    } catch (error) {
      this.note(error);
    }
    return this.#trouble ?? this.#damage ?? damageIn(replica);
  }
}

function damageIn(replica: Replica): string | undefined {
  const { damaged } = replica;
  // Others may have forgotten them.
  if (damaged.size > 0) replica.refresh();
  return damaged.size > 0 ? damagedChannels(damaged.size).message : undefined;
}
