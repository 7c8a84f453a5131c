import { type ElementDeclaration, elementsOf, type Manifest, type Member } from '../manifest/schema.js';

/** The reference of the elements, in Markdown. */
export function elementsReference(manifest: Manifest): string {
  return ['# The elements', ...elementsOf(manifest).map(element)].join('\n\n').concat('\n');
}

function element(of: ElementDeclaration): string {
  const fields = of.members.filter(({ kind }) => kind === 'field');
  const methods = of.members.filter(({ kind }) => kind === 'method');
  return [
    `## \`<${of.tagName}>\``,
    of.description,
    `Class \`${of.name}\`.`,
    ...table('Properties', ['property', 'attribute', 'type', 'default', ''], fields, (field) => [
      code(field.name),
      code(field.attribute),
      code(field.type?.text),
      code(field.readonly ? undefined : field.default),
      `${field.description}${field.readonly ? ' To be read.' : ''}`,
    ]),
    ...table('Methods', ['method', 'answers', ''], methods, (method) => [
      code(signature(method)),
      code(method.return?.type?.text),
      method.description,
    ]),
    ...table('Events', ['event', 'type', ''], of.events, ({ name, type, description }) => [
      code(name),
      code(type?.text),
      description,
    ]),
    ...table('Slots', ['slot', ''], of.slots, ({ name, description }) => [code(name || '(none)'), description]),
    ...table('Parts', ['part', ''], of.cssParts, ({ name, description }) => [code(name), description]),
    ...table('States', ['state', ''], of.cssStates, ({ name, description }) => [code(`:state(${name})`), description]),
    ...table('Custom properties', ['property', 'default', ''], of.cssProperties, (each) => [
      code(each.name),
      code(each.default),
      each.description,
    ]),
  ].join('\n\n');
}

function signature({ name, parameters = [] }: Member): string {
  return `${name}(${parameters.map((each) => `${each.name}${each.optional ? '?' : ''}`).join(', ')})`;
}

/** A table under its title; nothing where there is nothing in it. */
function table<T>(
  title: string,
  columns: readonly string[],
  rows: readonly T[],
  cells: (row: T) => ReadonlyArray<string | undefined>,
): string[] {
  if (rows.length === 0) return [];
  const line = (texts: ReadonlyArray<string | undefined>) => `| ${texts.map((text = '') => cell(text)).join(' | ')} |`;
  return [`**${title}**`, [line(columns), line(columns.map(() => '---')), ...rows.map(cells).map(line)].join('\n')];
}

function code(text: string | undefined): string {
  return text ? `\`${text.replace(/\s+/g, ' ')}\`` : '';
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}
