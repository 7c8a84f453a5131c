// Empties the build, so that nothing stays in it whose source is gone.
import { rmSync } from 'node:fs';

for (const path of ['dist', 'node_modules/.cache'])
  rmSync(new URL(`../${path}`, import.meta.url), { recursive: true, force: true });
