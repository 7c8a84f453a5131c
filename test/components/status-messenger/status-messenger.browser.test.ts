import { expect, fixture, html } from '@open-wc/testing';
import { sendMouse } from '@web/test-runner-commands';
import type { StatusMessengerElement } from '../../../components/define.js';
import '../../../components/define.js';
import { catchConsole, eventOf, live, newSession, part, server, status, until } from '../../helpers/in-browser.js';

async function viewer(sessionId: string, url = '/ws'): Promise<StatusMessengerElement> {
  const element = await fixture<StatusMessengerElement>(
    html`<status-messenger url=${url} session-id=${sessionId}></status-messenger>`,
  );
  await live(element);
  return element;
}

const has = (element: Element, state: string) => element.matches(`:state(${state})`);

describe('<status-messenger> on the adapter', () => {
  it('shows what is said, and what the run came to', async () => {
    const id = newSession();
    const element = await viewer(id);
    await until(() => part(element, 'message') === 'Waiting for the first status…');
    await status(id, 'Reading the documents…');
    await until(() => part(element, 'message') === 'Reading the documents…');
    expect(element.currentStatus).to.equal('Reading the documents…');
    expect(has(element, 'running')).to.equal(true);
    expect(has(element, 'live')).to.equal(true);
    expect(part(element, 'connection')).to.equal('');
    await server({ do: 'publish', sessionId: id, messages: [{ type: 'complete', data: { summary: 'All read' } }] });
    await until(() => part(element, 'message') === 'All read');
    expect(has(element, 'completed')).to.equal(true);
    expect(has(element, 'running')).to.equal(false);
    expect(element.summary).to.equal('All read');
    expect(part(element, 'time')).to.match(/^\d+:\d\d$/);
  });

  it('says how it stands to its server where the message would stand, while there is none', async () => {
    const element = await fixture<StatusMessengerElement>(html`<status-messenger></status-messenger>`);
    const at = (name: string) => element.shadowRoot?.querySelector(`[part=${name}]`)?.getBoundingClientRect();
    const [base, connection] = [at('base'), at('connection')];
    expect(part(element, 'connection')).not.to.equal('');
    expect(connection?.top).to.be.lessThan((base?.top ?? 0) + 10);
    expect(connection?.left).to.be.lessThan((base?.left ?? 0) + 40);
    expect(base?.height).to.be.lessThan(40);
  });

  it('says which question waits, and how a run failed', async () => {
    const id = newSession();
    const element = await viewer(id);
    await server({
      do: 'publish',
      sessionId: id,
      messages: [{ type: 'question', data: { question: 'Which one?', questionId: 'q' } }],
    });
    await until(() => part(element, 'message') === 'Which one?');
    expect(has(element, 'waiting')).to.equal(true);
    expect(element.currentQuestion?.id).to.equal('q');
    await server({
      do: 'publish',
      sessionId: id,
      messages: [{ type: 'error', data: { message: 'No disk', fatal: true } }],
    });
    await until(() => part(element, 'message') === 'No disk');
    expect(has(element, 'failed')).to.equal(true);
    expect(element.currentQuestion).to.equal(null);
  });

  it('a socket that was cut heals: last known meanwhile, and nothing is lost or told twice', async () => {
    const id = newSession();
    const element = await viewer(id);
    const undisturbed = await viewer(id);
    const told: unknown[] = [];
    element.addEventListener('message', ({ detail }) => told.push(detail.data));
    await status(id, 'one');
    await until(() => element.currentStatus === 'one');

    await server({ do: 'cut', sessionId: id, hold: true });
    await until(() => has(element, 'reconnecting'));
    await until(() => part(element, 'connection').startsWith('Reconnecting… last known'));
    expect(part(element, 'message')).to.equal('one');
    expect(has(element, 'stale')).to.equal(true);
    expect(has(element, 'running')).to.equal(true, 'a lost connection is not a stopped run');
    await status(id, 'two');
    await status(id, 'three');
    await server({ do: 'release', sessionId: id });
    await Promise.all([live(element), live(undisturbed)]);
    await until(() => part(element, 'message') === 'three');
    expect(has(element, 'stale')).to.equal(false);
    expect(told).to.deep.equal(['one', 'two', 'three']);
    expect(element.state).to.deep.equal(undisturbed.state);
  });

  it('a tab that is opened late, and one that is reloaded, end with the same state', async () => {
    const id = newSession();
    const element = await viewer(id);
    const messages = Array.from({ length: 50 }, (_, i) => ({ type: 'status', data: `status ${i}` }));
    await server({
      do: 'publish',
      sessionId: id,
      messages: [...messages, { type: 'result', data: { agent: 'a', data: [1, { b: 2 }] } }],
    });
    await until(() => element.results.length === 1);
    const late = await viewer(id);
    expect(late.state).to.deep.equal(element.state);
    expect(late.messages.length).to.equal(51);
  });

  it('10,000 messages in one burst: at most one render per frame, and clicks are answered in the midst of it', async () => {
    const id = newSession();
    const element = await viewer(id);
    const button = await fixture<HTMLButtonElement>(html`<button>Click</button>`);
    let renders = 0;
    let frames = 0;
    let running = true;
    new MutationObserver((records) => {
      if (records.length > 0) renders++;
    }).observe(element.shadowRoot as ShadowRoot, { subtree: true, childList: true, characterData: true });
    const countFrame = () => {
      frames++;
      if (running) requestAnimationFrame(countFrame);
    };
    requestAnimationFrame(countFrame);
    let messages = 0;
    let answered = 0;
    element.addEventListener('message', () => messages++);
    // Real clicks of a real mouse: one that waited for the end of a burst finds all of its messages here.
    button.addEventListener('click', () => {
      if (messages % 10_000 !== 0) answered++;
    });
    const { left, top, width, height } = button.getBoundingClientRect();
    const position: [number, number] = [Math.round(left + width / 2), Math.round(top + height / 2)];
    const clicking = (async () => {
      do await sendMouse({ type: 'click', position });
      while (running);
    })();

    let bursts = 0;
    // A burst may be over between two clicks.
    while (answered === 0) {
      bursts++;
      await server({ do: 'burst', sessionId: id, count: 10_000, perTurn: 10_000 });
      await until(() => messages === bursts * 10_000);
      await until(() => part(element, 'message') === 'message 9999');
    }
    running = false;
    await clicking;

    expect(element.currentStatus).to.equal('message 9999');
    // Renders and frames are counted apart, so either may be cut off by one at each end; the timer for hidden pages may add its own.
    expect(renders).to.be.at.most(frames + 4);
    expect(renders).to.be.below(1000 * bursts);
  });

  it('another session or url switches cleanly', async () => {
    const [first, second] = [newSession(), newSession()];
    const element = await viewer(first);
    await status(first, 'of the first');
    await status(second, 'of the second');
    await until(() => element.currentStatus === 'of the first');
    element.sessionId = second;
    await until(() => part(element, 'message') === 'of the second');
    expect(element.messages.length).to.equal(1);
    await until(async () => (await server<{ open: number }>({ do: 'sockets', sessionId: first })).open === 0);
    await status(first, 'too late');
    await status(second, 'still the second');
    await until(() => part(element, 'message') === 'still the second');
    expect(element.messages.map(({ data }) => data)).to.deep.equal(['of the second', 'still the second']);
    element.url = new URL('/ws/{session-id}', location.href).href;
    await until(() => element.connection.status === 'live' && element.messages.length === 2);
  });

  it('whatever was set counts at once, though the frame that shows it is yet to come', async () => {
    const [first, second] = [newSession(), newSession()];
    const element = await viewer(first);
    await status(first, 'of the first');
    await until(() => part(element, 'message') === 'of the first');
    // An update is under way already, and waits for its frame.
    element.requestUpdate();
    await Promise.resolve();
    element.sessionId = second;
    expect(element.state.messages.length).to.equal(0);
    expect(element.currentStatus).to.equal('');
    expect(element.connection.status).to.equal('idle');
    await Promise.resolve();
    expect(element.connection.status).to.equal('connecting');
    expect(part(element, 'message')).to.equal('of the first');
    await until(() => part(element, 'message') === 'Waiting for the first status…');
    element.disconnect();
    element.sessionId = first;
    element.paused = true;
    element.connect();
    await live(element);
  });

  it('properties that are set one after the other open no socket for what is between them', async () => {
    const [first, between, second] = [newSession(), newSession(), newSession()];
    const element = await viewer(first);
    element.sessionId = between;
    expect(element.messages.length).to.equal(0);
    element.sessionId = second;
    await live(element);
    expect((await server<{ ever: number }>({ do: 'sockets', sessionId: between })).ever).to.equal(0);
    expect((await server<{ ever: number }>({ do: 'sockets', sessionId: second })).ever).to.equal(1);
  });

  it('a listener that turns to another session hears nothing more of the one before', async () => {
    const [first, second] = [newSession(), newSession()];
    const element = await viewer(first);
    const told: unknown[] = [];
    element.addEventListener('message', ({ detail }) => {
      told.push(detail.data);
      element.sessionId = second;
    });
    element.addEventListener('statuschange', ({ detail }) => told.push(detail.text));
    const messages = ['one', 'two', 'three'].map((data) => ({ type: 'status', data }));
    await server({ do: 'publish', sessionId: first, messages });
    await until(() => told.length === 1);
    await live(element);
    await status(second, 'of the second');
    await until(() => told.length === 3);
    expect(told).to.deep.equal(['one', 'of the second', 'of the second']);
  });

  it('outside the page it holds no socket, whatever is set; inserted again it connects', async () => {
    const [first, second] = [newSession(), newSession()];
    const element = await viewer(first);
    element.remove();
    await until(() => element.connection.status === 'idle');
    element.sessionId = second;
    element.connect();
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(element.connection.status).to.equal('idle');
    document.body.append(element);
    await live(element);
    element.remove();
    expect((await server<{ ever: number }>({ do: 'sockets', sessionId: second })).ever).to.equal(1);
  });

  it('what was disconnected on purpose stays so, though it is removed and inserted again', async () => {
    const element = await viewer(newSession());
    element.disconnect();
    element.remove();
    await new Promise((resolve) => setTimeout(resolve, 300));
    document.body.append(element);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(element.connection.status).to.equal('idle');
    element.connect();
    await live(element);
    element.remove();
  });

  it('a move in the page keeps the socket; leaving it closes the socket', async () => {
    const id = newSession();
    const element = await viewer(id);
    const sockets = () => server<{ open: number; ever: number }>({ do: 'sockets', sessionId: id });
    const there = await fixture<HTMLElement>(html`<section></section>`);
    there.append(element);
    const moveBefore = (document.body as { moveBefore?: (node: Node, child: Node | null) => void }).moveBefore;
    if (moveBefore) moveBefore.call(document.body, element, null);
    await status(id, 'moved');
    await until(() => part(element, 'message') === 'moved');
    expect(await sockets()).to.deep.equal({ open: 1, ever: 1 });
    element.remove();
    await until(async () => (await sockets()).open === 0);
    await status(id, 'while it was away');
    there.append(element);
    await until(() => part(element, 'message') === 'while it was away');
    expect(element.messages.length).to.equal(2);
    expect((await sockets()).ever).to.equal(2);
    element.remove();
  });

  it('disconnect() stays disconnected, connect() resumes; paused holds no connection', async () => {
    const id = newSession();
    const element = await viewer(id);
    await status(id, 'one');
    await until(() => part(element, 'message') === 'one');
    element.disconnect();
    await until(() => part(element, 'connection') === 'Not connected');
    expect(has(element, 'stale')).to.equal(true);
    await status(id, 'two');
    element.connect();
    await until(() => part(element, 'message') === 'two');
    element.paused = true;
    await until(() => element.connection.status === 'idle');
    expect(part(element, 'message')).to.equal('two');
    element.paused = false;
    await live(element);

    const quiet = await fixture<StatusMessengerElement>(
      html`<status-messenger url="/ws" session-id=${id} paused></status-messenger>`,
    );
    expect(quiet.connection.status).to.equal('idle');
    quiet.connect();
    await until(() => quiet.currentStatus === 'two');
  });

  it('fires its events typed, batched, and none of them to notify before it is synced', async () => {
    const id = newSession();
    await server({
      do: 'publish',
      sessionId: id,
      messages: [{ type: 'question', data: { question: 'Still?', questionId: 'q' } }],
    });
    const element = document.createElement('status-messenger');
    element.url = '/ws';
    element.sessionId = id;
    const order: string[] = [];
    for (const type of ['connectionchange', 'statechange', 'statuschange', 'questionopen', 'runend'] as const) {
      element.addEventListener(type, () => order.push(type === 'connectionchange' ? element.connection.status : type));
    }
    document.body.append(element);
    const { detail } = await eventOf(element, 'questionopen');
    expect(detail.question).to.equal('Still?');
    expect(order.indexOf('live')).to.be.below(order.indexOf('questionopen'));
    const next = eventOf(element, 'statuschange');
    await status(id, 'going on');
    expect((await next).detail.text).to.equal('going on');
    const end = eventOf(element, 'runend');
    await server({ do: 'publish', sessionId: id, messages: [{ type: 'complete', data: { summary: 'Done' } }] });
    expect((await end).detail.phase).to.equal('completed');
    expect(order.filter((name) => name === 'questionopen').length).to.equal(1);
    element.remove();
  });

  it('a listener that throws harms neither the others nor the element', async () => {
    const id = newSession();
    const element = await viewer(id);
    const caught: unknown[] = [];
    const had = window.onerror;
    window.onerror = (text) => {
      caught.push(text);
      return true;
    };
    const told: unknown[] = [];
    element.addEventListener('message', () => {
      throw new Error('a listener of the page failed');
    });
    element.addEventListener('message', ({ detail }) => told.push(detail.data));
    await status(id, 'one');
    await status(id, 'two');
    await until(() => part(element, 'message') === 'two');
    window.onerror = had;
    expect(told).to.deep.equal(['one', 'two']);
    expect(caught.length).to.equal(2);
  });

  it('properties set before the element is defined count, and the constructor touches nothing', async () => {
    const bare = document.createElement('status-messenger');
    expect(bare.attributes.length).to.equal(0);
    expect(bare.childNodes.length).to.equal(0);
    const id = newSession();
    await status(id, 'upgraded');
    class Late extends (customElements.get('status-messenger') as new () => StatusMessengerElement) {}
    const element = document.createElement('late-status-messenger') as StatusMessengerElement;
    Object.assign(element, { url: '/ws', sessionId: id });
    document.body.append(element);
    customElements.define('late-status-messenger', Late);
    await until(() => element.currentStatus === 'upgraded');
    element.remove();
  });

  it('asks for an answer at once, by a region that interrupts, and says nothing of what was caught up with', async () => {
    const id = newSession();
    const question = { type: 'question', data: { question: 'Which one?', questionId: 'q' } };
    await server({ do: 'publish', sessionId: id, messages: [{ type: 'status', data: 'before' }, question] });
    const element = await viewer(id);
    const alert = element.shadowRoot?.querySelector('[role="alert"]');
    const polite = element.shadowRoot?.querySelector('[role="status"]');
    await until(() => alert?.textContent === 'Waiting for you: Which one?');
    expect(polite?.textContent).to.equal('');
    await until(() => alert?.textContent === '');
    await server({ do: 'publish', sessionId: id, messages: [{ type: 'complete', data: { summary: 'All read' } }] });
    await until(() => polite?.textContent === 'Done: All read');
    expect(alert?.textContent).to.equal('');
  });

  it('of a run of 10,000 messages in steps it announces at most one boundary a second', async () => {
    const id = newSession();
    const element = await viewer(id);
    const regions = [...(element.shadowRoot?.querySelectorAll('[role="status"], [role="alert"]') ?? [])];
    const spoken: string[] = [];
    for (const region of regions) {
      new MutationObserver(() => region.textContent && spoken.push(region.textContent)).observe(region, {
        childList: true,
        characterData: true,
        subtree: true,
      });
    }
    const began = performance.now();
    for (let i = 0; i < 10; i++) {
      const step = { type: 'event', data: { event: 'step_started', step: `s${i}`, label: `Chapter ${i}` } };
      await server({ do: 'publish', sessionId: id, messages: [step] });
      await server({ do: 'burst', sessionId: id, count: 1000, perTurn: 500 });
    }
    await server({ do: 'publish', sessionId: id, messages: [{ type: 'complete', data: { summary: 'All read' } }] });
    await until(() => spoken.at(-1)?.includes('Done: All read') === true, 'the end');
    expect(spoken.length).to.be.at.most(Math.ceil((performance.now() - began) / 1000) + 1);
    expect(spoken.some((text) => text.includes('message '))).to.equal(false);
    expect(spoken[0]).to.contain('Begun: Chapter');
  });

  it('speaks the language around it', async () => {
    await import('../../../components/words/languages/de.js');
    const root = await fixture(
      html`<section lang="de"><status-messenger paused url="/ws"></status-messenger></section>`,
    );
    const element = root.querySelector('status-messenger') as StatusMessengerElement;
    await until(() => part(element, 'connection') === 'Nicht verbunden');
    element.words = { notConnected: 'Pause' };
    await until(() => part(element, 'connection') === 'Pause');
  });

  it('is told by a screen reader: one live region that is always there, whose text alone changes, at most once a second', async () => {
    const id = newSession();
    const element = await fixture<StatusMessengerElement>(
      html`<status-messenger url="/ws" session-id=${id}></status-messenger>`,
    );
    const region = element.shadowRoot?.querySelector('[role="status"]');
    expect(region).to.exist;
    await live(element);
    const texts: string[] = [];
    new MutationObserver(() => texts.push(region?.textContent ?? '')).observe(region as Element, {
      childList: true,
      characterData: true,
      subtree: true,
    });
    const began = performance.now();
    await server({ do: 'burst', sessionId: id, count: 500, perTurn: 5 });
    // It is gone again after a second, in which a busy machine may not look.
    await until(() => texts.includes('message 499'));
    expect(element.shadowRoot?.querySelector('[role="status"]')).to.equal(region);
    expect(texts.length).to.be.at.most(Math.ceil((performance.now() - began) / 1000) + 1);
    await expect(element).to.be.accessible();
    // What was spoken stands in the page once.
    await until(() => region?.textContent === '');
    expect(part(element, 'message')).to.equal('message 499');
    await server({ do: 'publish', sessionId: id, messages: [{ type: 'complete', data: { summary: 'All read' } }] });
    await until(() => texts.includes('Done: All read'));
    await until(() => region?.textContent === '');
    expect(element.shadowRoot?.querySelector('[role="status"]')).to.equal(region);
    expect(element.shadowRoot?.textContent?.replace(/\s+/g, ' ').trim()).to.match(/^Done All read \d+:\d\d$/);
  });

  it('shows text as text', async () => {
    const id = newSession();
    const element = await viewer(id);
    const hostile = '<img src=x onerror="window.broken=1"><script>window.broken=1</script>';
    await status(id, hostile);
    await until(() => part(element, 'message') === hostile);
    expect(element.shadowRoot?.querySelector('img, script')).to.equal(null);
  });

  it('what the kit shows below the line stands apart from it, as far as the page wants that', async () => {
    const element = await fixture<StatusMessengerElement>(
      html`<status-messenger style="--status-gap: 10px"><status-progress></status-progress><p style="margin: 0">Mine</p></status-messenger>`,
    );
    const [progress, own] = [...element.children].map((child) => getComputedStyle(child).marginBlockStart);
    expect([progress, own]).to.deep.equal(['10px', '0px']);
  });

  it('keeps to its place: every part is there, styles from outside reach it, and long texts wrap', async () => {
    const id = newSession();
    const host = await fixture<HTMLElement>(html`
      <div style="inline-size: 200px">
        <style>
          status-messenger::part(message) { color: rgb(1, 2, 3); }
          status-messenger { --status-accent: rgb(4, 5, 6); }
        </style>
        <status-messenger url="/ws" session-id=${id}></status-messenger>
      </div>
    `);
    const element = host.querySelector('status-messenger') as StatusMessengerElement;
    await live(element);
    await status(id, 'x'.repeat(300));
    await until(() => part(element, 'message').length === 300);
    for (const name of ['base', 'indicator', 'message', 'time', 'connection']) {
      expect(element.shadowRoot?.querySelectorAll(`[part="${name}"]`).length).to.equal(1);
    }
    const style = (name: string) => getComputedStyle(element.shadowRoot?.querySelector(`[part="${name}"]`) as Element);
    expect(style('message').color).to.equal('rgb(1, 2, 3)');
    // As light or dark as it has to be on this ground: of so dark an accent nothing is changed.
    expect(style('indicator').backgroundColor).to.match(/^oklch\(0\.11/);
    expect(host.scrollWidth).to.be.at.most(host.clientWidth);
  });
});

describe('<status-messenger> and mistakes', () => {
  it('a missing url is named on the console and by an event, once it is certain', async () => {
    const caught = catchConsole();
    const element = await fixture<StatusMessengerElement>(html`<status-messenger></status-messenger>`);
    const { detail } = await eventOf(element, 'problem');
    caught.restore();
    const text = 'status-messenger: url: got nothing, expected where the server is; write for instance url="/ws"';
    expect(detail.message).to.equal(text);
    expect(caught.lines).to.deep.equal([`error ${text}`]);
    const id = newSession();
    await status(id, 'late but fine');
    element.sessionId = id;
    element.url = '/ws';
    await until(() => element.currentStatus === 'late but fine');
  });

  it('a url or a session id that is none is named, and shown as refused', async () => {
    const caught = catchConsole();
    const element = await fixture<StatusMessengerElement>(
      html`<status-messenger url="http://[" session-id="a"></status-messenger>`,
    );
    await until(() => has(element, 'refused'));
    element.url = '/ws';
    element.sessionId = 'not an id';
    await until(() => caught.lines.length === 2);
    caught.restore();
    expect(caught.lines[0]).to.contain('status-messenger: url: got string "http://["');
    expect(caught.lines[1]).to.contain('status-messenger: session-id: got string "not an id"');
    // A visitor has no use for what the page's author has to do.
    await until(() => part(element, 'connection') === 'Connection refused');
    expect(element.connection.status === 'refused' && element.connection.reason).to.contain('not an id');
  });

  it('calls before there is an address are refused with the way out', async () => {
    const caught = catchConsole();
    const element = await fixture<StatusMessengerElement>(html`<status-messenger></status-messenger>`);
    expect(() => element.cancel()).to.throw(
      'status-messenger: cancel: got null, expected an element with a url; set url and session-id first',
    );
    element.remove();
    caught.restore();
  });
});

describe("<status-messenger> on a server that knows only the seed's frames", () => {
  it('shows statuses without position or greeting, in pieces, and past garbage', async () => {
    const id = newSession();
    const caught = catchConsole();
    const element = await fixture<StatusMessengerElement>(
      html`<status-messenger url="/raw" session-id=${id}></status-messenger>`,
    );
    await live(element);
    const send = (...frames: string[]) => server({ do: 'rawSend', sessionId: id, frames });
    await send('{"type":"status","data":"one"}');
    await until(() => part(element, 'message') === 'one');
    await send('garbage', '{"type":"sta', 'tus","data":"two"}');
    await until(() => part(element, 'message') === 'two');
    await send('{"type":"status","data":"never ends', '{"type":"status","data":"three"}');
    await until(() => part(element, 'message') === 'three');
    caught.restore();
    expect(has(element, 'live')).to.equal(true);
    await server({ do: 'rawClose', sessionId: id, code: 4403, reason: 'not yours' });
    await until(() => part(element, 'connection') === 'Connection refused: not yours');
    expect(part(element, 'message')).to.equal('three');
  });

  it('a call belongs to the address that is set, and is rejected when another takes its place', async () => {
    const [first, second] = [newSession(), newSession()];
    const element = await fixture<StatusMessengerElement>(
      html`<status-messenger url="/raw" session-id=${first}></status-messenger>`,
    );
    // Until it is clear that this server greets nobody, it may still acknowledge.
    const call = element.send('for the first').then(
      () => 'resolved',
      (error: Error) => error.message,
    );
    element.sessionId = second;
    const next = element.send('for the second');
    expect(await call).to.equal(
      'status-messenger: send: the client was closed, or turned to another address, before the server answered; send it again',
    );
    await live(element);
    const heardBySecond = () => server<string[]>({ do: 'rawHeard', sessionId: second });
    await until(async () => (await heardBySecond()).length > 0, 'what was sent');
    // A server that says something, but greets nobody, acknowledges nothing: what it was sent has arrived.
    await server({ do: 'rawSend', sessionId: second, frames: ['{"type":"status","data":"a word"}'] });
    expect((await next).accepted).to.equal(true);
    const heard = await heardBySecond();
    expect(heard.map((frame) => JSON.parse(frame).data)).to.deep.equal(['for the second']);
    expect(await server<string[]>({ do: 'rawHeard', sessionId: first })).to.deep.equal([]);
  });

  it('what a thread adds up to is told, and is not shown as the session', async () => {
    const id = newSession();
    const element = await fixture<StatusMessengerElement>(
      html`<status-messenger url="/raw" session-id=${id} thread-id="t"></status-messenger>`,
    );
    await live(element);
    const told: unknown[] = [];
    element.addEventListener('channelstate', ({ detail: { channel, state } }) => {
      told.push([channel, state.status?.text]);
    });
    const frames = [
      '{"type":"status","data":"in the thread","channel":"thread:t"}',
      '{"type":"status","data":"in the session"}',
    ];
    await server({ do: 'rawSend', sessionId: id, frames });
    await until(() => part(element, 'message') === 'in the session');
    expect(told).to.deep.equal([['thread:t', 'in the thread']]);
  });

  it('what it was told to send again is not sent by who takes its place at the same address, written another way', async () => {
    const id = newSession();
    const element = await fixture<StatusMessengerElement>(
      html`<status-messenger paused url="/raw" session-id=${id}></status-messenger>`,
    );
    const call = element.send('given up').then(
      () => 'resolved',
      (error: Error & { code: string }) => error.code,
    );
    // It is kept for a reload by then.
    await new Promise((resolve) => setTimeout(resolve));
    element.url = '/raw/{session-id}';
    element.connect();
    expect(await call).to.equal('closed');
    const sent = element.send('sent').catch(() => {});
    const data = { message: '', protocol: 1, sessionId: id, channels: {}, heartbeat: 60_000, serverTime: Date.now() };
    await until(async () => (await server<string[]>({ do: 'rawUrls', sessionId: id })).length === 1);
    await server({ do: 'rawSend', sessionId: id, frames: [JSON.stringify({ type: 'connected', data })] });
    const heard = () => server<string[]>({ do: 'rawHeard', sessionId: id });
    await until(async () => (await heard()).length > 0);
    expect((await heard()).map((frame) => JSON.parse(frame).data)).to.deep.equal(['sent']);
    element.disconnect();
    element.url = '/elsewhere';
    await sent;
  });

  it('sends its token, and the one that getToken gives instead', async () => {
    const [one, two] = [newSession(), newSession()];
    const first = await fixture<StatusMessengerElement>(
      html`<status-messenger url="/raw" session-id=${one} token="secret"></status-messenger>`,
    );
    await live(first);
    expect(await server<string[]>({ do: 'rawUrls', sessionId: one })).to.deep.equal([`/raw/${one}?token=secret`]);
    const second = await fixture<StatusMessengerElement>(html`
      <status-messenger url="/raw" session-id=${two} token="unused" .getToken=${async () => 'fresh'}></status-messenger>
    `);
    await live(second);
    expect(await server<string[]>({ do: 'rawUrls', sessionId: two })).to.deep.equal([`/raw/${two}?token=fresh`]);
  });
});
