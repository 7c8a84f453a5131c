import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { publishedManifest, root } from '../../scripts/manifest/published.js';

const cache = join(root, 'dist/.cache/manifest');

/** The custom-elements manifest as the kit publishes it, as JSON. It is made once for the same sources. */
export async function manifest(): Promise<string> {
  const file = join(cache, `${await fingerprint()}.json`);
  const known = await readFile(file, 'utf8').catch(() => undefined);
  if (known !== undefined) return known;
  const made = JSON.stringify(await publishedManifest());
  await mkdir(cache, { recursive: true });
  await writeFile(file, made);
  return made;
}

/** Changes with the elements' sources, and with what makes the manifest of them. */
async function fingerprint(): Promise<string> {
  const hash = createHash('sha256');
  for (const folder of ['components', 'scripts/manifest']) {
    const names = await readdir(join(root, folder), { recursive: true });
    for (const name of names.filter((each) => each.endsWith('.ts')).sort()) {
      hash.update(name).update(await readFile(join(root, folder, name)));
    }
  }
  return hash.digest('hex').slice(0, 16);
}
