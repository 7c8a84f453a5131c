import { mkdirSync, mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const SCRATCH = fileURLToPath(new URL('../../.tests/', import.meta.url));

/** A new folder inside the repository, from which modules find the package by its name and the packages that are installed; beside what is published. */
export function scratchFolder(): string {
  mkdirSync(SCRATCH, { recursive: true });
  return mkdtempSync(join(SCRATCH, 'of-'));
}
