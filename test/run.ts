import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { browsers } from './helpers/browsers.js';
import { runElementTests } from './helpers/run-elements.js';
import { runFiles } from './helpers/run-files.js';
import { sumOf, type Tally } from './helpers/tally.js';
import { comparePictures } from './visual/compare.js';

const PARTS = ['node', 'elements', 'frameworks'];
/** Drives an app of each framework in a browser. */
const APPS = join('test', 'frameworks', 'frameworks.test.ts');

/**
 * `npm test`: gets what the machine lacks, checks, builds, and runs every test. `npm test -- node`, `npm test -- elements`, `npm test -- frameworks` and
 * `npm test -- node test/protocol` run a part of them.
 */
async function main(): Promise<void> {
  const [part, ...filters] = process.argv.slice(2);
  if (part !== undefined && !PARTS.includes(part)) {
    throw new Error(`got "${part}", expected "${PARTS.join('", "')}" or nothing`);
  }
  if (part !== 'node') getBrowsers();
  step('npm', 'run', '--silent', 'check');
  step('npm', 'run', '--silent', 'build');
  const wants = (name: string) => part === undefined || part === name;
  const tallies: Tally[] = [];
  if (wants('node')) tallies.push(await runFiles(testFiles(filters), 300_000));
  // Apart from the other tests, which their builds would keep waiting; a picture waits for nothing but its page.
  const apps = wants('frameworks') && hasChromium() ? [runFiles([APPS], 1_200_000)] : [];
  const pictures = wants('elements') ? [comparePictures()] : [];
  tallies.push(...(await Promise.all([...apps, ...pictures])));
  if (wants('elements')) tallies.push(await runElementTests());
  const { passed, failed } = sumOf(tallies);
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

/** The tests that run in Node, but for that of the apps. */
function testFiles(filters: readonly string[]): string[] {
  return readdirSync('test', { recursive: true, encoding: 'utf8' })
    .filter((file) => /(?<!\.browser)\.test\.ts$/.test(file))
    .map((file) => join('test', file))
    .filter((file) => file !== APPS)
    .filter((file) => filters.length === 0 || filters.some((filter) => file.includes(filter)));
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
// Or leave nothing that is waited for.
process.on('beforeExit', () => giveUp(new Error('the tests ended before they were done')));
main().catch(giveUp);
