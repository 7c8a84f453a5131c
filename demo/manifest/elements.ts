/** Something that the manifest names and describes: a slot, a part, a state. */
export interface Named {
  readonly name: string;
  readonly description: string;
}

/** A property that can be set, with the attribute that sets it, where there is one. */
export interface PropertyInfo extends Named {
  readonly attribute?: string;
  /** As TypeScript writes it. */
  readonly type: string;
  readonly default?: string;
}

export interface EventInfo extends Named {
  readonly type: string;
}

/** What the manifest says of an element. */
export interface ElementInfo {
  readonly tag: string;
  readonly description: string;
  readonly properties: readonly PropertyInfo[];
  readonly methods: readonly Named[];
  readonly events: readonly EventInfo[];
  readonly slots: readonly Named[];
  readonly parts: readonly Named[];
  readonly states: readonly Named[];
  readonly tokens: readonly Named[];
}

/** The elements of a custom-elements manifest, by their tags. Pure; what is not as the schema says is left out. */
export function readElements(manifest: unknown): ReadonlyMap<string, ElementInfo> {
  const declarations = entries(manifest, 'modules').flatMap((module) => entries(module, 'declarations'));
  const elements = declarations.flatMap((declaration) => {
    const tag = text(declaration, 'tagName');
    return tag === '' ? [] : [readElement(tag, declaration)];
  });
  return new Map(elements.map((element) => [element.tag, element]));
}

function readElement(tag: string, declaration: object): ElementInfo {
  const members = entries(declaration, 'members').filter(isPublic);
  return {
    tag,
    description: text(declaration, 'description'),
    properties: members.filter((member) => text(member, 'kind') === 'field' && !isReadOnly(member)).map(readProperty),
    methods: members
      .filter((member) => text(member, 'kind') === 'method' && !LIFECYCLE.has(text(member, 'name')))
      .map(readMethod),
    // The analyzer takes the argument of any `new Event()` for the name of one, too; those that are meant are described.
    events: entries(declaration, 'events')
      .filter((event) => text(event, 'description') !== '')
      .map((event) => ({ ...named(event), type: typeOf(event) })),
    slots: entries(declaration, 'slots').map(named),
    parts: entries(declaration, 'cssParts').map(named),
    states: entries(declaration, 'cssStates').map(named),
    tokens: entries(declaration, 'cssProperties').map(named),
  };
}

/** What the platform and Lit call, and pages do not. */
const LIFECYCLE = new Set([
  'attributeChangedCallback',
  'connectedCallback',
  'connectedMoveCallback',
  'disconnectedCallback',
  'requestUpdate',
]);

function readProperty(member: object): PropertyInfo {
  const attribute = text(member, 'attribute');
  const initial = text(member, 'default');
  return {
    ...named(member),
    type: typeOf(member),
    ...(attribute === '' ? {} : { attribute }),
    ...(initial === '' ? {} : { default: initial }),
  };
}

function readMethod(member: object): Named {
  const parameters = entries(member, 'parameters').map((parameter) => text(parameter, 'name'));
  return { name: `${text(member, 'name')}(${parameters.join(', ')})`, description: text(member, 'description') };
}

function isPublic(member: object): boolean {
  const isStatic = 'static' in member && member.static === true;
  return ['', 'public'].includes(text(member, 'privacy')) && !isStatic && text(member, 'name').at(0) !== '#';
}

function isReadOnly(member: object): boolean {
  return 'readonly' in member && member.readonly === true;
}

/** The slot without a name has an empty one. */
function named(entry: object): Named {
  return { name: text(entry, 'name'), description: text(entry, 'description') };
}

function typeOf(entry: object): string {
  const type = new Map(Object.entries(entry)).get('type');
  return typeof type === 'object' && type !== null ? text(type, 'text') : '';
}

function text(from: object, key: string): string {
  const value = new Map(Object.entries(from)).get(key);
  return typeof value === 'string' ? value : '';
}

function entries(from: unknown, key: string): readonly object[] {
  if (typeof from !== 'object' || from === null) return [];
  const list = new Map<string, unknown>(Object.entries(from)).get(key);
  return Array.isArray(list) ? list.filter((entry) => typeof entry === 'object' && entry !== null) : [];
}
