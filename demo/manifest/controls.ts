import type { ElementInfo, PropertyInfo } from './elements.js';

/** What a control sets a property to. `undefined`: to its default. */
export type Value = string | number | boolean | readonly string[] | undefined;

/** How a property can be set on the page. `none`: only in code, or by the story itself. */
export type Kind = 'boolean' | 'number' | 'text' | 'list' | 'choice' | 'none';

export interface Control {
  readonly name: string;
  readonly attribute?: string;
  readonly description: string;
  readonly type: string;
  readonly kind: Kind;
  /** What can be chosen, where the kind is `choice`. */
  readonly options: readonly string[];
  /** As TypeScript writes it; empty where it is not known. */
  readonly default: string;
}

/** What says which session is shown: a story brings its own. */
const OF_THE_SESSION = new Set(['url', 'sessionId', 'threadId', 'userId', 'token', 'htmlFor', 'session']);

/** A control for every property of an element, those that can be set here first. Pure. */
export function controlsOf(element: ElementInfo): readonly Control[] {
  const controls = element.properties.map(controlOf);
  return [...controls.filter(({ kind }) => kind !== 'none'), ...controls.filter(({ kind }) => kind === 'none')];
}

function controlOf(property: PropertyInfo): Control {
  const { name, attribute, description, type } = property;
  const options = choicesIn(type);
  return {
    name,
    ...(attribute === undefined ? {} : { attribute }),
    description,
    type,
    kind: OF_THE_SESSION.has(name) ? 'none' : kindOf(type, options),
    options,
    default: property.default ?? '',
  };
}

function kindOf(type: string, options: readonly string[]): Kind {
  if (options.length > 0) return 'choice';
  const bare = type.replace(/\s*\|\s*(null|undefined)\b/g, '').trim();
  if (bare === 'boolean' || bare === 'number') return bare;
  if (bare === 'string') return 'text';
  return /^(readonly )?string\[\]$/.test(bare) ? 'list' : 'none';
}

/** The texts of a union of nothing but texts. */
function choicesIn(type: string): readonly string[] {
  const members = type
    .split('|')
    .map((member) => member.trim())
    .filter((member) => member !== 'null' && member !== 'undefined');
  const options = members.map((member) => /^'([^']*)'$/.exec(member)?.[1]);
  return options.every((option) => option !== undefined) ? options : [];
}

/** A control's value as an address writes it, and back. Pure. */
export function writeValue(value: Exclude<Value, undefined>): string {
  return Array.isArray(value) ? value.join(',') : String(value);
}

/** `undefined` for what the control cannot be set to. */
export function readValue({ kind, options }: Control, written: string): Value {
  switch (kind) {
    case 'boolean':
      return written === 'true' ? true : written === 'false' ? false : undefined;
    case 'number': {
      const number = Number(written);
      return written.trim() !== '' && Number.isFinite(number) ? number : undefined;
    }
    case 'text':
      return written.slice(0, 500);
    case 'list':
      return written
        .slice(0, 500)
        .split(',')
        .map((each) => each.trim())
        .filter((each) => each !== '');
    case 'choice':
      return options.includes(written) ? written : undefined;
    case 'none':
      return undefined;
  }
}
