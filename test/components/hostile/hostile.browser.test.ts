import { expect } from '@open-wc/testing';
import type { StatusMessengerElement } from '../../../components/index.js';
import { TestSession } from '../../../components/testing/index.js';
import { newSession, server, until } from '../../helpers/in-browser.js';
import { CORPUS } from './corpus.js';
import { REFUSALS, SCENES, type Scene } from './scenes.js';

/** Characters of a text that every element shows, however long it is. */
const READ = 200;

interface Page {
  readonly frame: HTMLIFrameElement;
  readonly document: Document;
  /** What went against the policy of the page. */
  readonly reported: string[];
  /** What the system was asked to tell. */
  readonly notified: string[];
}

/** A page of the strictest policy, at which nobody looks. */
async function strictPage(): Promise<Page> {
  const reported: string[] = [];
  const notified: string[] = [];
  const frame = document.createElement('iframe');
  document.body.append(frame);
  addEventListener('message', ({ data, source }) => {
    if (source === frame.contentWindow) reported.push(String(data));
  });
  frame.src = '/test/helpers/strict.html';
  await until(() => reported.includes('listening'), 'the page');
  const inside = frame.contentDocument as Document;
  await frame.contentWindow?.customElements.whenDefined('status-timeline');
  Object.defineProperty(inside, 'visibilityState', { value: 'hidden' });
  class FakeNotification {
    static readonly permission = 'granted';
    constructor(title: string, { body }: NotificationOptions) {
      notified.push(title, body ?? '');
    }
    close(): void {}
  }
  Object.assign(frame.contentWindow ?? {}, { Notification: FakeNotification });
  return { frame, document: inside, reported, notified };
}

/** Every element of the kit over one session: those that a panel holds, and those that it does not. */
function draw({ document }: Page, session: TestSession): HTMLElement {
  const box = document.createElement('section');
  const step = Object.assign(document.createElement('status-progress'), { session, step: 's' });
  step.setAttribute('step', 's');
  const attention = Object.assign(document.createElement('status-attention'), { session, notify: true });
  box.append(Object.assign(document.createElement('status-panel'), { session }), step, attention);
  document.body.append(box);
  return box;
}

/** All that is in an element, and in what is in it, however deep. */
function everything(root: ParentNode): Element[] {
  return [...root.querySelectorAll('*')].flatMap((element) => [
    element,
    ...(element.shadowRoot ? everything(element.shadowRoot) : []),
  ]);
}

/** What can be read in an element itself, and in its fields. */
function readable(element: Element): string {
  const fields = [...(element.shadowRoot?.querySelectorAll<HTMLTextAreaElement>('textarea, input') ?? [])];
  return [element.shadowRoot?.textContent ?? '', ...fields.map(({ value }) => value)].join('\n');
}

/** What an element is, but for the texts in it. */
function shape(element: Element): string {
  const fixed = ['id', 'class', 'part', 'type', 'role', 'href', 'src', 'style', 'name'];
  // Whether something is scrolled depends on how long a text is.
  const attributes = [...element.attributes].flatMap(({ name, value }) => {
    const own = value.replace(/\bscrolled\b/, '').trim();
    return name === 'class' && own === '' ? [] : fixed.includes(name) ? `${name}=${own}` : name;
  });
  return `${element.localName} ${attributes.sort().join(' ')}`;
}

const frameOf = ({ frame }: Page) => new Promise((resolve) => frame.contentWindow?.requestAnimationFrame(resolve));

async function drawn(page: Page): Promise<void> {
  for (const element of everything(page.document.body)) {
    if ('updateComplete' in element) await element.updateComplete;
  }
  // What became a part of the page would act now.
  await frameOf(page);
}

/** Plays a scene with each of these texts, each on elements of its own. */
async function play(page: Page, scene: Scene, texts: readonly string[], press?: string) {
  const played = texts.map((text) => {
    const at = (field: string) => (text === '__proto__' ? text : `${text} · ${field}`);
    const session = new TestSession();
    return { text, at, session, box: draw(page, session) };
  });
  await drawn(page);
  for (const { session, at } of played) scene.play(session, at);
  await drawn(page);
  if (press) {
    const [tag = '', selector = ''] = press.split(' ');
    for (const { box, session, at } of played) {
      const element = everything(box).find(({ localName }) => localName === tag);
      element?.shadowRoot?.querySelector<HTMLElement>(selector)?.click();
      session.acknowledge({ accepted: false, reason: at('reason'), by: at('by') });
    }
    await drawn(page);
    await drawn(page);
  }
  return played;
}

describe('Texts of strangers', () => {
  const texts = Object.values(CORPUS);
  const plain = ['Words', 'words '.repeat(4000)];
  let page: Page;

  before(async () => {
    page = await strictPage();
  });
  afterEach(() => page.document.body.replaceChildren());
  after(() => page.frame.remove());

  for (const [name, scene] of Object.entries({ ...SCENES, ...REFUSALS })) {
    it(`are texts, and nothing else: ${name}`, async () => {
      const press = 'press' in scene ? String(scene.press) : undefined;
      const known = await play(page, scene, plain, press);
      const shapes = new Set(known.flatMap(({ box }) => everything(box).map(shape)));
      for (const { box } of known) box.remove();
      page.notified.length = 0;
      const requests = () =>
        page.frame.contentWindow?.performance.getEntriesByType('resource').map((entry) => entry.name);
      const before = requests();

      for (const { text, at, box } of await play(page, scene, texts, press)) {
        const all = everything(box);
        expect(
          all.map(shape).filter((each) => !shapes.has(each)),
          text.slice(0, READ),
        ).to.deep.equal([]);
        for (const [tag, fields] of Object.entries(scene.shown)) {
          const element = all.find((each) => each.matches(tag === 'status-progress' ? `${tag}:not([step])` : tag));
          const said = tag === 'notification' ? page.notified.join('\n') : element ? readable(element) : '';
          const missing = fields.filter(
            (field) => !said.includes(text.length > READ ? text.slice(0, READ) : at(field)),
          );
          expect(missing, `${tag} shows ${text.slice(0, READ)}`).to.deep.equal([]);
        }
      }
      expect('broken' in window || 'broken' in (page.frame.contentWindow ?? {})).to.equal(false);
      expect(requests()).to.deep.equal(before);
      expect(page.reported).to.deep.equal(['listening']);
    });
  }

  it('stay texts on their way from the socket to the line', async () => {
    const id = newSession();
    const messenger = page.document.createElement('status-messenger') as StatusMessengerElement;
    Object.assign(messenger, { url: '/raw', sessionId: id });
    page.document.body.append(messenger);
    await until(() => messenger.connection.status === 'live', 'live');
    const line = () => messenger.shadowRoot?.querySelector('[part="message"] > bdi');
    for (const text of texts) {
      await server({ do: 'rawSend', sessionId: id, frames: [JSON.stringify({ type: 'status', data: text })] });
      await until(() => line()?.textContent?.startsWith(text.slice(0, READ)) ?? false, text.slice(0, READ));
      expect(line()?.childElementCount).to.equal(0);
    }
    await server({ do: 'rawClose', sessionId: id, code: 4403, reason: texts[0]?.slice(0, 100) ?? '' });
    await until(() => messenger.connection.status === 'refused', 'refused');
    await drawn(page);
    expect(readable(messenger)).to.include(texts[0]);
    expect('broken' in window || 'broken' in (page.frame.contentWindow ?? {})).to.equal(false);
    expect(page.reported).to.deep.equal(['listening']);
    // It would be told: the policy is in force.
    const image = page.document.createElement('img');
    image.src = 'https://elsewhere.invalid/a.png';
    await until(() => page.reported.length > 1, 'a violation');
  });
});
