import { appendFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ChannelName } from '../../../protocol/index.js';
import { SqliteStore } from '../../../server-adapter/channels/sqlite/index.js';
import type { ChannelLog, Decision } from '../../../server-adapter/index.js';
import { ask, complete, StatusMessenger } from '../../../server-adapter/index.js';
import { QUESTIONS } from './kill-plan.js';

/** Does the work of a session until it is killed, by others or by itself: `node kill-child.mjs FILE JOURNAL MOMENT`. */

const [, , file = '', journal = '', moment = 'never'] = process.argv;

/** The machine takes the process away: nothing of it runs any more. */
function die(): void {
  process.kill(process.pid, 'SIGKILL');
}

class MortalStore extends SqliteStore {
  override async transact(name: ChannelName, decide: (log: ChannelLog) => Decision): Promise<readonly string[]> {
    let made: Decision = {};
    const ids = await super.transact(name, (log) => {
      made = decide(log);
      if (moment === 'storing an answer' && made.remember?.accepted) die();
      return made;
    });
    if (moment === 'before the ack' && made.remember?.accepted) die();
    if (moment === 'before an input' && made.remember?.reason === 'interrupted') die();
    if (moment === 'before the question is seen' && made.append?.some(({ type }) => type === 'question')) die();
    return ids;
  }

  override async unclaim(name: ChannelName, done?: boolean): Promise<void> {
    if (moment === 'before the work is given back') die();
    await super.unclaim(name, done);
  }
}

const server = createServer();
// A process that was killed is taken for dead before the next one has started.
const store = new MortalStore({ file, lease: 60, synchronous: 'normal' });
const messenger = new StatusMessenger({ store, authorize: ({ userId }) => (userId === undefined ? {} : { userId }) });
messenger.attach(server);
messenger.onSession(async (session) => {
  appendFileSync(journal, 'begins\n');
  if (session.id === 'unkeyed') {
    complete(await ask('Unkeyed?'));
    return;
  }
  const answers: string[] = [];
  for (let i = 0; i < QUESTIONS; i++) {
    answers.push(await ask(`Question ${i}?`, { key: `${i}` }));
    appendFileSync(journal, `${i} ${answers[i]}\n`);
  }
  // Stored before the work is over.
  await session.send({ type: 'complete', data: { summary: answers.join(' ') } });
});
messenger.onInput((input) => {
  appendFileSync(journal, `input ${input}\n`);
  if (moment === 'with an input') die();
});
server.listen(0, '127.0.0.1', () => process.stdout.write(`${(server.address() as AddressInfo).port}\n`));
// The test is gone, so is what it was made for.
process.stdin.resume().on('end', () => process.exit());
