import { fileURLToPath } from 'node:url';
import puppeteer from 'puppeteer-core';
import { availableBrowsers, pathOf } from '../../helpers/browsers.js';
import { bundle } from '../../helpers/bundle.js';
import type { Scenario } from '../scenario.js';

/** What a busy run costs the page that shows all of it, beside one written by hand that appends whatever comes. */
const flood: Scenario = {
  name: 'a page in Chromium, 5,000 messages in 5 s',
  peers: ['naive', 'ours'],
  metrics: [
    { name: 'tasks over 50 ms', unit: '', better: 'less' },
    { name: 'the longest of them', unit: 'ms', better: 'less' },
    { name: 'main thread busy', unit: 'ms', better: 'less' },
    { name: 'nodes at the end', unit: '', better: 'less' },
  ],
  async measure(peer) {
    const browser = await puppeteer.launch({ executablePath: pathOf('Chromium'), args: ['--no-sandbox'] });
    try {
      const page = await browser.newPage();
      await page.goto('data:text/html,<!doctype html><title>Flood</title>');
      await page.addScriptTag({ content: await bundle(fileURLToPath(new URL('../page/flood.ts', import.meta.url))) });
      const before = await page.metrics();
      const [over = 0, longest = 0] = (await page.evaluate(`flood('${peer}')`)) as number[];
      const after = await page.metrics();
      return [over, longest, ((after.TaskDuration ?? 0) - (before.TaskDuration ?? 0)) * 1000, after.Nodes ?? 0];
    } finally {
      await browser.close();
    }
  },
};

export const pages: readonly Scenario[] = availableBrowsers().some(({ name }) => name === 'Chromium') ? [flood] : [];
