import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './published.js';
import { type ElementDeclaration, elementsOf, type Manifest, type Member, type Named } from './schema.js';

/** What the platform knows by itself of the types of events. */
const BUILT_IN = ['CustomEvent', 'Event'];

/**
 * A module of types: of each tag its element, attributes, properties and events, with what is to be known of them. Types for frameworks are made of it,
 * see `types/`.
 */
export function elementsTypes(manifest: Manifest): string {
  const elements = elementsOf(manifest);
  const protocol = protocolNames();
  const used = elements.flatMap(({ events }) => events.flatMap(({ type }) => identifiers(type?.text ?? '')));
  const names = [...new Set([...elements.map(({ name }) => name), ...used])].filter((name) => !BUILT_IN.includes(name));
  const from = (isWanted: (name: string) => boolean) => names.filter(isWanted).sort().join(', ');
  return `// Made of custom-elements.json.
import type { ${from((name) => !protocol.has(name))} } from '../components/index.js';
import type { ${from((name) => protocol.has(name))} } from '../protocol/index.js';

/** The kit's elements by their tags. */
export interface KitElements {
${elements.map(elementType).join('\n')}
}
`;
}

function elementType(element: ElementDeclaration): string {
  const { tagName, name, attributes, members, events } = element;
  const ofClass = ({ name: key }: Named, of = key) => [`'${key}'?`, `${name}['${of}']`] as const;
  return `${doc(element, '  ')}
  '${tagName}': {
    element: ${name};
    attributes: ${object(attributes, (each) => ofClass(each, each.fieldName))};
    properties: ${object(members.filter(isSettable), (each) => ofClass(each))};
    events: ${object(events, (each) => [each.name, each.type?.text ?? 'Event'])};
  };`;
}

function object<T extends Named>(list: readonly T[], entry: (each: T) => readonly [key: string, type: string]): string {
  const lines = list.map((each) => `${doc(each, '      ')}\n      ${entry(each).join(': ')};\n`);
  return `{\n${lines.join('')}    }`;
}

function isSettable({ kind, readonly: isReadonly = false }: Member): boolean {
  return kind === 'field' && !isReadonly;
}

function doc({ description }: Named, indent: string): string {
  return `${indent}/** ${description} */`;
}

/** The names of types in a type: `CustomEvent` and `SessionEvents` in `CustomEvent<SessionEvents['channelstate']>`. */
function identifiers(type: string): string[] {
  return type.replace(/'[^']*'/g, '').match(/[A-Z]\w*/g) ?? [];
}

function protocolNames(): ReadonlySet<string> {
  const folder = join(root, 'protocol');
  const files = readdirSync(folder).filter((name) => name.endsWith('.ts'));
  const declared = files.flatMap((file) => [
    ...readFileSync(join(folder, file), 'utf8').matchAll(/^export (?:interface|type|class) (\w+)/gm),
  ]);
  return new Set(declared.map(([, name = '']) => name));
}
