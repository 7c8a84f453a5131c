import assert from 'node:assert/strict';
import { test } from 'node:test';
import { minifyCss, minifyHtml, minifyInPlace } from '../../scripts/minify-text.js';

test('style sheets lose what says nothing', () => {
  const css = `
    /* Calm. */
    :host([hidden]) > [part='base'],
    li :is(.a, .b)::after {
      content: 'a  { b; }';
      margin: 0.5rem 10.25px;
      inline-size: calc(100% - 1px + 0.25em);
      --_empty: ;
    }

    @media (forced-colors: active) {
      .a > .b {
        color: CanvasText !important;
      }
    }
  `;
  const short =
    ":host([hidden])>[part=base],li :is(.a,.b)::after{content:'a  { b; }';margin:.5rem 10.25px;" +
    'inline-size:calc(100% - 1px + .25em);--_empty:}@media (forced-colors:active){.a>.b{color:CanvasText !important}}';
  assert.equal(minifyCss(css).trim(), short);
});

test('a style sheet that an expression cuts keeps the space beside it', () => {
  assert.equal(minifyCss('a { margin: calc( '), 'a{margin:calc( ');
  assert.equal(minifyCss(' + 1px); }\n'), ' + 1px)}');
});

test('the value of an attribute that is no name keeps its quotes', () => {
  assert.equal(minifyCss(`[title='a b'] [lang="1"]`), `[title='a b'] [lang="1"]`);
});

test('markup keeps a space wherever there was one', () => {
  assert.equal(minifyHtml('<b>a</b>\n    <i\n  class="b  c">d  e</i>'), '<b>a</b> <i class="b  c">d  e</i>');
  assert.equal(minifyHtml('a<!-- b -->c'), 'ac');
});

test('in a compiled module, what comes behind a style sheet stays where it was', () => {
  assert.equal(minifyInPlace('\n  a {\n    b: c;\n  }\n  d: '), ' a{b:c}\n\n\n\n  d: ');
  assert.equal(minifyInPlace(' a { b: c; } '), ' a { b: c; } ');
});
