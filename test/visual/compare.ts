import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import pixelmatch from 'pixelmatch';
import { PNG } from 'pngjs';
import { availableBrowsers } from '../helpers/browsers.js';
import type { Tally } from '../helpers/tally.js';
import { type DrawnWith, type Shots, takePictures } from './camera.js';

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const BASELINES = at('baselines/');
const DRAWN_WITH = `${BASELINES}drawn-with.json`;
/** Where what differs is put. */
const OUTPUT = at('../../.screenshots/');
/** How much a pixel's colour may differ, of 1, and how many pixels may differ by more: what machines round in another way. */
const THRESHOLD = 0.1;
const PIXELS = 12;

/** Takes all pictures, and puts them in the place of those that are kept. */
export async function updatePictures(): Promise<void> {
  const { drawnWith, pictures } = await takePictures();
  rmSync(BASELINES, { recursive: true, force: true });
  mkdirSync(BASELINES, { recursive: true });
  for (const [name, png] of pictures) writeFileSync(`${BASELINES}${name}.png`, png);
  writeFileSync(DRAWN_WITH, `${JSON.stringify(drawnWith, undefined, 2)}\n`);
  console.log(`${pictures.size} pictures were drawn. Look at them: test/visual/baselines`);
}

/** Compares what the elements look like with the pictures that are kept, where those can be drawn here, and says where they cannot. */
export async function comparePictures(): Promise<Tally> {
  if (!availableBrowsers().some(({ name }) => name === 'Chromium')) return skipped('there is no Chromium');
  const { drawnWith, pictures }: Shots = await takePictures();
  const expected: DrawnWith = JSON.parse(readFileSync(DRAWN_WITH, 'utf8'));
  if (JSON.stringify(drawnWith) !== JSON.stringify(expected)) {
    return skipped(`they were drawn with ${describe(expected)}, and here it is ${describe(drawnWith)}`);
  }
  rmSync(OUTPUT, { recursive: true, force: true });
  const kept = readdirSync(BASELINES).flatMap((file) => (file.endsWith('.png') ? [file.slice(0, -'.png'.length)] : []));
  const wrong = [...new Set([...kept, ...pictures.keys()])].flatMap(
    (name) => problemOf(name, pictures.get(name)) ?? [],
  );
  for (const problem of wrong) console.error(problem);
  console.log(`${pictures.size} pictures, ${wrong.length} of them not as they were`);
  if (wrong.length > 0) console.error('Where that is as it should be: npm run visual -- --update');
  return { passed: pictures.size - wrong.length, failed: wrong.length };
}

function skipped(why: string): Tally {
  console.warn(`Pictures are not compared: ${why}. To draw them anew: npm run visual -- --update`);
  return { passed: 0, failed: 0 };
}

function describe({ engine, regular, bold }: DrawnWith): string {
  return `${engine} and a font whose text is ${regular} wide, and ${bold} in bold`;
}

/** How a picture differs from the one that is kept; what shows it is put beside. */
function problemOf(name: string, png: Uint8Array | undefined): string | undefined {
  const file = `${BASELINES}${name}.png`;
  if (!png) return `${name}: is kept, but not drawn any more`;
  if (!existsSync(file)) return `${name}: is drawn, but not kept yet`;
  const [actual, expected] = [PNG.sync.read(Buffer.from(png)), PNG.sync.read(readFileSync(file))];
  const { width, height } = expected;
  if (actual.width !== width || actual.height !== height) {
    show(`${name}-actual`, png);
    return `${name}: is ${actual.width} × ${actual.height} pixels, was ${width} × ${height}; see .screenshots/${name}-actual.png`;
  }
  const difference = new PNG({ width, height });
  const count = pixelmatch(expected.data, actual.data, difference.data, width, height, { threshold: THRESHOLD });
  if (count <= PIXELS) return undefined;
  show(`${name}-actual`, png);
  show(`${name}-difference`, PNG.sync.write(difference));
  return `${name}: ${count} pixels differ; see .screenshots/${name}-difference.png`;
}

function show(name: string, png: Uint8Array): void {
  mkdirSync(OUTPUT, { recursive: true });
  writeFileSync(`${OUTPUT}${name}.png`, png);
}
