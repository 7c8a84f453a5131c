import type { ElementDeclaration } from '../../../scripts/manifest/schema.js';

/** What was seen of an element. */
export interface Seen {
  /** Parts that a style sheet of the page reaches. */
  readonly parts: Set<string>;
  /** Parts that are in its own tree, whether the manifest names them or not. */
  readonly ownParts: Set<string>;
  readonly states: Set<string>;
  readonly events: Set<string>;
  readonly slots: Set<string>;
}

const internals = new WeakMap<Element, ElementInternals>();
const events = new WeakMap<EventTarget, Set<string>>();

/** From now on it is known in which states elements are, and which events they fire. */
export function watchElements(): void {
  const { attachInternals, dispatchEvent } = HTMLElement.prototype;
  HTMLElement.prototype.attachInternals = function (this: HTMLElement) {
    const made = attachInternals.call(this);
    internals.set(this, made);
    return made;
  };
  HTMLElement.prototype.dispatchEvent = function (this: HTMLElement, event) {
    events.set(this, (events.get(this) ?? new Set()).add(event.type));
    return dispatchEvent.call(this, event);
  };
}

/** A style sheet by which is told which parts it reaches. */
export function reachParts(elements: readonly ElementDeclaration[]): void {
  const style = document.createElement('style');
  const rules = elements.flatMap(({ tagName, cssParts }) =>
    cssParts.map(({ name }) => {
      CSS.registerProperty({ name: mark(tagName, name), syntax: '*', inherits: false });
      return `${tagName}::part(${name}) { ${mark(tagName, name)}: reached }`;
    }),
  );
  style.textContent = rules.join('\n');
  document.head.append(style);
}

const mark = (tag: string, part: string) => `--test-${tag}-${part}`;

/** Adds what is to be seen of an element now. */
export function see(element: Element, { tagName, cssParts }: ElementDeclaration, seen: Seen): void {
  for (const inner of allIn(element.shadowRoot)) {
    if (inner.part.length === 0) continue;
    const style = getComputedStyle(inner);
    for (const { name } of cssParts) {
      if (inner.part.contains(name.replace(/^.*-/, '')) || inner.part.contains(name)) {
        if (style.getPropertyValue(mark(tagName, name)).trim() === 'reached') seen.parts.add(name);
      }
    }
  }
  for (const inner of element.shadowRoot?.querySelectorAll('*') ?? []) {
    for (const name of inner.part) seen.ownParts.add(name);
    if (inner instanceof HTMLSlotElement) seen.slots.add(inner.name);
  }
  for (const name of (internals.get(element) as { states?: Set<string> } | undefined)?.states ?? []) {
    if (element.matches(`:state(${name})`)) seen.states.add(name);
  }
  for (const name of events.get(element) ?? []) seen.events.add(name);
}

/** All elements within a tree, and in the trees of those. */
function allIn(root: ShadowRoot | null): Element[] {
  return [...(root?.querySelectorAll('*') ?? [])].flatMap((each) => [each, ...allIn(each.shadowRoot)]);
}
