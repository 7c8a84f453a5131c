import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { elementsTypes } from './manifest/elements-types.js';
import { publishedManifest, root } from './manifest/published.js';
import { vscodeCss, vscodeHtml } from './manifest/vscode.js';
import { webTypes } from './manifest/web-types.js';

/** Makes the custom-elements manifest from the sources, and from that what editors and frameworks want: into `dist`, by `npm run build`. */
const manifest = await publishedManifest();
const about = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const files = {
  'custom-elements.json': manifest,
  'vscode.html-data.json': vscodeHtml(manifest),
  'vscode.css-data.json': vscodeCss(manifest),
  'web-types.json': webTypes(manifest, about),
};
mkdirSync(join(root, 'dist'), { recursive: true });
for (const [name, data] of Object.entries(files)) writeFileSync(join(root, 'dist', name), JSON.stringify(data));
cpSync(join(root, 'scripts/manifest/types'), join(root, 'dist/types'), { recursive: true });
writeFileSync(join(root, 'dist/types/elements.d.ts'), elementsTypes(manifest));
