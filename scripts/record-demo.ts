import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import puppeteer from 'puppeteer-core';
import { pathOf } from '../test/helpers/browsers.js';

/** Makes the README's moving picture from the real demo: `npx tsx scripts/record-demo.ts`. Wants Chromium and ImageMagick. */
const PORT = '8765';
/** Milliseconds between two frames. */
const PACE = 200;

const folder = mkdtempSync(join(tmpdir(), 'demo-'));
const demo = spawn('npm', ['start'], { env: { ...process.env, PORT }, stdio: 'ignore', detached: true });
const browser = await puppeteer.launch({ executablePath: pathOf('Chromium'), args: ['--no-sandbox'] });
try {
  const page = await browser.newPage();
  // For the style below.
  await page.setBypassCSP(true);
  await page.setViewport({ width: 1240, height: 900 });
  for (let i = 0; i < 300; i++) {
    const loaded = await page.goto(`http://127.0.0.1:${PORT}/#/live/run`).catch(() => undefined);
    if (loaded?.ok()) break;
    await sleep(100);
  }
  // Until there is something to see of the run, and its panels are as high as they get.
  await page.waitForFunction(
    () => Number(document.querySelector('[data-viewer=first] [data-fact=position]')?.textContent) > 40,
  );
  // So much of the list as shows that nothing is missing in it, and the same height whatever it says.
  await page.addStyleTag({ content: 'status-panel::part(timeline) { block-size: 14rem }' });
  const from = await (await page.$('.connections'))?.boundingBox();
  const to = await (await page.$('.viewers'))?.boundingBox();
  if (!from || !to) throw new Error('the demo shows no viewers');
  // A line more at the end: a long status moves what is below it.
  const height = to.y + to.height - from.y + 48;
  const clip = { x: from.x - 12, y: from.y - 12, width: from.width + 24, height };
  // Until a while after the first viewer is back.
  let rest = 15;
  for (let i = 0; i < 90 && rest > 0; i++) {
    const next = sleep(PACE);
    if (i === 8) await page.click('#cut');
    if (await page.$('.journal ::-p-text(that it had missed)')) rest--;
    await page.screenshot({ path: join(folder, `${String(i).padStart(3, '0')}.png`), clip });
    await next;
  }
} finally {
  await browser.close();
  if (demo.pid) process.kill(-demo.pid);
}
// One palette without dithering for all frames, so that only what moved differs from one to the next.
const frames = join(folder, '*.png');
execFileSync('convert', [
  '-delay',
  String(PACE / 10),
  '-loop',
  '0',
  frames,
  '+dither',
  '-colors',
  '96',
  '+map',
  'demo/demo.gif',
]);
execFileSync('convert', ['demo/demo.gif', '-fuzz', '2%', '-layers', 'OptimizeTransparency', '+map', 'demo/demo.gif']);
rmSync(folder, { recursive: true });
