import type { CssProperty, ElementDeclaration, Named } from './schema.js';

/** What one or several elements have. */
export interface Shared {
  readonly name: string;
  /** What it is in each element, in Markdown. */
  readonly description: string;
  readonly default: string | undefined;
}

/** What elements share, once for all of them, for editors that do not know to which element a style sheet speaks. */
export function merged(
  elements: readonly ElementDeclaration[],
  listOf: (element: ElementDeclaration) => ReadonlyArray<Named & CssProperty>,
): readonly Shared[] {
  /** By names, then by descriptions: the tags for which that is said. */
  const all = new Map<string, Map<string, string[]>>();
  const defaults = new Map<string, string | undefined>();
  for (const element of elements) {
    for (const { name, description = '', default: value } of listOf(element)) {
      const said = all.get(name) ?? new Map<string, string[]>();
      all.set(name, said.set(description, [...(said.get(description) ?? []), `\`${element.tagName}\``]));
      if (!defaults.has(name)) defaults.set(name, value);
    }
  }
  return [...all.keys()].sort().map((name) => ({
    name,
    description: [...(all.get(name) ?? [])].map(([text, tags]) => `${tags.join(', ')}: ${text}`).join('\n\n'),
    default: defaults.get(name),
  }));
}
