import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rename } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const root = fileURLToPath(new URL('../..', import.meta.url));
const cache = join(root, 'dist/.cache/manifest');

/** The custom-elements manifest of the elements' sources, as JSON. It is made once for the same sources. */
export async function manifest(): Promise<string> {
  const folder = join(cache, await fingerprint());
  const file = join(folder, 'custom-elements.json');
  const known = await readFile(file, 'utf8').catch(() => undefined);
  if (known !== undefined) return known;
  const cem = createRequire(import.meta.url).resolve('@custom-elements-manifest/analyzer/cem.js');
  const fresh = `${folder}-${process.pid}`;
  await mkdir(fresh, { recursive: true });
  const sources = ['--globs', 'components/**/*.ts', '--exclude', 'components/frameworks/**'];
  // Below the folder that it runs in, whatever path it is given.
  const options = ['analyze', '--litelement', '--quiet', ...sources, '--outdir', fresh.slice(root.length)];
  await promisify(execFile)(process.execPath, [cem, ...options], { cwd: root });
  const text = await readFile(join(fresh, 'custom-elements.json'), 'utf8');
  await rename(fresh, folder).catch(() => {});
  return text;
}

/** Changes with the elements' sources. */
async function fingerprint(): Promise<string> {
  const names = await readdir(join(root, 'components'), { recursive: true });
  const hash = createHash('sha256');
  for (const name of names.filter((each) => each.endsWith('.ts')).sort()) {
    hash.update(name).update(await readFile(join(root, 'components', name)));
  }
  return hash.digest('hex').slice(0, 16);
}
