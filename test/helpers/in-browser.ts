import { executeServerCommand } from '@web/test-runner-commands';
import type { StatusMessengerElement, StatusMessengerEventMap } from '../../components/index.js';
import type { AdapterCommand } from './adapter-plugin.js';

/** A session id that no other test, and no other browser, uses. */
export function newSession(): string {
  return `test-${Array.from(crypto.getRandomValues(new Uint8Array(8)), (byte) => byte.toString(16).padStart(2, '0')).join('')}`;
}

/** Asks the server behind the page for something. */
export function server<T = unknown>(command: AdapterCommand): Promise<T> {
  return executeServerCommand<T, AdapterCommand>('adapter', command);
}

/** Sends a status to a session. */
export function status(sessionId: string, text: string): Promise<unknown> {
  return server({ do: 'publish', sessionId, messages: [{ type: 'status', data: text }] });
}

/** Resolves once `fits` is true, looked at in every frame; fails after a time in which the slowest machine gets there. */
export async function until(fits: () => boolean | Promise<boolean>, what = fits.toString()): Promise<void> {
  for (const end = performance.now() + 20_000; performance.now() < end; ) {
    if (await fits()) return;
    await new Promise((resolve) => setTimeout(resolve, 15));
  }
  throw new Error(`This never came: ${what}`);
}

/** Resolves once the element is live. */
export async function live(element: StatusMessengerElement): Promise<void> {
  await until(() => element.connection.status === 'live', 'live');
}

/** The next event of a type. */
export function eventOf<K extends keyof StatusMessengerEventMap>(
  element: StatusMessengerElement,
  type: K,
): Promise<StatusMessengerEventMap[K]> {
  return new Promise((resolve) => element.addEventListener(type, resolve, { once: true }));
}

/** The text of a part, as it is shown. */
export function part(element: StatusMessengerElement, name: string): string {
  return element.shadowRoot?.querySelector(`[part="${name}"]`)?.textContent?.trim() ?? '';
}

/** A part of an element. */
export function shadowPart(element: Element, name: string): HTMLElement | null {
  return element.shadowRoot?.querySelector<HTMLElement>(`[part~="${name}"]`) ?? null;
}

/** Resolves once what moves in an element, and will not do so for ever, has come to rest: colours are then what they are. */
export async function still(element: Element): Promise<void> {
  const animations = element.shadowRoot?.getAnimations() ?? [];
  const ending = animations.filter(({ effect }) => effect?.getComputedTiming().iterations !== Number.POSITIVE_INFINITY);
  await Promise.all(ending.map(({ finished }) => finished.catch(() => {})));
}

/** Keeps what is written to the console while it is restored by `restore`. */
export function catchConsole(): { readonly lines: string[]; restore(): void } {
  const { error, warn, log } = console;
  const lines: string[] = [];
  console.error = (...values) => lines.push(`error ${values.join(' ')}`);
  console.warn = (...values) => lines.push(`warn ${values.join(' ')}`);
  console.log = (...values) => lines.push(`log ${values.join(' ')}`);
  return { lines, restore: () => Object.assign(console, { error, warn, log }) };
}
