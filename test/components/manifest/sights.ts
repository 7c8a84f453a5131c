import { fixture } from '@open-wc/testing';
import { html, unsafeStatic } from 'lit/static-html.js';
import '../../../components/define.js';
import type { CompanionElement, StatusMessengerElement } from '../../../components/index.js';
import type { TestSession } from '../../../components/testing/index.js';
import { HandSocket } from '../../helpers/hand-socket.js';
import { shadowPart, until } from '../../helpers/in-browser.js';
import { section } from '../status-panel/support.js';
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
  saying,
  stepped,
  withHandSockets,
  withNotification,
} from './said.js';

/** Styles by which custom properties are seen. */
type Style =
  | 'color'
  | 'backgroundColor'
  | 'borderTopColor'
  | 'borderTopLeftRadius'
  | 'columnGap'
  | 'rowGap'
  | 'paddingTop'
  | 'fontSize'
  | 'width'
  | 'outlineColor';

const LOOKS = ['color', 'backgroundColor', 'borderTopColor', 'borderTopLeftRadius', 'outlineColor'] as const;

/** Where a custom property is seen: at a part, or within it at what a selector finds, by one of its styles. */
export type Sight = readonly [part: string, style: Style, within?: string];

/** An element in a state in which custom properties are seen. */
export interface Scene {
  readonly show: (look: (element: HTMLElement) => Promise<void>) => Promise<void>;
  readonly sights: Readonly<Record<string, Sight>>;
}

/** Scenes for each tag: together they show all that it is styled by. */
export const SCENES: Readonly<Record<string, readonly Scene[]>> = {
  'status-attention': [
    {
      show: (look) => withNotification(() => companion('status-attention', saying(STATUS), { notify: true })(look)),
      sights: {
        '--status-border': ['button', 'borderTopColor'],
        '--status-radius': ['button', 'borderTopLeftRadius'],
        '--status-font-size': ['button', 'fontSize'],
        '--status-focus': ['button', 'outlineColor'],
      },
    },
  ],
  'status-connection': [
    {
      show: companion('status-connection', connected({ status: 'idle' })),
      sights: {
        '--status-muted': ['detail', 'color'],
        '--status-border': ['button', 'borderTopColor'],
        '--status-radius': ['button', 'borderTopLeftRadius'],
        '--status-gap': ['base', 'columnGap'],
        '--status-font-size': ['label', 'fontSize'],
        '--status-indicator-size': ['indicator', 'width'],
        '--status-focus': ['button', 'outlineColor'],
      },
    },
    signed('status-connection', saying(STATUS), '--status-success'),
    signed('status-connection', connected(LOST), '--status-warning'),
    signed('status-connection', connected(REFUSED), '--status-danger'),
  ],
  'status-controls': [
    {
      show: companion('status-controls', saying(STATUS), { confirm: true }, 'stop', 'no'),
      sights: {
        '--status-danger': ['yes', 'backgroundColor'],
        '--status-muted': ['note', 'color'],
        '--status-border': ['no', 'borderTopColor'],
        '--status-radius': ['no', 'borderTopLeftRadius'],
        '--status-gap': ['base', 'columnGap'],
        '--status-font-size': ['question', 'fontSize'],
        '--status-focus': ['no', 'outlineColor'],
      },
    },
  ],
  'status-messenger': [
    {
      show: messenger(STATUS),
      sights: {
        '--status-accent': ['indicator', 'backgroundColor'],
        '--status-muted': ['time', 'color'],
        '--status-gap': ['base', 'columnGap'],
        '--status-font-size': ['message', 'fontSize'],
        '--status-indicator-size': ['indicator', 'width'],
      },
    },
    { show: messenger(DONE), sights: { '--status-success': ['indicator', 'backgroundColor'] } },
    { show: messenger(ASKED), sights: { '--status-warning': ['indicator', 'backgroundColor'] } },
    { show: messenger(FAILED), sights: { '--status-danger': ['indicator', 'backgroundColor'] } },
  ],
  'status-panel': [
    {
      show: companion('status-panel', saying(STATUS), { variant: 'compact' }),
      sights: {
        '--status-accent': ['indicator', 'backgroundColor'],
        '--status-muted': ['line-time', 'color'],
        '--status-border': ['base', 'borderTopColor'],
        '--status-radius': ['base', 'borderTopLeftRadius'],
        '--status-gap': ['base', 'paddingTop'],
        '--status-font-size': ['line-message', 'fontSize'],
        '--status-indicator-size': ['indicator', 'width'],
        '--status-focus': ['summary', 'outlineColor'],
      },
    },
    {
      show: companion('status-panel', saying(STATUS, DONE)),
      sights: {
        '--status-success': ['indicator', 'backgroundColor'],
        '--status-surface': ['results-summary', 'backgroundColor'],
      },
    },
    signed('status-panel', saying(STATUS, ASKED), '--status-warning'),
    signed('status-panel', saying(STATUS, FAILED), '--status-danger'),
  ],
  'status-progress': [
    {
      show: companion('status-progress', saying(progressed)),
      sights: {
        '--status-accent': ['fill', 'backgroundColor'],
        '--status-muted': ['details', 'color'],
        '--status-border': ['track', 'backgroundColor'],
        '--status-gap': ['base', 'rowGap'],
        '--status-font-size': ['label', 'fontSize'],
      },
    },
    {
      show: companion('status-progress', saying(progressed, DONE)),
      sights: {
        '--status-success': ['fill', 'backgroundColor'],
        '--status-indicator-size': ['indicator', 'width'],
      },
    },
    signed('status-progress', saying(progressed, ASKED), '--status-warning'),
    signed('status-progress', saying(progressed, FAILED), '--status-danger'),
  ],
  'status-question': [
    {
      show: companion('status-question', saying(STATUS, ASKED), {}, 'send', 'problem'),
      sights: {
        '--status-accent': ['send', 'backgroundColor'],
        '--status-warning': ['indicator', 'backgroundColor'],
        '--status-danger': ['problem', 'color'],
        '--status-muted': ['header', 'color'],
        '--status-radius': ['base', 'borderTopLeftRadius'],
        '--status-gap': ['base', 'rowGap'],
        '--status-font-size': ['question', 'fontSize'],
        '--status-indicator-size': ['indicator', 'width'],
        '--status-focus': ['decline', 'outlineColor'],
      },
    },
    {
      show: companion('status-question', saying(STATUS, ASKED, ANSWERED)),
      sights: {
        '--status-success': ['indicator', 'backgroundColor'],
        '--status-surface': ['base', 'backgroundColor'],
        '--status-border': ['base', 'borderTopColor'],
      },
    },
  ],
  'status-results': [
    {
      show: companion('status-results', saying({ type: 'result', data: { agent: 'Risk', data: 'low' } }, DONE), {
        renderMarkdown: () => Object.assign(document.createElement('a'), { href: '#', textContent: 'low' }),
      }),
      sights: {
        '--status-accent': ['markdown', 'color', 'a'],
        '--status-muted': ['copy', 'color'],
        '--status-surface': ['summary', 'backgroundColor'],
        '--status-border': ['result', 'borderTopColor'],
        '--status-radius': ['result', 'borderTopLeftRadius'],
        '--status-gap': ['base', 'rowGap'],
        '--status-font-size': ['heading', 'fontSize'],
        '--status-focus': ['copy', 'outlineColor'],
      },
    },
    {
      show: companion('status-results', saying(STATUS, FAILED)),
      sights: { '--status-danger': ['error', 'color'], '--status-indicator-size': ['indicator', 'width'] },
    },
    signed('status-results', saying(STATUS, { ...DONE, data: { summary: '' } }), '--status-success'),
  ],
  'status-timeline': [
    {
      show: companion('status-timeline', saying(...stepped, progressed)),
      sights: {
        '--status-success': ['step', 'backgroundColor', '[part=indicator]'],
        '--status-warning': ['question', 'backgroundColor', '[part=indicator]'],
        '--status-danger': ['tool', 'color', '[part~=detail]'],
        '--status-muted': ['time', 'color'],
        '--status-surface': ['result', 'backgroundColor', '[part~=detail]'],
        '--status-border': ['agents', 'borderTopColor', '[aria-pressed="false"]'],
        '--status-radius': ['scroller', 'borderTopLeftRadius'],
        '--status-gap': ['base', 'rowGap'],
        '--status-font-size': ['text', 'fontSize'],
        '--status-indicator-size': ['indicator', 'width'],
        '--status-focus': ['scroller', 'outlineColor'],
      },
    },
    signed('status-timeline', saying(...stepped.slice(0, 1)), '--status-accent'),
  ],
};

/** A scene in which only the sign of how something stands is looked at. */
function signed(tag: string, session: TestSession, property: string): Scene {
  return { show: companion(tag, session), sights: { [property]: ['indicator', 'backgroundColor'] } };
}

function connected(connection: TestSession['connection']): TestSession {
  const session = saying(STATUS);
  session.setConnection(connection);
  return session;
}

/** Shows an element of a session; after a press of a part, once another is there. */
function companion(name: string, session: TestSession, properties = {}, pressed = '', awaited = 'base'): Scene['show'] {
  return async (look) => {
    const tag = unsafeStatic(name);
    const element = await fixture<CompanionElement>(html`<${tag} .session=${session}></${tag}>`);
    Object.assign(element, properties);
    await element.updateComplete;
    if (pressed !== '') shadowPart(element, pressed)?.click();
    await until(() => shadowPart(element, awaited) !== null, awaited);
    await look(element);
  };
}

function messenger(...messages: Said[]): Scene['show'] {
  return (look) =>
    withHandSockets(async () => {
      const element = await fixture<StatusMessengerElement>(
        html`<status-messenger url="/hand" session-id="s"></status-messenger>`,
      );
      HandSocket.last.greet();
      HandSocket.last.say(...messages);
      await until(() => element.messages.length === messages.length);
      await element.updateComplete;
      await look(element);
    });
}

/** What a sight is of, in an element or, by the name that the panel hands it on under, in one in it. */
export function targetOf(element: HTMLElement, [part, , within = '']: Sight): HTMLElement {
  const [name = '', ...rest] = part.split('-');
  const inner = section(element, name);
  const found = shadowPart(element, part) ?? (inner && shadowPart(inner, rest.join('-')));
  const target = within && !within.startsWith('::') ? found?.querySelector<HTMLElement>(within) : found;
  if (!target) throw new Error(`<${element.localName}> shows no ${part} ${within}`);
  return target;
}

/** How an element looks as a whole: what colours its parts have, how large they are, and where they stand. */
export function wholeLook(element: HTMLElement): readonly string[] {
  return [element, ...(element.shadowRoot?.querySelectorAll('*') ?? [])].flatMap((each) => {
    const { x, y, width, height } = each.getBoundingClientRect();
    const styles = [null, '::before', '::after'].map((pseudo) => {
      const style = getComputedStyle(each, pseudo);
      return LOOKS.map((name) => style[name]).join();
    });
    return [[x, y, width, height].join(), ...styles];
  });
}

export function seenAt(element: HTMLElement, sight: Sight): CSSStyleDeclaration {
  const within = sight[2];
  return getComputedStyle(targetOf(element, sight), within?.startsWith('::') ? within : null);
}
