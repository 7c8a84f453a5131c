import { expect, fixture, html } from '@open-wc/testing';
import '../../../components/define.js';
import type { StatusMessengerElement } from '../../../components/index.js';
import { HandSocket } from '../../helpers/hand-socket.js';
import { until } from '../../helpers/in-browser.js';

const SERVER_TIME = 1_700_000_000_000;

/** Resolves once the element has another socket. */
async function another(act: () => void): Promise<HandSocket> {
  const { length } = HandSocket.all;
  act();
  await until(() => HandSocket.all.length > length, 'another socket');
  return HandSocket.last;
}

async function viewer(): Promise<StatusMessengerElement> {
  const element = await fixture<StatusMessengerElement>(html`
    <status-messenger url="/hand" session-id="s" thread-id="t" user-id="u" token="k"></status-messenger>
  `);
  await until(() => element.connection.status === 'connecting');
  return element;
}

/** What an element has sent last. */
const lastSent = () => JSON.parse(HandSocket.last.sent.at(-1) ?? '{}');

describe('<status-messenger>, with a server in the hand', () => {
  const { WebSocket } = globalThis;
  before(() => Object.assign(globalThis, { WebSocket: HandSocket }));
  after(() => Object.assign(globalThis, { WebSocket }));

  it('asks for the thread, the user and with the token that it has, by attribute or property', async () => {
    const element = await viewer();
    const asked = () => ['thread', 'user', 'token'].map((name) => HandSocket.last.query.get(name));
    expect(asked()).to.deep.equal(['t', 'u', 'k']);
    await another(() => Object.assign(element, { threadId: 'other', userId: 'she' }));
    expect(asked()).to.deep.equal(['other', 'she', 'k']);
    await another(() => element.removeAttribute('user-id'));
    expect([element.userId, asked()[1]]).to.deep.equal([null, null]);
  });

  it('sends an answer, and that there will be none, and resolves with what the server makes of it', async () => {
    const element = await viewer();
    HandSocket.last.greet();
    const ask = (questionId: string) => ({ type: 'question', data: { questionId, question: 'Which?' } });
    HandSocket.last.say(ask('a'), ask('b'));
    await until(() => element.currentQuestion?.id === 'a');
    for (const [call, data] of [
      [() => element.sendAnswer('this'), { questionId: 'a', answer: 'this' }],
      [() => element.decline('b'), { questionId: 'b', decline: true }],
    ] as const) {
      const { length } = HandSocket.last.sent;
      const acknowledged = call();
      await until(() => HandSocket.last.sent.length > length, 'what it sends');
      const { ref, ...sent } = lastSent();
      expect(sent).to.deep.include({ type: 'answer', data });
      HandSocket.last.say({ type: 'ack', data: { ref, accepted: false, reason: 'expired' } });
      expect(await acknowledged).to.deep.include({ accepted: false, reason: 'expired' });
    }
  });

  it('knows the time of its server', async () => {
    const element = await viewer();
    expect(element.serverNow).to.be.closeTo(Date.now(), 1000);
    HandSocket.last.greet({ serverTime: SERVER_TIME });
    await until(() => element.connection.status === 'live');
    expect(element.serverNow).to.be.within(SERVER_TIME, SERVER_TIME + 10_000);
  });

  it('understands a server that speaks otherwise, by a function of the page', async () => {
    const element = await viewer();
    await another(() => {
      element.decode = (frame) => [{ type: 'status', data: `decoded ${frame}` }];
    });
    HandSocket.last.open();
    HandSocket.last.say('one');
    await until(() => element.currentStatus === 'decoded one');
  });
});
