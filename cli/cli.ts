#!/usr/bin/env node
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { isObject, messageOf } from '../protocol/index.js';
import { type Command, EXIT, isUsage, UsageError } from './command.js';
import { plainText } from './output/plain-text.js';

/** What each command does, in a few words, and how to get it: only the one that is called is loaded. */
const COMMANDS: { readonly [name: string]: readonly [summary: string, load: () => Promise<Command>] } = {
  serve: [
    'starts a server: publish to it over HTTP, watch it in pages',
    async () => (await import('./serve.js')).serve,
  ],
  send: ['sends a status to a server that runs', async () => (await import('./send.js')).send],
  run: ['runs a command and shows its output and its end', async () => (await import('./run.js')).run],
  watch: ['shows a session in the terminal', async () => (await import('./watch.js')).watch],
};

const OVERVIEW = `Shows what work on a server is doing, live, from a shell.

Usage: status-messenger [COMMAND] [OPTIONS]

${Object.entries(COMMANDS)
  .map(([name, [summary]]) => `  ${name.padEnd(7)}${summary}`)
  .join('\n')}

Without a command it serves. "status-messenger COMMAND --help" tells of one.

  -h, --help     this text
  -v, --version  the version

Exit codes: 0 done, 1 failed, 2 wrong usage.`;

/** Answers the exit code. */
async function main(args: readonly string[]): Promise<number> {
  const [first = '', ...rest] = args;
  const name = first === '' || first.startsWith('-') ? 'serve' : first;
  const known = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  const own = args.slice(0, args.includes('--') ? args.indexOf('--') : undefined);
  try {
    if (own.includes('--version') || own.includes('-v')) return await sayVersion();
    const isHelp = own.includes('--help') || own.includes('-h') || first === 'help';
    if (isHelp && (name !== first || !known)) return say(OVERVIEW);
    if (!known) {
      throw new UsageError(`got the command "${name}", expected ${Object.keys(COMMANDS).join(', ')}`);
    }
    const command = await known[1]();
    return isHelp ? say(command.help) : await command.run(name === first ? rest : args);
  } catch (error) {
    console.error(plainText(messageOf(error)));
    if (!isUsage(error)) return EXIT.failed;
    console.error(`See "status-messenger ${known ? `${name} ` : ''}--help".`);
    return EXIT.usage;
  }
}

function say(text: string): number {
  console.log(text);
  return EXIT.done;
}

async function sayVersion(): Promise<number> {
  const file = fileURLToPath(import.meta.resolve('status-messenger/package.json'));
  const about: unknown = JSON.parse(await readFile(file, 'utf8'));
  return say(isObject(about) ? String(about.version) : '');
}

const code = await main(process.argv.slice(2));
// Nothing that is still being written is cut off.
process.stdout.write('', () => process.exit(code));
