import { invalid } from '../protocol/index.js';

/** The path and the query of a request's target, which may be a whole URL. */
export function splitUrl(url: string): { path: string; query: string } {
  const target = url.replace(/^https?:\/\/[^/?]*/i, '');
  const mark = target.indexOf('?');
  return mark < 0 ? { path: target, query: '' } : { path: target.slice(0, mark), query: target.slice(mark + 1) };
}

/** A function that finds the id in a path. Throws `invalid` for a pattern without a segment for it. */
export function compilePath(pattern: string, name = ':sessionId'): (path: string) => string | undefined {
  const wanted = typeof pattern === 'string' ? pattern.split('/') : [];
  if (!wanted.includes(name) || wanted[0] !== '') {
    throw invalid('path', pattern, `a path with a segment "${name}"`, `write for instance "/ws/${name}"`);
  }
  return (path) => {
    const parts = path.split('/');
    if (parts.length !== wanted.length) return undefined;
    let id = '';
    for (const [i, part] of parts.entries()) {
      if (wanted[i] === name) id = part;
      else if (wanted[i] !== part) return undefined;
    }
    return decode(id);
  };
}

/** A part that is not valid percent-encoding stays as it is: no id has a `%`, so it is refused as one. */
function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
