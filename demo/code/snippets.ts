import type { CodedValue, Markup } from '../stories/story.js';
import { type Dialect, writeMarkup } from './markup.js';

export const FRAMEWORKS = ['html', 'react', 'vue', 'svelte', 'angular'] as const;
export type Framework = (typeof FRAMEWORKS)[number];

export const FRAMEWORK_NAMES: Readonly<Record<Framework, string>> = {
  html: 'HTML',
  react: 'React',
  vue: 'Vue',
  svelte: 'Svelte',
  angular: 'Angular',
};

/** What a piece of code is to show: an element of the kit, as a story sets it. */
export interface Description extends Markup {
  /** An event that the code listens to. */
  readonly listensTo?: string;
  /** Language of the texts beside English. */
  readonly language?: string;
  /** Custom properties that are set on it. */
  readonly tokens?: Readonly<Record<string, string>>;
}

/** Elements that hold a session by themselves. All others stand in a `<status-messenger>`. */
const HOLDERS = new Set(['status-messenger', 'status-panel']);
const ADDRESS = { url: '/ws', 'session-id': 'abc' };

/** The code that shows it, in a framework's own way. Pure. */
export function snippet(framework: Framework, description: Description): string {
  return WRITERS[framework](description, pageMarkup(description));
}

/** The element as it stands in a page, with a session to show. */
function pageMarkup(description: Description): Markup {
  const { tag, attributes = {}, properties = {}, children = [], tokens = {} } = description;
  const style = Object.entries(tokens)
    .map(([name, value]) => `${name}: ${value}`)
    .join('; ');
  const all = { ...attributes, ...(style === '' ? {} : { style }) };
  if (HOLDERS.has(tag)) return { tag, attributes: { ...ADDRESS, ...all }, properties, children };
  const own = { tag, attributes: all, properties, children };
  return { tag: 'status-messenger', attributes: ADDRESS, children: [own] };
}

function imports({ language, ...described }: Description): readonly string[] {
  return [
    "import 'status-messenger/define';",
    ...(language === undefined ? [] : [`import 'status-messenger/words/${language}';`]),
    ...imported(described).map(({ code, from }) => `import { ${code} } from '${from}';`),
  ];
}

/** The values that come from elsewhere. */
function imported({ properties = {} }: Pick<Description, 'properties'>): readonly CodedValue[] {
  return Object.values(properties).filter(({ from }) => from !== undefined);
}

/** What a listener does: it shows what it heard. */
const HEAR = 'console.log(event)';

const WRITERS: Readonly<Record<Framework, (description: Description, markup: Markup) => string>> = {
  html(description, markup) {
    const { tag, properties = {}, listensTo } = description;
    const set = Object.entries(properties).map(([name, { code }]) => `element.${name} = ${code};`);
    const listen = listensTo ? [`element.addEventListener('${listensTo}', (event) => ${HEAR});`] : [];
    const code = [...set, ...listen];
    const find = code.length > 0 ? ['', `const element = document.querySelector('${tag}');`, ...code] : [];
    return lines(
      '<script type="module">',
      ...indent([...imports(description), ...find]),
      '</script>',
      '',
      ...writeMarkup(markup, HTML, undefined),
    );
  },

  react(description, markup) {
    return lines(
      ...imports(description),
      '',
      'export function Status() {',
      '  return (',
      ...indent(writeMarkup(markup, REACT, target(description)), 4),
      '  );',
      '}',
    );
  },

  vue(description, markup) {
    return lines(
      '<script setup>',
      ...imports(description),
      '</script>',
      '',
      '<template>',
      ...indent(writeMarkup(markup, VUE, target(description))),
      '</template>',
      '',
      '<!-- vite.config.js: vue({ template: { compilerOptions: {',
      "  isCustomElement: (tag) => tag.startsWith('status-'),",
      '} } }) -->',
    );
  },

  svelte(description, markup) {
    return lines(
      '<script>',
      ...indent(imports(description)),
      '</script>',
      '',
      ...writeMarkup(markup, SVELTE, target(description)),
    );
  },

  angular(description, markup) {
    // A template sees what its class has, and nothing else.
    const members = imported(description).map(({ code }) => `  readonly ${code} = ${code};`);
    const heard = description.listensTo ? ['  heard(event: Event) {', `    ${HEAR};`, '  }'] : [];
    const body = [...members, ...heard];
    return lines(
      "import { Component, CUSTOM_ELEMENTS_SCHEMA } from '@angular/core';",
      ...imports(description),
      '',
      '@Component({',
      "  selector: 'app-status',",
      '  schemas: [CUSTOM_ELEMENTS_SCHEMA],',
      '  template: `',
      ...indent(writeMarkup(markup, ANGULAR, target(description)), 4),
      '  `,',
      '})',
      ...(body.length > 0 ? ['export class Status {', ...body, '}'] : ['export class Status {}']),
    );
  },
};

/** The element of the markup that is described, and what is heard of it. */
function target({ tag, listensTo }: Description) {
  return { tag, listensTo };
}

const HTML: Dialect = {
  selfCloses: false,
  property: () => undefined,
  event: () => undefined,
};

const REACT: Dialect = {
  selfCloses: true,
  attribute: (name, value) => (name === 'style' && value !== true ? `style={${styleObject(value)}}` : undefined),
  property: (name, code) => `${name}={${code}}`,
  event: (name) => `on${name}={(event) => ${HEAR}}`,
};

const VUE: Dialect = {
  selfCloses: true,
  property: (name, code) => `:${name}.prop="${code.replaceAll('"', "'")}"`,
  event: (name) => `@${name}="(event) => ${HEAR}"`,
};

const SVELTE: Dialect = {
  selfCloses: false,
  property: (name, code) => `${name}={${code}}`,
  event: (name) => `on${name}={(event) => ${HEAR}}`,
};

const ANGULAR: Dialect = {
  selfCloses: true,
  property: (name, code) => `[${name}]="${code.replaceAll('"', "'")}"`,
  event: (name) => `(${name})="heard($event)"`,
};

function styleObject(style: string): string {
  const entries = style.split('; ').map((each) =>
    each
      .split(': ')
      .map((part) => `'${part}'`)
      .join(': '),
  );
  return `{ ${entries.join(', ')} }`;
}

function lines(...all: readonly string[]): string {
  return all.join('\n');
}

function indent(all: readonly string[], by = 2): readonly string[] {
  return all.map((line) => (line === '' ? line : ' '.repeat(by) + line));
}
