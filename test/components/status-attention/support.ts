import { expect, fixture, html } from '@open-wc/testing';
import '../../../components/define.js';
import type { StatusAttentionElement } from '../../../components/index.js';
import { TestSession } from '../../../components/testing/index.js';
import { still, until } from '../../helpers/in-browser.js';

export const DONE = { type: 'complete', data: { summary: 'All read' } };
export const ASKED = { type: 'question', data: { questionId: 'q', question: 'Which colour?' } };
export const ANSWERED = { type: 'answered', data: { questionId: 'q', outcome: 'answered' } };

export function running(): TestSession {
  const session = new TestSession();
  session.say({ type: 'status', data: 'one' });
  return session;
}

/** Whether somebody looks at the page, as it is told. */
export function look(isThere: boolean): void {
  Object.defineProperty(document, 'visibilityState', { value: isThere ? 'visible' : 'hidden', configurable: true });
  document.dispatchEvent(new Event('visibilitychange'));
}

export function lookAgain(): void {
  Reflect.deleteProperty(document, 'visibilityState');
}

export async function shown(session: TestSession): Promise<StatusAttentionElement> {
  const element = await fixture<StatusAttentionElement>(
    html`<status-attention .session=${session}></status-attention>`,
  );
  await element.updateComplete;
  return element;
}

export const titled = (title: string) => until(() => document.title === title, `the title "${title}"`);

/** Whether it is accessible in the state that it is in, which is to be one of these. */
export async function accessible(element: StatusAttentionElement, ...states: string[]): Promise<void> {
  await element.updateComplete;
  for (const state of ['asking', 'question', 'completed', 'failed']) {
    expect(element.matches(`:state(${state})`), state).to.equal(states.includes(state));
  }
  await still(element);
  await expect(element).to.be.accessible();
}
