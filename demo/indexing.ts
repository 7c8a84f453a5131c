import { readdir, readFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { addStatusMessage, type Session } from 'status-messenger/server';

/** The work never grows with the folder. */
const MOST_FILES = 400;
/** Reading takes far less time than seeing what was read: a file takes so many milliseconds. */
const EACH = 120;
const LEFT_OUT = new Set(['node_modules', 'dist', 'dist-demo', 'coverage']);

/** How far an indexing is. Whoever takes the work over goes on from here. */
export class Indexed {
  readonly words = new Map<string, number>();
  lines = 0;
  files = 0;

  add(text: string): void {
    this.files++;
    this.lines += text.split('\n').length;
    for (const word of new Set(text.toLowerCase().match(/[a-z]{3,40}/g))) {
      this.words.set(word, (this.words.get(word) ?? 0) + 1);
    }
  }

  get summary(): string {
    const { files, lines, words } = this;
    const common = [...words].sort(([, a], [, b]) => b - a).slice(0, 3);
    return `Indexed ${files} files and ${lines.toLocaleString('en')} lines: ${words.size.toLocaleString('en')} words, the most common of them ${common.map(([word]) => `“${word}”`).join(', ')}.`;
  }
}

/** Indexes the files below `root` for a session: which words stand in how many of them. Stops when the session's signal says so. */
export async function indexFiles(root: string, session: Session, indexed: Indexed, each = EACH): Promise<void> {
  if (indexed.files === 0) addStatusMessage('Listing the files…');
  const folders = await listFolders(root);
  const total = [...folders.values()].flat().length;

  let seen = 0;
  for (const [folder, files] of folders) {
    const begin = seen;
    seen += files.length;
    if (seen <= indexed.files) continue;
    await inStep(session, `read-${folder || 'top'}`, `Reading ${folder || 'the top folder'}`, async (step) => {
      for (const file of files.slice(Math.max(0, indexed.files - begin))) {
        session.signal.throwIfAborted();
        addStatusMessage(`Reading ${relative(root, file)}`, { step });
        const [text] = await Promise.all([readFile(file, 'utf8'), sleep(each)]);
        indexed.add(text);
        await session.send({
          type: 'progress',
          data: { label: 'Files', value: indexed.files, max: total, unit: 'files' },
        });
      }
    });
  }

  const { files, lines, words } = indexed;
  await session.send({ type: 'result', data: { agent: 'indexer', data: { files, lines, words: words.size } } });
  await session.send({ type: 'complete', data: { summary: indexed.summary } });
}

async function inStep<T>(session: Session, step: string, label: string, run: (step: string) => Promise<T>): Promise<T> {
  await session.send({ type: 'event', data: { event: 'step_started', step, label } });
  try {
    const value = await run(step);
    await session.send({ type: 'event', data: { event: 'step_finished', step } });
    return value;
  } catch (error) {
    // Where the work goes on elsewhere nothing has failed.
    if (!session.signal.aborted) await session.send({ type: 'event', data: { event: 'step_failed', step } });
    throw error;
  }
}

/** The files to read, by the folder at the top that they are in. */
async function listFolders(root: string): Promise<Map<string, string[]>> {
  const folders = new Map<string, string[]>();
  let count = 0;
  for await (const path of filesIn(root)) {
    if (++count > MOST_FILES) break;
    const parts = relative(root, path).split(sep);
    const folder = parts.length > 1 ? (parts[0] ?? '') : '';
    folders.set(folder, [...(folders.get(folder) ?? []), path]);
  }
  return folders;
}

/** What is left out is not entered either: others may be at work there. */
async function* filesIn(folder: string): AsyncGenerator<string> {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (entry.name.startsWith('.') || LEFT_OUT.has(entry.name)) continue;
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* filesIn(path);
    else if (entry.isFile()) yield path;
  }
}
