import { expect } from '@open-wc/testing';
import { effectScope } from 'vue';
import { statusMessenger } from '../../../components/frameworks/svelte/index.js';
import { useStatusMessenger } from '../../../components/frameworks/vue/index.js';
import { TestSession } from '../../../components/testing/index.js';
import { until } from '../../helpers/in-browser.js';
import { Page } from './react/page.js';

/** What there is to show once a session has said something, in whatever framework. */
interface Shown {
  readonly isConnected: boolean;
  readonly currentStatus: string;
  readonly currentQuestion: string | null;
}

/** Says something, and answers it, while `read` looks at what is shown and `send` answers. */
async function converse(session: TestSession, read: () => Shown, send: (answer: unknown) => Promise<object>) {
  session.status('Reading');
  await until(() => read().currentStatus === 'Reading' && read().isConnected);
  session.question('Which colour?');
  await until(() => read().currentQuestion === 'Which colour?');
  const answered = send('red');
  session.acknowledge();
  expect(await answered).to.deep.equal({ ref: '', accepted: true });
  expect(session.calls.at(-1)?.slice(0, 2)).to.deep.equal(['sendAnswer', 'red']);
  session.setConnection('offline');
  await until(() => !read().isConnected);
}

describe('a session without a network', () => {
  it('is the client of a hook of React', async () => {
    const session = new TestSession();
    const messages: string[] = [];
    const options = { client: session, onMessage: ({ type }: { readonly type: string }) => void messages.push(type) };
    const page = new Page(options);
    await page.render(options);
    await converse(
      session,
      () => page.view,
      (answer) => page.view.sendAnswer(answer),
    );
    expect(messages).to.deep.equal(['status', 'question']);
  });

  it('is the client of a composable of Vue', async () => {
    const session = new TestSession();
    const scope = effectScope();
    const view = scope.run(() => useStatusMessenger({ client: session }));
    if (!view) throw new Error('a scope runs what it is given');
    const read = () => ({
      isConnected: view.isConnected.value,
      currentStatus: view.currentStatus.value,
      currentQuestion: view.currentQuestion.value,
    });
    await converse(session, read, (answer) => view.sendAnswer(answer));
    scope.stop();
    session.status('unheard');
  });

  it('is the client of a store of Svelte', async () => {
    const session = new TestSession();
    const store = statusMessenger({ client: session });
    let shown: Shown | undefined;
    const stop = store.subscribe((view) => {
      shown = view;
    });
    const read = () => {
      if (!shown) throw new Error('a store tells at once');
      return shown;
    };
    await converse(session, read, (answer) => store.sendAnswer(answer));
    stop();
  });
});
