import { seededRandom } from '../../../components/testing/index.js';
import { SqliteStore } from '../../../server-adapter/channels/sqlite/index.js';
import { compose } from '../../../server-adapter/compose.js';
import { ackOf, CHANNELS, clock, messageOf, TAIL } from './crash-plan.js';

/** Says message after message, and prints what it was told to be stored, until it is killed: `node crash-child.js FILE SEED`. */
const [, , file = '', seed = ''] = process.argv;
const random = seededRandom(Number(seed));
// What a kill can take is the same with either way of syncing.
const store = new SqliteStore({ file, tail: TAIL, cache: 2, clock, synchronous: 'normal' });
// Where the killed one before stopped.
const said = new Map(CHANNELS.map((name) => [name, store.peek(name)?.seq ?? 0]));

async function say(): Promise<void> {
  const name = CHANNELS[Math.floor(random() ** 2 * CHANNELS.length)] ?? CHANNELS[0];
  const number = (said.get(name) ?? 0) + 1;
  said.set(name, number);
  const stored = store.append(name, compose(messageOf(number)));
  const ack = ackOf(number);
  const remembered = ack && store.remember(name, ack);
  process.stdout.write(`${JSON.stringify({ name, number, id: await stored })}\n`);
  if (!ack) return;
  await remembered;
  process.stdout.write(`${JSON.stringify({ name, number, ref: ack.ref })}\n`);
}

while (true) {
  await Promise.all(Array.from({ length: 1 + Math.floor(random() * 12) }, say));
  if (random() < 0.1) store.sweep();
}
