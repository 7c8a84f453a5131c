import { type Control, readValue, type Value, writeValue } from '../manifest/controls.js';
import type { ElementInfo } from '../manifest/elements.js';
import { readToken, type Token } from '../manifest/tokens.js';
import type { Listed } from '../stories/index.js';
import { StorySession } from '../stories/session.js';
import type { CodedValue, Markup } from '../stories/story.js';

/** Something that happened in a story. */
export interface Heard {
  readonly key: number;
  readonly at: number;
  /** The element's event, or what it asked of the session. */
  readonly kind: 'event' | 'call';
  readonly name: string;
  readonly detail: string;
  /** How often in a row. */
  readonly times: number;
}

const MOST_HEARD = 60;

/** A story as it is shown: its element with its session, and what is heard of both. */
export class Stage {
  readonly element: HTMLElement;
  /** What was heard, the newest first. */
  heard: readonly Heard[] = [];
  readonly #story: Listed;
  readonly #session: StorySession;
  readonly #abort = new AbortController();
  readonly #changed: () => void;
  /** What the element's properties were before the story set them. */
  readonly #initial: ReadonlyMap<string, unknown>;
  /** The properties that are set to something else now. */
  readonly #set = new Set<string>();
  #keys = 0;

  constructor(story: Listed, info: ElementInfo, changed: () => void) {
    this.#story = story;
    this.#changed = changed;
    const { signal } = this.#abort;
    this.#session = new StorySession(signal, (call, values) => this.#hear('call', `${call}()`, values));
    const element = document.createElement(story.tag);
    this.element = element;
    this.#initial = new Map(info.properties.map(({ name }) => [name, Reflect.get(element, name)]));
    fill(element, story);
    if (story.tag === 'status-messenger') Reflect.set(element, 'url', this.#session.url);
    else Reflect.set(element, 'session', this.#session.source);
    for (const { name } of info.events) {
      element.addEventListener(name, (event) => this.#hear('event', name, detailOf(event)), { signal });
    }
    void story.setUp(this.#session);
  }

  /** Sets the element's properties and tokens to these values; what they do not name is as the story has it. */
  apply(controls: readonly Control[], tokens: readonly Token[], values: Readonly<Record<string, string>>): void {
    for (const control of controls) {
      const { name } = control;
      const written = values[name];
      const value = written === undefined ? undefined : readValue(control, written);
      if (value !== undefined) Reflect.set(this.element, name, value);
      else if (this.#set.has(name)) Reflect.set(this.element, name, this.#before(control));
      if (value === undefined) this.#set.delete(name);
      else this.#set.add(name);
    }
    for (const token of tokens) {
      const value = readToken(token, values[token.name] ?? '');
      if (value === undefined) this.element.style.removeProperty(token.name);
      else this.element.style.setProperty(token.name, value);
    }
  }

  move(index: number): void {
    void this.#story.moves?.[index]?.run(this.#session);
  }

  forget(): void {
    this.heard = [];
    this.#changed();
  }

  leave(): void {
    this.#abort.abort();
    this.element.remove();
  }

  #before({ name, attribute }: Control): unknown {
    const told = storyValue(this.#story, name, attribute);
    return told === undefined ? this.#initial.get(name) : told;
  }

  #hear(kind: Heard['kind'], name: string, detail: unknown): void {
    const [last, ...others] = this.heard;
    const text = inShort(detail);
    const isSame = last?.name === name && last.kind === kind;
    const key = isSame ? last.key : ++this.#keys;
    const heard: Heard = { key, at: Date.now(), kind, name, detail: text, times: isSame ? last.times + 1 : 1 };
    this.heard = (isSame ? [heard, ...others] : [heard, ...this.heard]).slice(0, MOST_HEARD);
    this.#changed();
  }
}

/** What a story sets a property to; `undefined` where it leaves it alone. Pure. */
export function storyValue(story: Listed, name: string, attribute: string | undefined): unknown {
  const coded = story.properties?.[name];
  if (coded) return coded.value;
  return attribute === undefined ? undefined : story.attributes?.[attribute];
}

/** A story with what its controls are set to: what its code shows. Pure. */
export function adjusted(
  { attributes = {}, properties = {} }: Listed,
  controls: readonly Control[],
  values: Readonly<Record<string, string>>,
): { readonly attributes: Record<string, string | true>; readonly properties: Record<string, CodedValue> } {
  const set = { attributes: { ...attributes }, properties: { ...properties } };
  for (const control of controls) {
    const written = values[control.name];
    const value = written === undefined ? undefined : readValue(control, written);
    if (value === undefined) continue;
    const { name, attribute } = control;
    if (attribute === undefined) set.properties[name] = { value, code: codeOf(value) };
    else if (value === true) set.attributes[attribute] = true;
    else if (value === false) delete set.attributes[attribute];
    else set.attributes[attribute] = writeValue(value);
  }
  return set;
}

function codeOf(value: Exclude<Value, undefined>): string {
  return Array.isArray(value)
    ? `[${value.map((each) => `'${each.replace(/['\\]/g, '\\$&')}'`).join(', ')}]`
    : String(value);
}

function fill(element: Element, { attributes = {}, properties = {}, children = [] }: Omit<Markup, 'tag'>): void {
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value === true ? '' : value);
  for (const [name, { value }] of Object.entries(properties)) Reflect.set(element, name, value);
  for (const child of children) {
    if (typeof child === 'string') {
      element.append(child);
      continue;
    }
    const inner = document.createElement(child.tag);
    fill(inner, child);
    element.append(inner);
  }
}

function detailOf(event: Event): unknown {
  return event instanceof CustomEvent ? event.detail : undefined;
}

/** Anything as JSON in a line; states are long, and what matters of them is how the run stands. */
function inShort(detail: unknown): string {
  if (detail === undefined || (Array.isArray(detail) && detail.length === 0)) return '';
  if (typeof detail === 'object' && detail !== null && 'phase' in detail)
    return `{ phase: ${JSON.stringify(detail.phase)}, … }`;
  const text = Array.isArray(detail) ? detail.map((each) => JSON.stringify(each)).join(', ') : JSON.stringify(detail);
  return text.length > 160 ? `${text.slice(0, 159)}…` : text;
}
