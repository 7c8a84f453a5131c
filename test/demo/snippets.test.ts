import assert from 'node:assert/strict';
import { test } from 'node:test';
import { snippet } from '../../demo/code/snippets.js';

const controls = { tag: 'status-controls', attributes: { confirm: true }, listensTo: 'cancel' } as const;
const timeline = { tag: 'status-timeline', properties: { agents: { value: ['A'], code: "['A']" } } };

test('in HTML, an element stands in a messenger, and what no attribute says is set by a script', () => {
  assert.equal(
    snippet('html', { ...timeline, listensTo: 'agentschange' }),
    `<script type="module">
  import 'status-messenger/define';

  const element = document.querySelector('status-timeline');
  element.agents = ['A'];
  element.addEventListener('agentschange', (event) => console.log(event));
</script>

<status-messenger url="/ws" session-id="abc">
  <status-timeline></status-timeline>
</status-messenger>`,
  );
});

test('in React', () => {
  assert.equal(
    snippet('react', controls),
    `import 'status-messenger/define';

export function Status() {
  return (
    <status-messenger url="/ws" session-id="abc">
      <status-controls confirm oncancel={(event) => console.log(event)} />
    </status-messenger>
  );
}`,
  );
  assert.match(snippet('react', timeline), /<status-timeline agents=\{\['A'\]\} \/>/);
});

test('in Vue', () => {
  assert.equal(
    snippet('vue', controls),
    `<script setup>
import 'status-messenger/define';
</script>

<template>
  <status-messenger url="/ws" session-id="abc">
    <status-controls confirm @cancel="(event) => console.log(event)" />
  </status-messenger>
</template>

<!-- vite.config.js: vue({ template: { compilerOptions: {
  isCustomElement: (tag) => tag.startsWith('status-'),
} } }) -->`,
  );
  const markdown = { tag: 'status-results', properties: { renderMarkdown: { value: null, code: 'renderMarkdown' } } };
  assert.match(snippet('vue', markdown), /:renderMarkdown\.prop="renderMarkdown"/);
});

test('in Svelte', () => {
  assert.equal(
    snippet('svelte', controls),
    `<script>
  import 'status-messenger/define';
</script>

<status-messenger url="/ws" session-id="abc">
  <status-controls confirm oncancel={(event) => console.log(event)}></status-controls>
</status-messenger>`,
  );
});

test('in Angular', () => {
  assert.equal(
    snippet('angular', controls),
    `import { Component, CUSTOM_ELEMENTS_SCHEMA } from '@angular/core';
import 'status-messenger/define';

@Component({
  selector: 'app-status',
  schemas: [CUSTOM_ELEMENTS_SCHEMA],
  template: \`
    <status-messenger url="/ws" session-id="abc">
      <status-controls confirm (cancel)="heard($event)" />
    </status-messenger>
  \`,
})
export class Status {
  heard(event: Event) {
    console.log(event);
  }
}`,
  );
  assert.match(snippet('angular', timeline), /\[agents\]="\['A'\]"[\s\S]*export class Status \{\}$/);
});

test('what holds a session has the address itself, and what stands in it is written in it', () => {
  const panel = {
    tag: 'status-panel',
    attributes: { variant: 'compact' },
    children: [
      { tag: 'status-controls', attributes: { slot: 'controls', confirm: true } },
      { tag: 'p', children: ['A < B & C'] },
    ],
  } as const;
  assert.match(
    snippet('svelte', panel),
    /<status-panel url="\/ws" session-id="abc" variant="compact">\n {2}<status-controls slot="controls" confirm><\/status-controls>\n {2}<p>A &lt; B &amp; C<\/p>\n<\/status-panel>$/,
  );
});

test('tokens are a style, in React as an object, and a language is imported', () => {
  const dark = {
    tag: 'status-progress',
    tokens: { '--status-accent': '#ff0000', '--status-gap': '1rem' },
    language: 'de',
  };
  assert.match(snippet('html', dark), /style="--status-accent: #ff0000; --status-gap: 1rem"/);
  assert.match(snippet('html', dark), /import 'status-messenger\/words\/de';/);
  assert.match(snippet('react', dark), /style=\{\{ '--status-accent': '#ff0000', '--status-gap': '1rem' \}\}/);
});

test('a tag that is long has its attributes in lines of their own', () => {
  const long = {
    tag: 'status-progress',
    attributes: { step: 'A step whose name is longer than what fits well into a line of code' },
  };
  assert.match(snippet('html', long), /\n {2}<status-progress\n {4}step="A step[^"]*"\n {2}><\/status-progress>\n/);
  assert.match(snippet('angular', long), /\n {6}<status-progress\n {8}step="A step[^"]*"\n {6}\/>\n/);
});

test('a value cannot leave its attribute', () => {
  const odd = { tag: 'status-progress', attributes: { step: '"><script>' } };
  assert.match(snippet('html', odd), /step="&quot;>&lt;script>"/);
});
