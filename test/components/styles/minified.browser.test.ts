import { expect } from '@open-wc/testing';
import type { CSSResult, CSSResultGroup, LitElement } from 'lit';
import * as kit from '../../../components/index.js';
import { minifyCss, minifyInPlace } from '../../../scripts/minify-text.js';

/** What an engine understands of a style sheet. Custom properties it keeps as they are written, whatever the spelling. */
function rulesOf(css: string): readonly string[] {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(css);
  return [...sheet.cssRules].map(({ cssText }) => cssText.replace(/([,:])\s+/g, '$1').replace(/\b0\./g, '.'));
}

function textsOf(styles: CSSResultGroup | undefined): readonly string[] {
  return [styles ?? []].flat(10).map((style) => (style as CSSResult).cssText);
}

const elements = Object.entries(kit).filter(([name]) => name.endsWith('Element')) as Array<[string, typeof LitElement]>;

for (const [name, element] of elements) {
  it(`the styles of ${name} mean the same when they are minified`, () => {
    const texts = textsOf(element.styles);
    for (const text of texts) {
      expect(rulesOf(minifyCss(text))).to.deep.equal(rulesOf(text));
      expect(rulesOf(minifyInPlace(text))).to.deep.equal(rulesOf(text));
    }
    if (name !== 'CompanionElement') expect(texts).not.to.have.length(0);
  });
}
