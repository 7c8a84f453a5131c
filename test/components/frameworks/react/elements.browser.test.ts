import { expect } from '@open-wc/testing';
import { type ComponentProps, createElement, createRef, StrictMode } from 'react';
import { createRoot, hydrateRoot } from 'react-dom/client';
import { renderToString } from 'react-dom/server';
import { StatusMessenger, StatusQuestion, StatusTimeline } from '../../../../components/frameworks/react/index.js';
import type { StatusMessengerElement } from '../../../../components/index.js';
import { live, newSession, until } from '../../../helpers/in-browser.js';
import { noSocket, publish, sockets } from './page.js';

type Props = ComponentProps<typeof StatusMessenger>;

/** A place in the page with a root of React. */
function place() {
  const host = document.createElement('div');
  document.body.append(host);
  const root = createRoot(host);
  const find = <T extends Element = StatusMessengerElement>(tag = 'status-messenger') => {
    const element = host.querySelector<T>(tag);
    if (!element) throw new Error(`there is no <${tag}>`);
    return element;
  };
  return {
    find,
    async render(props: Props, isStrict = false): Promise<StatusMessengerElement> {
      const messenger = createElement(StatusMessenger, props);
      root.render(isStrict ? createElement(StrictMode, null, messenger) : messenger);
      await until(() => host.childElementCount === 1);
      return find();
    },
    unmount(): void {
      root.unmount();
      host.remove();
    },
  };
}

const ASKED = { questionId: 'q', question: 'Go on?' };

describe("React's components of the elements", () => {
  it('under StrictMode have one socket, whose properties are there in time, and fire each event once', async () => {
    const sessionId = newSession();
    const heard: unknown[] = [];
    const asked: string[] = [];
    const getToken = () => {
      asked.push(sessionId);
      return 'a token';
    };
    const page = place();
    const props: Props = {
      url: '/ws',
      sessionId,
      getToken,
      className: 'mine',
      onMessage: ({ detail }) => heard.push(detail.data),
      onQuestionOpen: ({ detail }) => heard.push(detail.question),
    };
    const element = await page.render(props, true);
    await live(element);
    expect(asked).to.deep.equal([sessionId]);
    expect(element.className).to.equal('mine');
    await publish(sessionId, { type: 'status', data: 'one' }, { type: 'question', data: ASKED });
    await until(() => heard.length >= 3);
    expect(heard).to.deep.equal(['one', ASKED, 'Go on?']);
    expect(await sockets(sessionId)).to.deep.equal({ open: 1, ever: 1 });
    page.unmount();
    await noSocket(sessionId);
  });

  it('follow what they are given, and call the callbacks of the last render', async () => {
    const [first, second] = [newSession(), newSession()];
    const heard: unknown[] = [];
    const page = place();
    const words = { running: 'At it' };
    const props = (sessionId: string): Props => ({ url: '/ws', sessionId, onMessage: () => heard.push(sessionId) });
    const element = await page.render({ ...props(first), words, paused: true });
    expect([element.paused, element.words]).to.deep.equal([true, words]);
    await page.render(props(second));
    await until(() => element.sessionId === second);
    expect([element.paused, element.words]).to.deep.equal([false, null]);
    await live(element);
    await publish(second, { type: 'status', data: 'there' });
    await until(() => heard.length > 0);
    expect(heard).to.deep.equal([second]);
    await page.render({ url: '/ws', sessionId: second, paused: true });
    await noSocket(second);
    page.unmount();
  });

  it('hand their element to a ref, before effects run', async () => {
    const ref = createRef<StatusMessengerElement>();
    const page = place();
    const element = await page.render({ ref, url: '/ws', paused: true });
    expect(ref.current).to.equal(element);
    page.unmount();
    expect(ref.current).to.equal(null);
  });

  it('leave alone what a reader changed, as long as they are given the same', async () => {
    const host = document.createElement('div');
    const root = createRoot(host);
    const agents = ['Risk'];
    const render = (title: string) => root.render(createElement(StatusTimeline, { agents, title }));
    render('one');
    await until(() => host.querySelector('status-timeline')?.agents === agents);
    const timeline = host.querySelector('status-timeline');
    if (timeline) timeline.agents = [];
    render('two');
    await until(() => timeline?.title === 'two');
    expect(timeline?.agents).to.deep.equal([]);
    root.unmount();
  });

  it('what a server rendered is live before React is there, and taken over without a difference', async () => {
    const sessionId = newSession();
    const heard: unknown[] = [];
    const onMessage: Props['onMessage'] = ({ detail }) => heard.push(detail.data);
    const question = createElement(StatusQuestion, { onAnswer: () => {} });
    let hydrated = (): void => {};
    const isHydrated = new Promise<void>((resolve) => {
      hydrated = resolve;
    });
    const messenger = createElement(StatusMessenger, { url: '/ws', sessionId, onMessage, ref: hydrated }, question);
    const host = document.createElement('div');
    document.body.append(host);
    host.innerHTML = renderToString(messenger);
    const element = host.querySelector('status-messenger');
    if (!element) throw new Error('nothing was rendered');
    await live(element);
    const errors: unknown[] = [];
    const root = hydrateRoot(host, messenger, { onRecoverableError: (error) => errors.push(error) });
    await isHydrated;
    await publish(sessionId, { type: 'status', data: 'there' });
    await until(() => heard.length > 0);
    expect(errors).to.deep.equal([]);
    expect(host.querySelector('status-messenger')).to.equal(element);
    expect(await sockets(sessionId)).to.deep.equal({ open: 1, ever: 1 });
    root.unmount();
    host.remove();
    await noSocket(sessionId);
  });
});
