import { fileURLToPath } from 'node:url';
import { PNG } from 'pngjs';
import puppeteer, { type Page } from 'puppeteer-core';
import { pathOf } from '../helpers/browsers.js';
import { bundle } from '../helpers/bundle.js';
import { NOW } from './conversation.js';
import type { Box } from './page.js';

/** Those that are taken once more in forced colours. */
const FORCED = ['panel-waiting', 'question-problems', 'progress-running'];
/** What makes small files of flat colours. */
const SMALL = { colorType: 2, filterType: 0, deflateLevel: 9, deflateStrategy: 0 } as const;
/** The one font that a bare Debian has, Arabic included. */
const FONT = 'DejaVu Sans';
const STYLE = `
  body { margin: 0; font: 16px/1.5 '${FONT}'; }
  section { display: inline-block; vertical-align: top; box-sizing: content-box; padding: 16px; background: light-dark(#fff, #16181d); color: light-dark(#1b1d23, #eceef3); }
`;

/** What pictures were drawn with: by another engine or with another font they look otherwise. */
export interface DrawnWith {
  /** The engine, with its major version. */
  readonly engine: string;
  /** Widths of a text at 100 px, in pixels: what a font is known by. */
  readonly regular: number;
  readonly bold: number;
}

export interface Shots {
  readonly drawnWith: DrawnWith;
  /** By their names, as PNG. */
  readonly pictures: ReadonlyMap<string, Uint8Array>;
}

/** Takes the pictures. Nothing moves, and no time passes. */
export async function takePictures(): Promise<Shots> {
  const browser = await puppeteer.launch({
    executablePath: pathOf('Chromium'),
    args: [
      '--no-sandbox',
      '--font-render-hinting=none',
      '--disable-lcd-text',
      '--force-color-profile=srgb',
      '--hide-scrollbars',
    ],
    defaultViewport: { width: 1920, height: 6000 },
  });
  try {
    const page = await browser.newPage();
    await page.emulateTimezone('UTC');
    await page.emulateMediaFeatures([{ name: 'prefers-reduced-motion', value: 'reduce' }]);
    await page.evaluateOnNewDocument(standStill, NOW);
    await page.goto('data:text/html,<!doctype html><title>Pictures</title>');
    await page.addStyleTag({ content: STYLE });
    await page.addScriptTag({ content: await bundle(fileURLToPath(new URL('page.ts', import.meta.url))) });
    const version = await browser.version();
    const drawnWith = { engine: version.replace(/\..*/, ''), ...(await page.evaluate(measureFont, FONT)) };
    const boxes = (await page.evaluate('drawAll()')) as Box[];
    const pictures = cut(await whole(page), boxes);
    await forceColors(page);
    const forced = boxes.filter(({ name }) => FORCED.includes(name));
    for (const [name, png] of cut(await whole(page), forced)) pictures.set(`${name}-forced-colors`, png);
    return { drawnWith, pictures };
  } finally {
    await browser.close();
  }
}

/** The page with all pictures, every one of them on the screen: what is not may not be laid out. */
async function whole(page: Page): Promise<PNG> {
  return PNG.sync.read(Buffer.from(await page.screenshot()));
}

function cut(all: PNG, boxes: readonly Box[]): Map<string, Uint8Array> {
  return new Map(
    boxes.map(({ name, x, y, width, height }) => {
      const picture = new PNG({ width, height });
      PNG.bitblt(all, picture, x, y, width, height);
      return [name, PNG.sync.write(picture, SMALL)];
    }),
  );
}

/** As for those who have chosen the colours of all pages. */
async function forceColors(page: Page): Promise<void> {
  const session = await page.createCDPSession();
  const features = [
    { name: 'forced-colors', value: 'active' },
    { name: 'prefers-reduced-motion', value: 'reduce' },
  ];
  await session.send('Emulation.setEmulatedMedia', { features });
}

// In the page

function standStill(now: number): void {
  Date.now = () => now;
  performance.now = () => 0;
  Object.assign(globalThis, { Notification: { permission: 'default' } });
}

function measureFont(font: string): { regular: number; bold: number } {
  const context = document.createElement('canvas').getContext('2d');
  if (!context) return { regular: 0, bold: 0 };
  context.font = `100px '${font}'`;
  const text = 'Status messenger 0:42 حالة التنفيذ';
  const regular = Math.round(context.measureText(text).width);
  context.font = `bold ${context.font}`;
  return { regular, bold: Math.round(context.measureText(text).width) };
}
