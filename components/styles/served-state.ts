import { type CSSResult, unsafeCSS } from 'lit';

/** A selector for an element in a state, also before it has come to life in a page that a server has rendered. */
export function inState(name: string): CSSResult {
  return unsafeCSS(`:is(:state(${name}),[data-states~='${name}'])`);
}
