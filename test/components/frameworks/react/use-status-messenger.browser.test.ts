import { expect } from '@open-wc/testing';
import { SessionClient } from '../../../../components/session/index.js';
import { initialState } from '../../../../protocol/index.js';
import { catchConsole, newSession, server, status, until } from '../../../helpers/in-browser.js';
import { noSocket, type Options, Page, publish, sockets } from './page.js';

/** Every callback, written down as it is called. */
function callbacks(told: unknown[]) {
  return {
    onMessage: ({ type }) => told.push(['message', type]),
    onStatus: (...args) => told.push(['status', ...args]),
    onProgress: (...args) => told.push(['progress', ...args]),
    onQuestion: (question, { id }) => told.push(['question', question, id]),
    onResult: (...args) => told.push(['result', ...args]),
    onComplete: (...args) => told.push(['complete', ...args]),
    onError: (...args) => told.push(['error', ...args]),
    onCustomType: (data) => told.push(['custom', data]),
  } satisfies Partial<Options>;
}

const isTyped = (entry: unknown) => Array.isArray(entry) && entry[0] !== 'message';

describe('useStatusMessenger', () => {
  const pages: Page[] = [];
  const open = async (options: Options) => {
    const page = new Page(options);
    pages.push(page);
    await page.rendered();
    return page;
  };
  afterEach(() => {
    for (const page of pages.splice(0)) page.unmount();
  });

  it("has the seed's values before anything was said", async () => {
    const page = await open({ clientId: newSession(), autoConnect: false });
    const { client, state, ...view } = page.view;
    expect(state).to.equal(initialState);
    expect(client).to.be.instanceOf(SessionClient);
    expect(JSON.parse(JSON.stringify(view))).to.deep.equal({
      isConnected: false,
      connection: { status: 'idle' },
      messages: [],
      currentQuestion: null,
      question: null,
      currentStatus: '',
      agentResults: {},
      finalSummary: null,
    });
  });

  it("connects by itself, shows what is said, and tells each callback in the seed's terms", async () => {
    const id = newSession();
    const told: unknown[] = [];
    const page = await open({ clientId: id, ...callbacks(told) });
    await page.live();
    const data = { done: false, resp: [1, { two: 2 }] };
    await publish(
      id,
      { type: 'status', data: { message: 'Starting Clarifier conversation...' } },
      { type: 'status', data: 'as a text' },
      { type: 'progress', data: { message: 'Clarifier (Round 1): I need…' } },
      { type: 'progress', data: { label: 'Pages', value: 3, max: 10 } },
      { type: 'progress', data: { value: 4 } },
      { type: 'question', data: { question: 'What is the main purpose of your app?', questionId: 'q' } },
      { type: 'result', data: { agent: 'clarifier', data } },
      { type: 'custom_type', data: { custom_data: 'value', timestamp: 5 } },
      { type: 'error', data: { message: 'Error description' } },
    );
    await page.shows('as a text | What is the main purpose of your app?');
    await until(() => page.view.messages.length === 9);
    expect(page.view.currentStatus).to.equal('as a text');
    expect(page.view.currentQuestion).to.equal('What is the main purpose of your app?');
    expect(page.view.question?.id).to.equal('q');
    expect(page.view.agentResults).to.deep.equal({ clarifier: data });
    expect(page.view.messages).to.have.length(9);
    expect(page.view.messages[0]?.type).to.equal('status');
    expect(page.view.state.phase).to.equal('waiting');
    await publish(id, { type: 'complete', data: { summary: 'Requirements gathered' } });
    await until(() => page.view.finalSummary === 'Requirements gathered');
    expect(page.view.currentQuestion).to.equal(null);

    expect(told.filter(isTyped)).to.deep.equal([
      ['status', 'Starting Clarifier conversation...'],
      ['status', 'as a text'],
      ['progress', 'Clarifier (Round 1): I need…', { message: 'Clarifier (Round 1): I need…' }],
      ['progress', 'Pages', { label: 'Pages', value: 3, max: 10 }],
      ['progress', '', { value: 4 }],
      ['question', 'What is the main purpose of your app?', 'q'],
      ['result', 'clarifier', data],
      ['custom', { custom_data: 'value', timestamp: 5 }],
      ['error', 'Error description'],
      ['complete', 'Requirements gathered'],
    ]);
    expect(told.filter((entry) => !isTyped(entry))).to.deep.equal(
      page.view.messages.map(({ type }) => ['message', type]),
    );
  });

  it('tells whoever comes late of the question that is open, and of a run that has ended', async () => {
    const id = newSession();
    const told: unknown[] = [];
    await status(id, 'before');
    await publish(
      id,
      { type: 'question', data: { question: 'One?', questionId: '1' } },
      { type: 'question', data: { question: 'Two?', questionId: '2' } },
    );
    const page = await open({ clientId: id, ...callbacks(told) });
    await page.shows('before | One?');
    await publish(id, { type: 'answered', data: { questionId: '1', outcome: 'answered', answer: 'yes' } });
    await page.shows('before | Two?');
    await publish(id, { type: 'complete', data: { summary: 'Done' } });
    await until(() => page.view.finalSummary === 'Done');
    const late: unknown[] = [];
    const second = await open({ clientId: id, ...callbacks(late) });
    await until(() => second.view.finalSummary === 'Done');
    await until(() => late.length > 0);
    expect(told.filter(isTyped)).to.deep.equal([
      ['question', 'One?', '1'],
      ['question', 'Two?', '2'],
      ['complete', 'Done'],
    ]);
    expect(late).to.deep.equal([['complete', 'Done']]);
  });

  it('a run that failed is told once: by its error as it comes, or to whoever comes late', async () => {
    const id = newSession();
    const [told, late]: [unknown[], unknown[]] = [[], []];
    const page = await open({ clientId: id, ...callbacks(told) });
    await page.live();
    const error = { type: 'error', data: { message: 'No disk', fatal: true } };
    await publish(id, { type: 'error', data: { message: 'Little disk' } }, error);
    await until(() => page.view.state.phase === 'failed');
    await open({ clientId: id, ...callbacks(late) });
    await until(() => late.length > 0);
    await status(id, 'another run');
    await page.shows('another run');
    await publish(id, { type: 'state', data: { status: 'FAILED' } }, error);
    await until(() => late.filter(isTyped).length === 3);
    expect(told.filter(isTyped)).to.deep.equal([
      ['error', 'Little disk'],
      ['error', 'No disk'],
      ['status', 'another run'],
      ['error', 'No disk'],
    ]);
    expect(late.filter(isTyped)).to.deep.equal([
      ['error', 'No disk'],
      ['status', 'another run'],
      ['error', 'No disk'],
    ]);
  });

  it("works on the seed's server, which knows nothing of the protocol", async () => {
    const id = newSession();
    const told: unknown[] = [];
    const page = await open({ clientId: id, url: `/raw/${id}`, ...callbacks(told) });
    await until(async () => (await server<string[]>({ do: 'rawUrls', sessionId: id })).length === 1);
    const frames = [
      { type: 'error', data: { message: 'Error description', fatal: true } },
      { type: 'status', data: { message: 'Starting Clarifier conversation...' } },
      { type: 'question', data: { question: 'What is the main purpose of your app?' } },
    ];
    await server({ do: 'rawSend', sessionId: id, frames: frames.map((frame) => JSON.stringify(frame)) });
    await page.shows('Starting Clarifier conversation... | What is the main purpose of your app?');
    expect(await page.view.sendAnswer('to test')).to.deep.equal({ ref: '', accepted: true });
    await until(async () => (await server<string[]>({ do: 'rawHeard', sessionId: id })).length > 0);
    expect(await server({ do: 'rawHeard', sessionId: id })).to.deep.equal(['{"answer":"to test"}']);
    expect(told.filter(isTyped)).to.deep.equal([
      ['error', 'Error description'],
      ['status', 'Starting Clarifier conversation...'],
      ['question', 'What is the main purpose of your app?', ''],
    ]);
  });

  it('a connection that is cut heals: last known meanwhile, and nothing is lost or told twice', async () => {
    const id = newSession();
    const told: unknown[] = [];
    const options = { clientId: id, ...callbacks(told) };
    const page = await open(options);
    await page.live();
    await status(id, 'one');
    await page.shows('one');
    await server({ do: 'cut', sessionId: id, hold: true });
    await until(() => !page.view.isConnected);
    expect(page.view.connection.status).to.equal('reconnecting');
    expect(page.view.currentStatus).to.equal('one');
    // Asked and answered while nobody was connected: nobody is to be bothered with it.
    await publish(
      id,
      { type: 'status', data: 'two' },
      { type: 'question', data: { question: 'Missed?', questionId: 'm' } },
      { type: 'answered', data: { questionId: 'm', outcome: 'answered', answer: 'yes' } },
      { type: 'question', data: { question: 'Open?', questionId: 'o' } },
      { type: 'status', data: 'three' },
    );
    await server({ do: 'release', sessionId: id });
    await page.live();
    await page.shows('three | Open?');
    expect(told.filter(isTyped)).to.deep.equal([
      ['status', 'one'],
      ['status', 'two'],
      ['status', 'three'],
      ['question', 'Open?', 'o'],
    ]);
    expect(page.view.messages).to.have.length(6);
  });

  it('other callbacks are the ones that are called, and change nothing about the connection', async () => {
    const id = newSession();
    const first: string[] = [];
    const second: string[] = [];
    const page = await open({ clientId: id, onStatus: (text) => first.push(text) });
    await page.live();
    const { connect, disconnect, sendAnswer, cancel, send } = page.view;
    await status(id, 'one');
    await page.shows('one');
    await page.render({ clientId: id, onStatus: (text) => second.push(text), token: 'another' });
    await status(id, 'two');
    await page.shows('two');
    await page.render({ clientId: id });
    await status(id, 'three');
    await page.shows('three');
    expect([first, second]).to.deep.equal([['one'], ['two']]);
    expect(await sockets(id)).to.deep.equal({ open: 1, ever: 1 });
    expect(page.view).to.include({ connect, disconnect, sendAnswer, cancel, send });
  });

  it('another clientId is another session: nothing of the former is shown, told or left', async () => {
    const [first, second] = [newSession(), newSession()];
    await status(second, 'of the second');
    const told: unknown[] = [];
    const page = await open({ clientId: first, onStatus: (text) => told.push(text) });
    await page.live();
    await status(first, 'of the first');
    await page.shows('of the first');
    await page.render({ clientId: second, onStatus: (text) => told.push(text) });
    await page.shows('of the second');
    await noSocket(first);
    await status(first, 'too late');
    await status(second, 'still the second');
    await page.shows('still the second');
    expect(told).to.deep.equal(['of the first', 'still the second']);
    const wrong = page.renders.filter(
      ({ clientId, view }) => clientId === second && view.messages.some(({ data }) => data === 'of the first'),
    );
    expect(wrong).to.deep.equal([]);
    expect(await sockets(second)).to.deep.equal({ open: 1, ever: 1 });
  });

  it('what waits for an answer of the former session is rejected, and onError is told', async () => {
    const [first, second] = [newSession(), newSession()];
    const errors: string[] = [];
    const page = await open({ clientId: first, autoConnect: false, onError: (error) => errors.push(error) });
    const { sendAnswer } = page.view;
    const answered = sendAnswer('yes', 'q').then(
      () => 'answered',
      ({ code }) => code,
    );
    await page.render({ clientId: second, autoConnect: false, onError: (error) => errors.push(error) });
    expect(await answered).to.equal('closed');
    await until(() => errors.length === 1);
    expect(errors[0]).to.contain('turned to another address');
  });

  it('another url, thread or user is another session, too', async () => {
    const id = newSession();
    const page = await open({ clientId: id, url: `/raw/${id}` });
    const urls = () => server<string[]>({ do: 'rawUrls', sessionId: id });
    await until(async () => (await urls()).length === 1);
    await page.render({ clientId: id, url: `/raw/${id}?a=1` });
    await until(async () => (await urls()).length === 2);
    await page.render({ clientId: id, url: `/raw/${id}?a=1`, threadId: 't', userId: 'u' });
    await until(async () => (await urls()).length === 3);
    expect(await urls()).to.deep.equal([`/raw/${id}`, `/raw/${id}?a=1`, `/raw/${id}?a=1&thread=t&user=u`]);
  });

  it('tells what a thread adds up to, beside the session', async () => {
    const id = newSession();
    const told: unknown[] = [];
    const page = await open({
      clientId: id,
      url: '/raw',
      threadId: 't',
      onChannelState: (channel, state) => told.push([channel, state.status?.text]),
    });
    await page.live();
    const frames = [
      '{"type":"status","data":"in the thread","channel":"thread:t"}',
      '{"type":"status","data":"in the session"}',
    ];
    await server({ do: 'rawSend', sessionId: id, frames });
    await page.shows('in the session');
    expect(told).to.deep.equal([['thread:t', 'in the thread']]);
  });

  it('asks for a credential at every attempt, by what was rendered last', async () => {
    const id = newSession();
    const options = { clientId: id, url: `/raw/${id}` };
    const urls = () => server<string[]>({ do: 'rawUrls', sessionId: id });
    const page = await open({ ...options, token: 'first' });
    await until(async () => (await urls()).length === 1);
    await page.render({ ...options, getToken: async () => 'second' });
    await page.live();
    await server({ do: 'rawClose', sessionId: id, code: 4401, reason: 'expired' });
    await until(async () => (await urls()).length === 2);
    expect(await urls()).to.deep.equal([`/raw/${id}?token=first`, `/raw/${id}?token=second`]);
  });

  it('connects and disconnects when it is told to', async () => {
    const id = newSession();
    const page = await open({ clientId: id, autoConnect: false });
    const { connect, disconnect } = page.view;
    await status(id, 'there');
    expect(await sockets(id)).to.deep.equal({ open: 0, ever: 0 });
    connect();
    await page.shows('there');
    disconnect();
    await noSocket(id);
    await until(() => page.view.connection.status === 'idle');
    expect(page.view.currentStatus).to.equal('there', 'what was received stays');
    await page.render({ clientId: id });
    await page.live();
    await page.render({ clientId: id, autoConnect: false });
    await noSocket(id);
    expect(await sockets(id)).to.deep.equal({ open: 0, ever: 2 });
  });

  it('a client of your own is shared by several components, and outlives them', async () => {
    const id = newSession();
    const client = new SessionClient({ url: '/ws', sessionId: id });
    const [told, late]: [unknown[], unknown[]] = [[], []];
    const first = await open({ client, ...callbacks(told) });
    await first.live();
    await publish(id, { type: 'question', data: { question: 'Open?', questionId: 'o' } });
    await first.shows('Open?');
    const second = await open({ client, ...callbacks(late) });
    await second.shows('Open?');
    expect(second.view.client).to.equal(client);
    await until(() => late.length === 1);
    expect(late).to.deep.equal([['question', 'Open?', 'o']]);
    first.unmount();
    second.unmount();
    await status(id, 'unheard');
    await until(() => client.state.status?.text === 'unheard');
    expect(told.filter(isTyped)).to.deep.equal([['question', 'Open?', 'o']]);
    expect(await sockets(id)).to.deep.equal({ open: 1, ever: 1 });
    client.close();
  });

  it('a refusal is told in words for visitors, and the problem in words for you', async () => {
    const id = newSession();
    const errors: string[] = [];
    const problems: string[] = [];
    const { restore } = catchConsole();
    try {
      const page = await open({
        clientId: id,
        url: `/raw/${id}`,
        onError: (error) => errors.push(error),
        onProblem: ({ message }) => problems.push(message),
      });
      await until(async () => (await server<string[]>({ do: 'rawUrls', sessionId: id })).length === 1);
      await page.live();
      await server({ do: 'rawClose', sessionId: id, code: 4403, reason: 'not yours' });
      await until(() => page.view.connection.status === 'refused');
      expect(page.view.isConnected).to.equal(false);
      expect(errors).to.deep.equal(['Connection refused: not yours']);
      expect(problems[0]).to.match(/^status-messenger: the connection was refused with 4403/);

      await page.render({ clientId: 'no id', onError: (error) => errors.push(error) });
      await until(() => errors.length === 2);
      expect(errors[1]).to.equal('Connection refused');
    } finally {
      restore();
    }
  });

  it('a send that fails is told to onError, or else to the caller alone', async () => {
    const id = newSession();
    const errors: string[] = [];
    const unhandled: PromiseRejectionEvent[] = [];
    const keep = (event: PromiseRejectionEvent) => unhandled.push(event);
    window.addEventListener('unhandledrejection', keep);
    const page = await open({ clientId: id, onError: (error) => errors.push(error) });
    await page.live();
    void page.view.send('x'.repeat(100_000));
    await until(() => errors.length === 1);
    expect(errors[0]).to.contain('got a frame of');
    await page.render({ clientId: id });
    const failed = await page.view.sendAnswer('x'.repeat(100_000), 'q').catch(({ code }) => code);
    expect(failed).to.equal('too_large');
    window.removeEventListener('unhandledrejection', keep);
    expect(unhandled).to.deep.equal([]);
    expect(errors).to.have.length(1);
  });

  it('10,000 messages in one burst: each is told, and there is at most one render per frame', async () => {
    const id = newSession();
    let told = 0;
    let frames = 0;
    let isRunning = true;
    const page = await open({ clientId: id, onStatus: () => told++ });
    await page.live();
    const countFrame = () => {
      frames++;
      if (isRunning) requestAnimationFrame(countFrame);
    };
    requestAnimationFrame(countFrame);
    const before = page.renders.length;
    await server({ do: 'burst', sessionId: id, count: 10_000, perTurn: 10_000 });
    await page.shows('message 9999');
    isRunning = false;
    expect(told).to.equal(10_000);
    // Renders and frames are counted apart, so either may be cut off by one at each end; the timer for hidden pages may add its own.
    expect(page.renders.length - before).to.be.at.most(frames + 4);
    expect(page.renders.length - before).to.be.below(1000);
  });
});
