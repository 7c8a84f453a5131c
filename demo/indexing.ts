import { readdir, readFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { addStatusMessage, type Session } from 'status-messenger/server';

/** The work never grows with the folder. */
const MOST_FILES = 400;
/** Reading takes far less time than seeing what was read: all of it takes about this long, in milliseconds, and no file longer than a fifth. */
const WHOLE = 20_000;
const EACH = 200;
const LEFT_OUT = new Set(['node_modules', 'dist', 'coverage']);

/** Indexes the files below `root` for a session: which words stand in how many of them. Stops when the session's signal says so. */
export async function indexFiles(root: string, session: Session): Promise<void> {
  const index = new Map<string, number>();
  let lines = 0;
  let read = 0;

  addStatusMessage('Listing the files…');
  const folders = await inStep(session, 'list', 'Listing the files', () => listFolders(root));
  const total = [...folders.values()].flat().length;

  for (const [folder, files] of folders) {
    await inStep(session, `read-${folder || 'top'}`, `Reading ${folder || 'the top folder'}`, async () => {
      for (const file of files) {
        session.signal.throwIfAborted();
        addStatusMessage(`Reading ${relative(root, file)}`);
        const [text] = await Promise.all([readFile(file, 'utf8'), sleep(Math.min(EACH, WHOLE / total))]);
        lines += text.split('\n').length;
        for (const word of new Set(text.toLowerCase().match(/[a-z]{3,40}/g)))
          index.set(word, (index.get(word) ?? 0) + 1);
        await session.send({ type: 'progress', data: { value: ++read, max: total, unit: 'files' } });
      }
    });
  }

  const inAll = [...index].sort(([, a], [, b]) => b - a).slice(0, 3);
  const summary = `Indexed ${read} files and ${lines.toLocaleString('en')} lines: ${index.size.toLocaleString('en')} words, the most common of them ${inAll.map(([word]) => `“${word}”`).join(', ')}.`;
  await session.send({ type: 'result', data: { agent: 'indexer', data: { files: read, lines, words: index.size } } });
  await session.send({ type: 'complete', data: { summary } });
}

async function inStep<T>(session: Session, step: string, label: string, run: () => Promise<T>): Promise<T> {
  await session.send({ type: 'event', data: { event: 'step_started', step, label } });
  try {
    const value = await run();
    await session.send({ type: 'event', data: { event: 'step_finished', step } });
    return value;
  } catch (error) {
    await session.send({ type: 'event', data: { event: 'step_failed', step } });
    throw error;
  }
}

/** The files to read, by the folder at the top that they are in. */
async function listFolders(root: string): Promise<Map<string, string[]>> {
  const folders = new Map<string, string[]>();
  let count = 0;
  for (const entry of await readdir(root, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    const parts = relative(root, path).split(sep);
    if (!entry.isFile() || parts.some((part) => part.startsWith('.') || LEFT_OUT.has(part))) continue;
    if (++count > MOST_FILES) break;
    const folder = parts.length > 1 ? (parts[0] ?? '') : '';
    folders.set(folder, [...(folders.get(folder) ?? []), path]);
  }
  return folders;
}
