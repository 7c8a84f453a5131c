import { expect, fixture, html } from '@open-wc/testing';
import '../../../components/define.js';
import type { StatusPanelElement } from '../../../components/index.js';
import { TestSession } from '../../../components/testing/index.js';
import type { Message } from '../../../protocol/index.js';
import { shadowPart, still } from '../../helpers/in-browser.js';

export type Said = Pick<Message, 'type' | 'data'> & Partial<Message>;
export const STATUS = { type: 'status', data: 'Reading' };
export const ASKED = {
  type: 'question',
  data: { questionId: 'q', question: 'Which colour?', choices: ['red', 'blue'] },
};
export const ANSWERED = { type: 'answered', data: { questionId: 'q', outcome: 'answered', answer: 'red' } };
export const RESULT = { type: 'result', data: { agent: 'Engineer', data: 'Six weeks' } };
export const DONE = { type: 'complete', data: { summary: 'All read' } };
export const FAILED = { type: 'error', data: { message: 'No disk', fatal: true } };
export const STOPPED = { type: 'state', data: { status: 'CANCELLED' } };

export const NAMES = ['connection', 'question', 'progress', 'timeline', 'results', 'controls'];

export function run(...messages: Said[]): TestSession {
  const session = new TestSession();
  session.say(...messages);
  return session;
}

export async function shown(session: TestSession, variant: 'full' | 'compact' = 'full'): Promise<StatusPanelElement> {
  const element = await fixture<StatusPanelElement>(
    html`<status-panel variant=${variant} .session=${session}></status-panel>`,
  );
  await settled(element);
  return element;
}

/** Resolves once the panel and all in it are drawn. */
export async function settled(panel: StatusPanelElement): Promise<void> {
  await panel.updateComplete;
  for (const name of NAMES) await section(panel, name)?.updateComplete;
}

/** The kit's element of a section; none where the page has put another in its place. */
export function section(panel: Element, name: string) {
  return panel.shadowRoot?.querySelector<HTMLElementTagNameMap['status-controls']>(`status-${name}`) ?? null;
}

/** The sections that take room, as they are read. */
export function visible(panel: Element): string[] {
  return NAMES.filter((name) => {
    const element = section(panel, name);
    return element?.checkVisibility() && element.getBoundingClientRect().height > 0;
  });
}

export const line = (panel: Element) =>
  shadowPart(panel, 'line')
    ?.textContent.replace(/\s+/g, ' ')
    .trim()
    .replace(/ ?\d+:\d\d$/, '') ?? '';

export async function accessible(panel: StatusPanelElement): Promise<void> {
  await settled(panel);
  await still(panel);
  const inside = [...(panel.shadowRoot?.querySelectorAll('*') ?? []), ...panel.children];
  for (const element of inside) if (element.shadowRoot) await still(element);
  await expect(panel).to.be.accessible();
}
