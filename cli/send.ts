import { text as readAll } from 'node:stream/consumers';
import { parseArgs } from 'node:util';
import { assertId, isRunId, parseJson, StatusMessengerError } from '../protocol/index.js';
import { type Command, EXIT, readArguments, UsageError } from './command.js';
import { type Publication, ServerApi } from './server-api.js';

const HELP = `Sends a status, or any other message, to a server that runs.

Usage: status-messenger send --session ID TEXT
       status-messenger send --session ID --type complete TEXT
       status-messenger send --session ID --type TYPE --data JSON

  TEXT           what to say; "-" reads it from the standard input
  --session ID   whom it is for; or one of
  --thread ID, --user ID, --task ID
  --type TYPE    default status. TEXT goes with status, progress, complete and
                 error; any other type has --data
  --data JSON    the message's data as the protocol has it
  --agent NAME, --step ID, --level info|warning|error
                 who says it, in which step, and how grave it is
  --url URL      the server; default STATUS_MESSENGER_URL, or http://127.0.0.1:8000

Environment: STATUS_MESSENGER_API_KEY, the server's key.
Exit codes: 0 it is stored, 1 it is not, 2 wrong usage.`;

const OPTIONS = {
  // Whoever names two of a kind is told, and not taken at the last.
  session: { type: 'string', multiple: true },
  thread: { type: 'string', multiple: true },
  user: { type: 'string', multiple: true },
  task: { type: 'string', multiple: true },
  type: { type: 'string', default: 'status' },
  data: { type: 'string' },
  agent: { type: 'string' },
  step: { type: 'string' },
  level: { type: 'string' },
  url: { type: 'string' },
} as const;

/** The data of a message that has a text. */
const DATA_OF: { readonly [type: string]: (text: string) => unknown } = {
  status: (text) => text,
  progress: (message) => ({ message }),
  complete: (summary) => ({ summary }),
  error: (message) => ({ message }),
};

export const send: Command = {
  help: HELP,
  async run(args) {
    const { values, positionals } = readArguments(() =>
      parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true }),
    );
    const { type, data, agent, step, level, url } = values;
    const channel = channelOf(values);
    const api = new ServerApi(url, process.env);
    const publication: Publication = {
      channel,
      type,
      data: data === undefined ? await dataOf(type, positionals) : readData(data, positionals),
      ...(agent === undefined ? {} : { agent }),
      ...(step === undefined ? {} : { step }),
      ...(level === undefined ? {} : { level }),
    };
    const [published] = await api.publish([publication]);
    if (published?.reason === undefined) return EXIT.done;
    throw new StatusMessengerError('invalid', `send: got ${channel}, which nobody can be told (${published.reason})`);
  },
};

const RECIPIENTS = ['session', 'thread', 'user', 'task'] as const;

/** The one channel that is named. */
function channelOf(values: { readonly [K in (typeof RECIPIENTS)[number]]?: readonly string[] | undefined }): string {
  const [named, another] = RECIPIENTS.flatMap((kind) => (values[kind] ?? []).map((id) => ({ kind, id })));
  if (!named || another) {
    const got = named && another ? `--${named.kind} and --${another.kind}` : 'no recipient';
    throw new UsageError(`send: got ${got}, expected one of --session, --thread, --user and --task`);
  }
  const { kind, id } = named;
  assertId(id, `send: --${kind}`);
  if (isRunId(id))
    throw new UsageError(`send: got --${kind} ${id}, expected a ${kind}, not a run; name whose run it is`);
  return `${kind}:${id}`;
}

async function dataOf(type: string, texts: readonly string[]): Promise<unknown> {
  const make = Object.hasOwn(DATA_OF, type) ? DATA_OF[type] : undefined;
  if (!make) throw new UsageError(`send: got no data for type "${type}", expected --data JSON`);
  if (texts.length === 0) throw new UsageError('send: got no text, expected one; write "-" to read it from the input');
  const text = texts.length === 1 && texts[0] === '-' ? (await readAll(process.stdin)).trimEnd() : texts.join(' ');
  return make(text);
}

function readData(json: string, [text]: readonly string[]): unknown {
  if (text !== undefined) throw new UsageError(`send: got "${text}" and --data, expected one of them`);
  const data = parseJson(json);
  if (data === undefined) throw new UsageError(`send: got --data '${json}', expected JSON; quote it for your shell`);
  return data;
}
