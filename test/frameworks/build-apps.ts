import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { root } from '../package/readme-snippet.js';
import { appsRoot } from './apps.js';

const installed = join(appsRoot, 'node_modules');

/** Gets what the apps are built with and of, where that is not there yet. */
export async function installApps(): Promise<void> {
  const stamp = join(installed, '.installed');
  const wanted = await hashOf([join(appsRoot, 'package-lock.json')]);
  if ((await readFile(stamp, 'utf8').catch(() => '')) === wanted) return;
  await run(appsRoot, 'npm', 'ci', '--ignore-scripts', '--prefer-offline', '--loglevel=error');
  await writeFile(stamp, wanted);
}

/** Puts the package, as it was built last, where the apps find it. */
export async function installPackage(): Promise<void> {
  const copy = join(installed, 'status-messenger');
  await rm(join(copy, 'dist'), { recursive: true, force: true });
  await cp(join(root, 'package.json'), join(copy, 'package.json'));
  for (const part of ['components', 'protocol', 'cdn.js']) {
    await cp(join(root, 'dist', part), join(copy, 'dist', part), { recursive: true });
  }
}

/** Builds an app by its own tool chain, and answers where. One that was built of the very same files is left as it is. */
export async function buildApp(name: string): Promise<string> {
  const app = join(appsRoot, name);
  const output = join(app, 'dist');
  const stamp = join(output, '.inputs');
  const inputs = [join(installed, '.installed'), ...(await filesIn(join(installed, 'status-messenger')))];
  const wanted = await hashOf([...inputs, ...(await filesIn(app))]);
  if ((await readFile(stamp, 'utf8').catch(() => '')) !== wanted) {
    await rm(output, { recursive: true, force: true });
    await run(app, 'npm', 'run', '--silent', 'build');
    await writeFile(stamp, wanted);
  }
  return output;
}

async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const left = new Set(['node_modules', '.angular', ...(folder.startsWith(installed) ? [] : ['dist'])]);
  const files = entries.filter(({ name }) => !left.has(name) && !name.endsWith('.map'));
  const inside = files.map((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? filesIn(path) : [path];
  });
  return (await Promise.all(inside)).flat().sort();
}

async function hashOf(files: readonly string[]): Promise<string> {
  const hash = createHash('sha256').update(process.version);
  for (const file of files) hash.update(file).update(await readFile(file));
  return hash.digest('hex');
}

/** Runs a command, and throws what it said where it fails. */
async function run(cwd: string, command: string, ...args: readonly string[]): Promise<void> {
  const child = spawn(command, args, {
    cwd,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, CI: '1', NG_CLI_ANALYTICS: 'false' },
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (piece) => (said += piece));
  const code = await new Promise((resolve, reject) => child.on('close', resolve).on('error', reject));
  if (code !== 0) throw new Error(`"${command} ${args.join(' ')}" failed in ${cwd}:\n${said}`);
}
