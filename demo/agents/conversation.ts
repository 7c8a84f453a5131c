import type { Clock } from 'status-messenger/protocol';
import {
  addStatusMessage,
  ask,
  complete,
  currentContext,
  PublicError,
  progress,
  result,
  step,
  track,
  withAgent,
} from 'status-messenger/server';
import {
  AUDIENCES,
  type Brief,
  counted,
  describeBrief,
  estimate,
  findRisks,
  imagineCustomer,
  PLATFORMS,
  planProduct,
  summarize,
} from './plan.js';

/** Milliseconds in which a real agent would think: before a question, over a text, over one item of a list. */
const THINK = 700;
const READ = 1200;
const WEIGH = 800;
/** Milliseconds that people have for each answer. Nobody is decided for: after that the run has failed. */
const PATIENCE = 30 * 60_000;
const AGENTS = 5;

/**
 * Plans an app with the people who watch the session in context: the Clarifier asks them, four others work with what they answered. No model is asked: the
 * same answers give the same plan. The pauses are those of `clock`.
 */
export async function planApp(clock: Clock): Promise<void> {
  const work = (assignment: Assignment) => carryOut(clock, assignment);

  addStatusMessage('Starting Clarifier conversation...');
  finished(0);
  const brief = await withAgent('clarifier', () => step('Clarifier', () => clarify(clock)));
  finished(1);

  const product = planProduct(brief);
  await work({ name: 'Product', doing: 'Weighing features', items: brief.audience.features, finds: () => product });
  finished(2);

  const customer = imagineCustomer(brief, product);
  await work({ name: 'Customer', doing: 'Listening to wishes', items: customer.wants, finds: () => customer });
  finished(3);

  const effort = estimate(brief, product);
  await work({
    name: 'Engineer',
    doing: 'Sizing the parts',
    items: effort.parts,
    finds: () => {
      if (effort.weeks <= 3 * brief.weeks) return effort;
      const needed = counted(effort.weeks, 'week');
      throw new PublicError(`This takes ${needed}, over three times what there is. Start again with more time.`);
    },
  });
  finished(4);

  const report = findRisks(brief, effort);
  await work({ name: 'Risk', doing: 'Looking at what could go wrong', items: report.risks, finds: () => report });
  finished(5);

  complete(summarize(brief, product, effort, report));
}

/** Asks until the people who watch agree with what was understood. */
async function clarify(clock: Clock): Promise<Brief> {
  for (let round = 1; ; round++) {
    progress(`Clarifier (Round ${round}): I need to understand your requirements...`);
    // A key makes it the same question where a server that was restarted asks again: what was answered is not asked twice.
    const options = (name: string) => ({ key: `${name}.${round}`, timeout: PATIENCE });
    const brief = await step(`Round ${round}`, () => interview(clock, options));
    await think(clock, 'The Clarifier puts it together…');
    const done = await ask(`${describeBrief(brief)}: is that right?`, { confirm: true, ...options('right') });
    result('clarifier', { done, resp: [describeBrief(brief)] });
    if (done) return brief;
  }
}

async function interview(
  clock: Clock,
  options: (name: string) => { readonly key: string; readonly timeout: number },
): Promise<Brief> {
  await think(clock, 'The Clarifier thinks of a first question…');
  const purpose = await ask('What is the main purpose of your app?', {
    schema: { type: 'string', minLength: 3, maxLength: 120 },
    ...options('purpose'),
  });

  await think(clock, 'The Clarifier reads your answer…');
  const chosen = await ask('Who is it for?', {
    choices: AUDIENCES.map(({ value, label }) => ({ value, label })),
    ...options('audience'),
  });
  const audience = AUDIENCES.find(({ value }) => value === chosen);
  if (!audience) throw new Error(`got ${chosen}, which was no choice`);

  await think(clock, 'The Clarifier looks at the limits…');
  const { weeks, platforms, personalData } = await ask('What are its limits?', {
    schema: {
      type: 'object',
      properties: {
        weeks: { type: 'integer', title: 'Weeks until it starts', minimum: 1, maximum: 52, default: 8 },
        platforms: {
          type: 'array',
          title: 'Platforms',
          items: { type: 'string', enum: PLATFORMS },
          minItems: 1,
          default: ['Web'],
        },
        personalData: { type: 'boolean', title: 'It keeps personal data' },
      },
      required: ['weeks', 'platforms'],
    },
    ...options('limits'),
  });
  return { purpose, audience, weeks: weeks ?? 0, platforms: platforms ?? [], personalData: personalData ?? false };
}

/** What an agent goes through, and what it finds; what `finds` throws fails the agent, and the run with it. */
interface Assignment {
  readonly name: string;
  readonly doing: string;
  readonly items: readonly string[];
  finds(): object;
}

/** Everything said in here belongs to the agent and to its step, without a word about either. */
function carryOut(clock: Clock, { name, doing, items, finds }: Assignment): Promise<void> {
  const agent = name.toLowerCase();
  return withAgent(agent, () =>
    step(name, async () => {
      addStatusMessage(`${name} reads the brief…`);
      await step('Reading the brief', () => pause(clock, READ));
      for await (const item of track(items, doing)) {
        addStatusMessage(`${name}: ${item}`);
        await pause(clock, WEIGH);
      }
      await step('Concluding', async () => {
        await think(clock, `${name} concludes…`);
        result(agent, finds());
      });
    }),
  );
}

function finished(agents: number): void {
  progress({ value: agents, max: AGENTS, unit: 'agents' });
}

async function think(clock: Clock, status: string): Promise<void> {
  addStatusMessage(status);
  await pause(clock, THINK);
}

/** Lets time pass. Rejects once the run in context is asked to stop. */
function pause(clock: Clock, ms: number): Promise<void> {
  const signal = currentContext()?.signal;
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const abort = () => {
      stop();
      reject(signal?.reason);
    };
    const stop = clock.after(ms, () => {
      signal?.removeEventListener('abort', abort);
      resolve();
    });
    signal?.addEventListener('abort', abort, { once: true });
  });
}
