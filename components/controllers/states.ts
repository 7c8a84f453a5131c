/** Puts an element into exactly these custom states (`:state(…)`), where the browser knows them. */
export function setStates(internals: ElementInternals, names: ReadonlySet<string>): void {
  const { states } = internals as { states?: Set<string> };
  if (!states) return;
  for (const name of [...states]) if (!names.has(name)) states.delete(name);
  for (const name of names) if (!states.has(name)) states.add(name);
}
