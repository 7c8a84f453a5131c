import type { LitElement } from 'lit';
import {
  createElement,
  type ForwardRefExoticComponent,
  forwardRef,
  type HTMLAttributes,
  type RefAttributes,
  useEffect,
  useImperativeHandle,
  useInsertionEffect,
  useLayoutEffect,
  useRef,
} from 'react';
import { isObject } from '../../../protocol/index.js';

/** The name of an event, with the type that its listeners get. */
export type EventName<E extends Event> = string & { readonly __event: E };

/** Names an event for `elementComponent`. */
export function eventName<E extends Event>(type: string): EventName<E> {
  return type as EventName<E>;
}

type EventNames = { readonly [callback: `on${string}`]: EventName<Event> };

/** What a component is given, whatever its types say. */
type Given = { readonly [prop: string]: unknown };

/** An element's own properties by their names, its events as callbacks, and what every element of HTML takes. */
export type ElementProps<E, P extends keyof E, L extends EventNames> = {
  readonly [K in P]?: E[K] | undefined;
} & {
  readonly [K in keyof L]?: ((event: L[K] extends EventName<infer T> ? T : never) => void) | undefined;
} & Omit<HTMLAttributes<E>, P | keyof L>;

export type ElementComponent<E, P extends keyof E, L extends EventNames> = ForwardRefExoticComponent<
  ElementProps<E, P, L> & RefAttributes<E>
>;

/** What is known of an element's class. */
interface ElementClass<E> {
  new (): E;
  readonly elementProperties: typeof LitElement.elementProperties;
}

// React 18 warns of layout effects on a server, where neither runs.
const useCommitEffect = typeof document === 'undefined' ? useEffect : useLayoutEffect;

/**
 * A component of a custom element, for React 18, which knows attributes alone, and with types for both. What an attribute can say is one, an object as JSON, so that a
 * server's HTML has it, too; other properties are set before the element first renders.
 */
export function elementComponent<E extends LitElement, P extends keyof E & string, L extends EventNames>(
  tag: string,
  { elementProperties }: ElementClass<E>,
  properties: readonly P[],
  events: L,
): ElementComponent<E, P, L> {
  const attributes = new Map<string, string>([['className', 'class']]);
  const others: string[] = [];
  const nothing = new Map<string, unknown>();
  for (const name of properties) {
    const { attribute = true, type } = elementProperties.get(name) ?? {};
    if (attribute === false) others.push(name);
    else {
      attributes.set(name, attribute === true ? name.toLowerCase() : attribute);
      nothing.set(name, type === Boolean ? false : null);
    }
  }
  const callbacks = Object.entries<string>(events);
  const skipped = new Set<string>([...others, ...Object.keys(events)]);

  // biome-ignore lint/correctness/noComponentHookFactories: it is called once for each element, when its module loads.
  const Component = forwardRef<E, Given>((props, ref) => {
    const own = useRef<E>(null);
    useImperativeHandle<E | null, E | null>(ref, () => own.current, []);
    useDefined(own, nothing);
    useProperties(own, others, props);
    useListeners(own, callbacks, props);
    const given: Record<string, unknown> = { ref: own };
    for (const [name, value] of Object.entries(props)) {
      if (skipped.has(name)) continue;
      const attribute = attributes.get(name);
      const isOwn = attribute !== undefined && isObject(value);
      given[attribute ?? name] = isOwn ? JSON.stringify(value) : attributeValue(name, value);
    }
    return createElement(tag, given);
  });
  Component.displayName = tag;
  return Component;
}

/** React 18 writes `false` as a text, which an element takes for a true one. */
function attributeValue(name: string, value: unknown): unknown {
  return value === null || (value === false && !name.includes('-')) ? undefined : value;
}

interface Ref {
  readonly current: HTMLElement | null;
}

/** Where something is not given any more, React 19 leaves a property undefined. */
function useDefined(own: Ref, nothing: ReadonlyMap<string, unknown>): void {
  useCommitEffect(() => {
    const element = own.current;
    if (!element) return;
    for (const [name, value] of nothing) {
      if (Reflect.get(element, name) === undefined) Reflect.set(element, name, value);
    }
  });
}

/** Sets the properties that are other than before; one that is not given any more gets back what it had at first. */
function useProperties(own: Ref, names: readonly string[], props: Given): void {
  const set = useRef(new Map<string, { readonly first: unknown; readonly value: unknown }>());
  useCommitEffect(() => {
    const element = own.current;
    if (!element) return;
    for (const name of names) {
      const { first, value: before } = set.current.get(name) ?? firstOf(Reflect.get(element, name));
      const value = props[name] === undefined ? first : props[name];
      if (value === before) continue;
      set.current.set(name, { first, value });
      Reflect.set(element, name, value);
    }
  });
}

function firstOf(value: unknown) {
  return { first: value, value };
}

/** Calls the callbacks of the last render. */
function useListeners(
  own: Ref,
  callbacks: ReadonlyArray<readonly [callback: string, type: string]>,
  props: Given,
): void {
  const latest = useRef(props);
  useInsertionEffect(() => {
    latest.current = props;
  });
  useCommitEffect(() => {
    const element = own.current;
    const stop = new AbortController();
    for (const [callback, type] of callbacks) {
      const listener = (event: Event) => {
        const call = latest.current[callback];
        if (typeof call === 'function') call(event);
      };
      element?.addEventListener(type, listener, { signal: stop.signal });
    }
    return () => stop.abort();
  }, [own, callbacks]);
}
