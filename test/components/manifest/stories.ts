import type { TestSession } from '../../../components/testing/index.js';
import { catchConsole, until } from '../../helpers/in-browser.js';
import { lookAgain, look as lookAtPage } from '../status-attention/support.js';
import {
  ANSWERED,
  ASKED,
  DONE,
  FAILED,
  LOST,
  progressed,
  REFUSED,
  type Said,
  STATUS,
  STOPPED,
  saying,
  stepped,
  withNotification,
} from './said.js';
import type { Stage } from './stage.js';

/** The elements of a session in all that they can show, each by its tag. */
export const STORIES: Readonly<Record<string, (stage: Stage) => Promise<void>>> = {
  'status-attention': attention,
  'status-connection': connection,
  'status-controls': controls,
  'status-progress': progress,
  'status-question': question,
  'status-results': results,
  'status-timeline': timeline,
};

async function attention(stage: Stage): Promise<void> {
  await withNotification(async () => {
    lookAtPage(false);
    for (const end of [DONE, FAILED]) {
      const session = saying(STATUS);
      await stage.show(session, { notify: true });
      session.say(ASKED);
      await stage.look();
      session.say(ANSWERED, end);
      await stage.look();
    }
  }).finally(lookAgain);
}

async function connection(stage: Stage): Promise<void> {
  const session = saying(STATUS);
  await stage.show(session);
  for (const each of ['idle', 'connecting', 'live', LOST, REFUSED, 'ended', 'offline'] as const) {
    session.setConnection(each);
    await stage.look();
  }
}

async function controls(stage: Stage): Promise<void> {
  const session = saying(STATUS);
  await stage.show(session, { confirm: true, restartable: true });
  stage.press('stop');
  await stage.lookAt('yes');
  stage.press('yes');
  await stage.look();
  session.acknowledge();
  await until(() => stage.element.matches(':state(taken)'));
  await stage.look();
  session.say(DONE);
  await stage.lookAt('restart');
  stage.press('restart');
  session.acknowledge({ accepted: false, reason: 'no' });
  await until(() => stage.element.matches(':state(refused)'));
  await stage.look();
  const caught = catchConsole();
  stage.press('restart');
  session.abandon(new Error('closed'));
  await until(() => stage.element.matches(':state(unsent)'));
  caught.restore();
  await stage.look();
}

async function progress(stage: Stage): Promise<void> {
  const session = saying();
  await stage.show(session);
  session.say({ type: 'progress', data: { message: 'Weighing' } });
  await stage.look();
  for (let value = 1; value < 6; value++) {
    session.advance(2000);
    session.say({ type: 'progress', data: { value, max: 12, unit: 'pages', label: 'Reading' } });
  }
  await stage.look();
  session.say(ASKED);
  await stage.look();
  session.setConnection(LOST);
  await stage.look();
  for (const end of [DONE, FAILED, STOPPED]) await stage.show(saying(STATUS, end));
}

const FORM = {
  type: 'object',
  properties: {
    weeks: { type: 'integer', title: 'Weeks', description: 'At least one.', minimum: 1 },
    mail: { type: 'string', format: 'email', title: 'E-mail' },
  },
  required: ['weeks', 'mail'],
};
const CHOICES = { choices: ['red', 'blue'], default: 'blue' };

async function question(stage: Stage): Promise<void> {
  const ask = (data: object, questionId = 'q'): Said => ({
    type: 'question',
    data: { questionId, question: 'Which?', ...data },
  });
  const ended = (outcome: string): Said => ({ type: 'answered', data: { questionId: 'q', outcome } });
  await stage.show(saying(STATUS));

  // A form, with problems, which waits for hardly any time; others wait behind it.
  const session = saying(STATUS);
  await stage.show(session);
  session.say(ask({ schema: FORM, expiresAt: session.serverNow + 30_000 }), ask(CHOICES, 'r'));
  await stage.lookAt('form');
  stage.press('send');
  await stage.lookAt('summary');
  session.say(ended('expired'));
  await stage.lookAt('previous');
  await stage.lookAt('default');

  for (const outcome of ['answered', 'declined', 'cancelled', 'expired']) {
    await stage.show(saying(STATUS, ask({}), ended(outcome)));
  }
  for (const word of ['taken', 'late', 'refused', 'unsent']) await answered(stage, saying(STATUS, ask(CHOICES)), word);
  // It ends while somebody writes.
  const begun = saying(STATUS, ask({}));
  await stage.show(begun);
  stage.write('This o');
  begun.say(ended('expired'));
  await stage.lookAt('begun');
  await stage.show(saying(STATUS, ask({ default: 'This' })));
  stage.press('decline');
  await stage.look();
}

/** An answer is sent, and the server's word is one that leads to this state. */
async function answered(stage: Stage, session: TestSession, state: string): Promise<void> {
  await stage.show(session);
  const choice = stage.element.shadowRoot?.querySelector('input');
  choice?.click();
  stage.press('send');
  await stage.look();
  const caught = catchConsole();
  if (state === 'unsent') session.abandon(new Error('closed'));
  else session.acknowledge({ accepted: state === 'taken', reason: state === 'late' ? 'answered' : 'no' });
  await until(() => stage.element.matches(`:state(${state})`), state);
  caught.restore();
  await stage.look();
}

async function results(stage: Stage): Promise<void> {
  await stage.show(saying());
  const result = (agent: string, data: unknown): Said => ({ type: 'result', data: { agent, data: data as never } });
  const tree = { list: Array.from({ length: 30 }, (_, i) => ({ name: `item ${i}` })), text: 'x'.repeat(2000) };
  const session = saying(STATUS, result('Tree', tree), result('Long', 'y'.repeat(40_000)));
  await stage.show(session, { renderMarkdown: (text: string) => document.createTextNode(text) });
  session.say(DONE);
  await stage.look();
  await stage.show(saying(STATUS, result('Tree', tree), DONE));
  for (const end of [ASKED, FAILED, STOPPED]) await stage.show(saying(STATUS, end));
}

async function timeline(stage: Stage): Promise<void> {
  await stage.show(saying());
  const session = saying({ ...STATUS, id: 'aaaaaaaa-7' }, ...stepped, ANSWERED, progressed, DONE);
  await stage.show(session);
  await stage.lookAt('agents');
  stage.press('agent');
  Object.assign(stage.element, { agents: ['Reader'] });
  await stage.look();
  session.setConnection(LOST);
  await stage.look();

  const long = saying(...Array.from({ length: 150 }, (_, i) => ({ type: 'status', data: `entry ${i}` })));
  await stage.show(long);
  await stage.lookAt('earlier');
  const scroller = stage.part('scroller');
  await until(() => scroller.scrollTop > 100, 'the end');
  scroller.scrollTop -= 80;
  await stage.lookAt('latest');
}
