import { merged } from './merged.js';
import { type ElementDeclaration, elementsOf, type Manifest, type Named } from './schema.js';

/** The kit for JetBrains' editors (https://github.com/JetBrains/web-types). */
export function webTypes(manifest: Manifest, { name, version }: { name: string; version: string }): object {
  const elements = elementsOf(manifest);
  const shared = (listOf: Parameters<typeof merged>[1]) =>
    merged(elements, listOf).map(({ name, description }) => ({ name, description }));
  return {
    $schema: 'https://raw.githubusercontent.com/JetBrains/web-types/master/schema/web-types.json',
    name,
    version,
    'js-types-syntax': 'typescript',
    'description-markup': 'markdown',
    contributions: {
      html: { elements: elements.map(htmlElement) },
      css: {
        properties: shared(({ cssProperties }) => cssProperties),
        parts: shared(({ cssParts }) => cssParts),
        'pseudo-classes': shared(({ cssStates }) =>
          cssStates.map((each) => ({ ...each, name: `state(${each.name})` })),
        ),
      },
    },
  };
}

function htmlElement(element: ElementDeclaration): object {
  const { tagName, name, description, attributes, slots, members, events } = element;
  return {
    name: tagName,
    description,
    source: { symbol: name },
    attributes: attributes.map(({ name, description, type, default: value }) => ({
      name,
      description,
      value: type?.text === 'boolean' ? { kind: 'no-value', type: 'boolean' } : { type: type?.text },
      default: value,
    })),
    slots: slots.map(named),
    js: {
      properties: members
        .filter(({ kind }) => kind === 'field')
        .map(({ name, description, type, readonly: isReadonly }) => ({
          name,
          description,
          type: type?.text,
          ...(isReadonly ? { 'read-only': true } : {}),
        })),
      events: events.map(({ name, description, type }) => ({ name, description, type: type?.text })),
    },
  };
}

function named({ name, description }: Named): object {
  return { name, description };
}
