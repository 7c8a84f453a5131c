import { execFile } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { root } from './readme-snippet.js';

export const execute = promisify(execFile);

/** A folder that is there as long as this process. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'status-messenger-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Packs what `npm publish` would publish of the build that is there. Answers the path of the tarball. */
export async function pack(): Promise<string> {
  const folder = await temporaryFolder();
  await execute('npm', ['pack', '--ignore-scripts', '--pack-destination', folder], { cwd: root });
  const [name] = await readdir(folder);
  if (!name) throw new Error('nothing was packed');
  return join(folder, name);
}

/** An empty project in which somebody installs packages as users do. `said` is what npm had to say. */
export async function project(...packages: string[]): Promise<{ folder: string; said: string }> {
  const folder = await temporaryFolder();
  await writeFile(join(folder, 'package.json'), JSON.stringify({ private: true, type: 'module' }));
  const { stdout, stderr } = await execute('npm', ['install', '--prefer-offline', '--no-audit', ...packages], {
    cwd: folder,
    env: userEnvironment(),
  });
  return { folder, said: stdout + stderr };
}

/** What npm hands on to a script of this package is no business of another project. */
function userEnvironment(): NodeJS.ProcessEnv {
  const entries = Object.entries(process.env).filter(([name]) => !/^npm_(config|package|lifecycle)_/i.test(name));
  return Object.fromEntries(entries);
}

/**
 * The executable of a major version of Node, kept in the system's temporary folder once it was got from the registry; `undefined` where that is out of reach. In CI
 * that throws.
 */
export async function node(major: number): Promise<string | undefined> {
  if (process.versions.node.startsWith(`${major}.`)) return process.execPath;
  const folder = join(tmpdir(), `status-messenger-node-${major}-${process.platform}-${process.arch}`);
  const path = join(folder, 'node_modules/node/bin/node');
  if (existsSync(path)) return path;
  try {
    const source = `node@npm:node-${process.platform}-${process.arch}@${major}`;
    const made = await mkdtemp(`${folder}-`);
    await writeFile(join(made, 'package.json'), JSON.stringify({ private: true }));
    await execute('npm', ['install', '--no-audit', '--prefer-offline', source], { cwd: made, env: userEnvironment() });
    // Whole or not at all: somebody else may look for it at the same time.
    await mkdir(folder, { recursive: true });
    if (!existsSync(path)) await cp(made, folder, { recursive: true, force: false });
    await rm(made, { recursive: true });
    return path;
  } catch (error) {
    if (process.env.CI) throw error;
    return undefined;
  }
}

/** The entries of the package that are more than types, as they are imported, and where they lead: `status-messenger/words/*` where there are several. */
export async function entries(): Promise<ReadonlyMap<string, string>> {
  const { name, exports } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as {
    readonly name: string;
    readonly exports: { readonly [path: string]: string | { readonly default?: string } };
  };
  const targets = Object.entries(exports).flatMap(([path, entry]) => {
    const target = typeof entry === 'string' ? entry : entry.default;
    return target === undefined ? [] : [[name + path.slice(1), target] as const];
  });
  return new Map(targets);
}

/** The entries that have a module, each by its whole name, by the files that are published. */
export async function expanded(files: readonly string[]): Promise<readonly string[]> {
  return [...(await entries())].flatMap(([entry, target]) => {
    if (target.endsWith('.json')) return [];
    if (!entry.includes('*')) return [entry];
    const [start = '', end = ''] = target.slice('./'.length).split('*');
    const here = files.filter((file) => file.startsWith(start) && file.endsWith(end));
    return here.map((file) => entry.replace('*', file.slice(start.length, -end.length)));
  });
}
