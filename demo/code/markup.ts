import type { Markup } from '../stories/story.js';

/** How a framework writes what HTML has no word for, or writes in another way. */
export interface Dialect {
  /** An element without content is written `<tag />`. */
  readonly selfCloses: boolean;
  /** Where it is not written as in HTML. */
  attribute?(name: string, value: string | true): string | undefined;
  property(name: string, code: string): string | undefined;
  event(name: string): string | undefined;
}

/** The element that something is listened to on. */
interface Target {
  readonly tag: string;
  readonly listensTo: string | undefined;
}

/** A tag that is longer has its attributes in lines of their own. */
const WIDTH = 80;

/** Markup in lines, in the way of a framework. Pure. */
export function writeMarkup(markup: Markup, dialect: Dialect, target: Target | undefined): readonly string[] {
  const { tag, children = [] } = markup;
  const words = wordsOf(markup, dialect, target);
  const isShort = `<${[tag, ...words].join(' ')}>`.length <= WIDTH;
  const open = isShort ? [`<${[tag, ...words].join(' ')}`] : [`<${tag}`, ...words.map((word) => `  ${word}`)];
  if (children.length === 0) {
    const end = dialect.selfCloses ? '/>' : `></${tag}>`;
    if (!isShort) return [...open, end];
    return [`${open.join('')}${dialect.selfCloses ? ' />' : end}`];
  }
  const content = children.flatMap((child) =>
    typeof child === 'string' ? [escapeText(child)] : writeMarkup(child, dialect, target),
  );
  const begin = isShort ? [`${open.join('')}>`] : [...open, '>'];
  const [only = ''] = content;
  if (content.length === 1 && typeof children[0] === 'string' && `${begin.at(-1)}${only}</${tag}>`.length <= WIDTH) {
    return [...begin.slice(0, -1), `${begin.at(-1)}${only}</${tag}>`];
  }
  return [...begin, ...content.map((line) => `  ${line}`), `</${tag}>`];
}

function wordsOf(markup: Markup, dialect: Dialect, target: Target | undefined): readonly string[] {
  const { tag, attributes = {}, properties = {} } = markup;
  const written = Object.entries(attributes).map(
    ([name, value]) =>
      dialect.attribute?.(name, value) ??
      (value === true ? name : `${name}="${escapeText(value).replaceAll('"', '&quot;')}"`),
  );
  const set = Object.entries(properties).map(([name, { code }]) => dialect.property(name, code));
  const heard = target?.listensTo !== undefined && target.tag === tag ? [dialect.event(target.listensTo)] : [];
  return [...written, ...[...set, ...heard].filter((word) => word !== undefined)];
}

function escapeText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
