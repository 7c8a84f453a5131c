/** What the page shows. */
export type Route =
  | { readonly page: 'start' }
  | { readonly page: 'story'; readonly tag: string; readonly story: string }
  | { readonly page: 'reference'; readonly tag: string }
  | { readonly page: 'live'; readonly work: Work; readonly session?: string };

/** The work that the demo's server does. */
export type Work = 'run' | 'conversation';

export const SCHEMES = ['auto', 'light', 'dark'] as const;
export const DIRECTIONS = ['ltr', 'rtl'] as const;
export const LANGUAGES = ['en', 'de', 'es', 'fr', 'ja', 'ar', 'zh'] as const;
export const WIDTHS = ['wide', 'narrow'] as const;

/** How it is shown. */
export interface Look {
  readonly scheme: (typeof SCHEMES)[number];
  readonly dir: (typeof DIRECTIONS)[number];
  readonly lang: (typeof LANGUAGES)[number];
  readonly width: (typeof WIDTHS)[number];
}

export const PLAIN_LOOK: Look = { scheme: 'auto', dir: 'ltr', lang: 'en', width: 'wide' };

/** All that an address says: the page, its look, and for a story what its controls and tokens are set to. */
export interface Address {
  readonly route: Route;
  readonly look: Look;
  /** Properties by their names, and tokens by theirs, which begin with `--`. */
  readonly values: Readonly<Record<string, string>>;
}

const NAME = /^[a-z][a-z0-9-]{0,60}$/;
const SESSION = /^(demo|agents)-[a-z0-9]{8,40}$/;
const VALUE = /^(?:--status-[a-z-]{1,40}|[a-zA-Z]{1,40})$/;
const MOST_VALUES = 40;

/** Reads what stands behind the `#`; whatever is no address leads to the start. Pure. */
export function parseAddress(hash: string): Address {
  const [path = '', query = ''] = hash.replace(/^#/, '').split('?');
  const said = new URLSearchParams(query);
  const pick = <T extends string>(name: string, options: readonly T[], other: T) =>
    options.find((option) => option === said.get(name)) ?? other;
  const values = [...said]
    .flatMap(([key, value]) => (key.startsWith('set.') && VALUE.test(key.slice(4)) ? [[key.slice(4), value]] : []))
    .slice(0, MOST_VALUES);
  return {
    route: parseRoute(path),
    look: {
      scheme: pick('scheme', SCHEMES, PLAIN_LOOK.scheme),
      dir: pick('dir', DIRECTIONS, PLAIN_LOOK.dir),
      lang: pick('lang', LANGUAGES, PLAIN_LOOK.lang),
      width: pick('width', WIDTHS, PLAIN_LOOK.width),
    },
    values: Object.fromEntries(values),
  };
}

function parseRoute(path: string): Route {
  const [page, first = '', second = ''] = path.split('/').slice(1);
  if (page === 'story' && NAME.test(first) && NAME.test(second)) return { page, tag: first, story: second };
  // A story that is none leads to its element.
  if ((page === 'reference' || page === 'story') && NAME.test(first)) return { page: 'reference', tag: first };
  if (page === 'live' && (first === 'run' || first === 'conversation')) {
    return { page, work: first, ...(SESSION.test(second) ? { session: second } : {}) };
  }
  return { page: 'start' };
}

/** The address as it stands behind the page's own, with its `#`; what is as by default is left out. Pure. */
export function formatAddress({ route, look, values }: Address): string {
  const said = new URLSearchParams();
  for (const [name, value] of Object.entries(look)) {
    if (value !== PLAIN_LOOK[name as keyof Look]) said.set(name, value);
  }
  for (const [name, value] of Object.entries(values)) said.set(`set.${name}`, value);
  const query = said.toString();
  return `#${formatRoute(route)}${query === '' ? '' : `?${query}`}`;
}

function formatRoute(route: Route): string {
  switch (route.page) {
    case 'start':
      return '/';
    case 'story':
      return `/story/${route.tag}/${route.story}`;
    case 'reference':
      return `/reference/${route.tag}`;
    case 'live':
      return `/live/${route.work}${route.session === undefined ? '' : `/${route.session}`}`;
  }
}
