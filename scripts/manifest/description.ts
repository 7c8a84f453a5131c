import type { ElementDeclaration, Named } from './schema.js';

/** All that is to be known of an element, in Markdown, as an editor shows it beside the tag. */
export function descriptionOf(element: ElementDeclaration): string {
  const methods = element.members.filter(({ kind }) => kind === 'method');
  return [
    element.description,
    ...section('Events', element.events),
    ...section('Methods', methods, ({ name }) => `${name}()`),
    ...section('Slots', element.slots, ({ name }) => name || '(without a name)'),
    ...section('Custom states', element.cssStates, ({ name }) => `:state(${name})`),
    ...section('Custom properties', element.cssProperties),
  ].join('\n\n');
}

function section<T extends Named>(title: string, list: readonly T[], nameOf = ({ name }: T) => name): string[] {
  if (list.length === 0) return [];
  return [`**${title}**`, list.map((each) => `- \`${nameOf(each)}\`: ${each.description}`).join('\n')];
}

/** The values that an attribute may have, where they are a few texts. */
export function valuesOf(type = ''): readonly string[] {
  return [...type.matchAll(/'([^']*)'/g)].map(([, value = '']) => value);
}
