import { expect, fixture, html } from '@open-wc/testing';
import '../../../components/define.js';
import type { StatusResultsElement } from '../../../components/index.js';
import type { TestSession } from '../../../components/testing/index.js';
import { shadowPart, still } from '../../helpers/in-browser.js';

export const complete = (summary: string) => ({ type: 'complete', data: { summary } });
export const result = (agent: string, data: unknown) => ({
  type: 'result',
  data: { agent, data: JSON.parse(JSON.stringify(data)) },
});

export async function shown(session: TestSession): Promise<StatusResultsElement> {
  const element = await fixture<StatusResultsElement>(html`<status-results .session=${session}></status-results>`);
  await element.updateComplete;
  return element;
}

export const all = (element: Element, name: string) => [
  ...(element.shadowRoot?.querySelectorAll<HTMLElement>(`[part~="${name}"]`) ?? []),
];
/** The text of an element, with single spaces. */
export const read = (element: Element | null | undefined) => element?.textContent?.replace(/\s+/g, ' ').trim() ?? '';
export const text = (element: Element, name: string) => read(shadowPart(element, name));
export const texts = (element: Element, name: string) => all(element, name).map(read);

export async function accessible(element: StatusResultsElement, ...states: string[]): Promise<void> {
  await element.updateComplete;
  for (const state of ['empty', 'completed', 'failed', 'cancelled']) {
    expect(element.matches(`:state(${state})`), state).to.equal(states.includes(state));
  }
  await still(element);
  await expect(element).to.be.accessible();
}
