import { originOf, type SessionSource } from './session-source.js';

/** An element that speaks to those who listen. */
export interface Speaker {
  announce(text: string): void;
}

/** Those that speak of a session, by the one object that it is. */
const speakers = new WeakMap<SessionSource, Set<Speaker>>();

/** Lets an element speak of a session. Answers a function that ends it. */
export function speakOf(source: SessionSource, speaker: Speaker): () => void {
  const origin = originOf(source);
  const all = speakers.get(origin) ?? new Set();
  speakers.set(origin, all.add(speaker));
  return () => void all.delete(speaker);
}

/** The one of them that does: the others would say the same again. */
export function speakerOf(source: SessionSource): Speaker | undefined {
  return speakers.get(originOf(source))?.values().next().value;
}
