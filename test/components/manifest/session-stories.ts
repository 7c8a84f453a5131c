import { fixture, html } from '@open-wc/testing';
import type { StatusMessengerElement, StatusPanelElement } from '../../../components/index.js';
import { HandSocket } from '../../helpers/hand-socket.js';
import { catchConsole, until } from '../../helpers/in-browser.js';
import { settled } from '../status-panel/support.js';
import { ASKED, DONE, FAILED, STATUS, STOPPED, saying, withHandSockets, withoutNetwork } from './said.js';

type Look = (shown: Element) => void;
/** `<status-messenger>` in all that it can show, by a server in the test's hands. */
export async function messengerStory(look: Look): Promise<void> {
  await withHandSockets(async () => {
    for (const [end, state] of [
      [DONE, 'completed'],
      [FAILED, 'failed'],
      [STOPPED, 'cancelled'],
    ] as const) {
      const element = await messenger();
      const becomes = async (name: string) => {
        await until(() => element.matches(`:state(${name})`), name);
        look(element);
      };
      await becomes('connecting');
      HandSocket.last.greet();
      await becomes('live');
      HandSocket.last.say(STATUS, { ...STATUS, channel: 'thread:t' });
      await becomes('running');
      HandSocket.last.say(ASKED);
      await becomes('waiting');
      HandSocket.last.end();
      await becomes('reconnecting');
      const { length } = HandSocket.all;
      element.connect();
      await until(() => HandSocket.all.length > length, 'another socket');
      HandSocket.last.greet();
      HandSocket.last.say(end);
      await becomes(state);
      HandSocket.last.end(state === 'completed' ? 1000 : 4403);
      await becomes(state === 'completed' ? 'ended' : 'refused');
    }
    await withoutNetwork(async () => {
      const element = await messenger();
      HandSocket.last.end();
      await until(() => element.matches(':state(offline)'), 'offline');
      look(element);
    });
    const caught = catchConsole();
    const element = await fixture<StatusMessengerElement>(html`<status-messenger url="http://["></status-messenger>`);
    await until(() => caught.lines.length > 0, 'the problem');
    caught.restore();
    look(element);
  });
}

function messenger(): Promise<StatusMessengerElement> {
  return fixture(html`<status-messenger url="/hand" session-id="s" thread-id="t"></status-messenger>`);
}

/** What `<status-panel>` shows beside the elements in it. */
export async function panelStory(look: Look): Promise<void> {
  for (const messages of [[], [STATUS], [STATUS, ASKED], [STATUS, DONE], [STATUS, FAILED], [STATUS, STOPPED]]) {
    const session = saying(...messages);
    const panel = await fixture<StatusPanelElement>(html`<status-panel .session=${session}></status-panel>`);
    await settled(panel);
    look(panel);
    panel.variant = 'compact';
    await settled(panel);
    look(panel);
    panel.remove();
  }
  const own = await fixture<StatusPanelElement>(html`<status-panel url="/ws" session-id="s" paused></status-panel>`);
  await settled(own);
  look(own);
}
