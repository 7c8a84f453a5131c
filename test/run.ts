import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { run } from 'node:test';
import { spec as SpecReporter } from 'node:test/reporters';
import { browsers } from './helpers/browsers.js';
import { runElementTests } from './helpers/run-elements.js';
import type { Tally } from './helpers/tally.js';
import { comparePictures } from './visual/compare.js';

const PARTS = ['node', 'elements', 'frameworks'];
/** The tests of an app in each framework, which need a browser. */
const APPS = join('test', 'frameworks');

/**
 * `npm test`: gets what the machine lacks, checks, builds, and runs every test. `npm test -- node`, `npm test -- elements`, `npm test -- frameworks` and
 * `npm test -- node test/protocol` run a part of them.
 */
async function main(): Promise<void> {
  const [part, ...filters] = process.argv.slice(2);
  if (part !== undefined && !PARTS.includes(part)) {
    throw new Error(`got "${part}", expected "${PARTS.join('", "')}" or nothing`);
  }
  const wants = (name: string) => part === undefined || part === name;
  const tallies: Tally[] = [];
  if (part !== 'node') getBrowsers();
  step('npm', 'run', '--silent', 'check');
  step('npm', 'run', '--silent', 'build');
  const files = testFiles('test').filter(
    (file) => filters.length === 0 || filters.some((filter) => file.includes(filter)),
  );
  const isOfApps = (file: string) => file.startsWith(APPS);
  if (wants('node'))
    tallies.push(
      await runNodeTests(
        files.filter((file) => !isOfApps(file)),
        300_000,
      ),
    );
  // By themselves: builds would keep the others waiting.
  if (wants('frameworks') && hasChromium()) tallies.push(await runNodeTests(files.filter(isOfApps), 1_200_000));
  if (wants('elements')) tallies.push(await comparePictures(), await runElementTests());
  const passed = tallies.reduce((sum, tally) => sum + tally.passed, 0);
  const failed = tallies.reduce((sum, tally) => sum + tally.failed, 0);
  console.log(`${passed} passed, ${failed} failed`);
  process.exit(failed === 0 && passed > 0 ? 0 : 1);
}

/** Installs the browsers that are missing, where the system's package manager can. In CI every engine is required. */
function getBrowsers(): void {
  const missing = browsers.filter(({ paths }) => !paths.some(existsSync));
  if (missing.length === 0) return;
  const packages = missing.flatMap((browser) => browser.packages);
  const sudo = process.getuid?.() === 0 ? [] : ['sudo', '-n'];
  const install = [...sudo, 'apt-get'];
  if (spawnSync('apt-get', ['--version']).status === 0) {
    console.log(`Getting ${missing.map(({ name }) => name).join(', ')}: apt-get install ${packages.join(' ')}`);
    spawnSync(install[0] ?? '', [...install.slice(1), 'update', '-qq'], { stdio: 'inherit' });
    spawnSync(install[0] ?? '', [...install.slice(1), 'install', '-y', '-qq', '--no-install-recommends', ...packages], {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    });
  }
  for (const { name, paths, packages: needed } of browsers) {
    if (paths.some(existsSync)) continue;
    const text = `${name} is not on this machine and could not be installed (Debian: apt-get install ${needed.join(' ')})`;
    if (process.env.CI) throw new Error(`${text}; with CI set, every engine is required`);
    console.warn(`${text}; the elements are tested without it.`);
  }
}

function step(command: string, ...args: string[]): void {
  const { status } = spawnSync(command, args, { stdio: 'inherit' });
  if (status !== 0) throw new Error(`"${command} ${args.join(' ')}" failed`);
}

async function runNodeTests(files: string[], timeout: number): Promise<Tally> {
  const tally = { passed: 0, failed: 0 };
  const stream = run({ files, concurrency: 2, timeout });
  stream.on('test:pass', ({ details }) => {
    if (details.type !== 'suite') tally.passed++;
  });
  stream.on('test:fail', ({ details }) => {
    if (details.type !== 'suite') tally.failed++;
  });
  const report = stream.compose(new SpecReporter());
  report.pipe(process.stdout);
  await new Promise((resolve) => report.on('end', resolve));
  return tally;
}

function testFiles(root: string): string[] {
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' });
  return files.filter((file) => /(?<!\.browser)\.test\.ts$/.test(file)).map((file) => join(root, file));
}

function hasChromium(): boolean {
  const isHere = browsers.some(({ name, paths }) => name === 'Chromium' && paths.some(existsSync));
  if (!isHere) console.warn('Without Chromium the apps in demo/frameworks/ are not tested.');
  return isHere;
}

function giveUp(error: unknown): void {
  console.error(error instanceof Error ? error.message : error);
  console.log('0 passed, 1 failed');
  process.exit(1);
}

// A browser's driver may fail where nobody waits for it.
process.on('uncaughtException', giveUp);
main().catch(giveUp);
