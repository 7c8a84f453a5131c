import { descriptionOf, valuesOf } from './description.js';
import { merged, type Shared } from './merged.js';
import { type Attribute, elementsOf, type Manifest } from './schema.js';

/** The tags and their attributes, for `html.customData` of VS Code. */
export function vscodeHtml(manifest: Manifest): object {
  const tags = elementsOf(manifest).map((element) => ({
    name: element.tagName,
    description: { kind: 'markdown', value: descriptionOf(element) },
    attributes: element.attributes.map(attribute),
  }));
  return { version: 1.1, tags };
}

function attribute({ name, description, type }: Attribute): object {
  const values = valuesOf(type?.text);
  return {
    name,
    description,
    // Written without a value: VS Code then completes none.
    ...(type?.text === 'boolean' ? { valueSet: 'v' } : {}),
    ...(values.length > 0 ? { values: values.map((value) => ({ name: value })) } : {}),
  };
}

/** Custom properties, parts and states, for `css.customData` of VS Code. */
export function vscodeCss(manifest: Manifest): object {
  const elements = elementsOf(manifest);
  return {
    version: 1.1,
    properties: merged(elements, ({ cssProperties }) => cssProperties).map((each) => ({
      name: each.name,
      description: { kind: 'markdown', value: `${each.description}\n\nDefault: \`${each.default}\`` },
    })),
    pseudoElements: merged(elements, ({ cssParts }) => cssParts).map((each) => pseudo(`::part(${each.name})`, each)),
    pseudoClasses: merged(elements, ({ cssStates }) => cssStates).map((each) => pseudo(`:state(${each.name})`, each)),
  };
}

function pseudo(name: string, { description }: Shared): object {
  return { name, description: { kind: 'markdown', value: description } };
}
