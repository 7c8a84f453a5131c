import { expect } from '@open-wc/testing';
import { executeServerCommand } from '@web/test-runner-commands';
import '../../components/define.js';
import '../../components/words/languages/ar.js';
import type { MediaFeatures } from '../helpers/media-plugin.js';
import { PICTURES, type Picture } from '../visual/pictures.js';

/** Of the engines only this one lets a test choose a reader's preferences. */
const isChromium = 'chrome' in globalThis;
const prefer = (features: MediaFeatures) => executeServerCommand<boolean, MediaFeatures>('media', features);
const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));

/** An element in its state, in a box of its own. */
async function draw({ draw, act }: Picture, box = document.createElement('section')): Promise<Element> {
  const element = draw();
  box.append(element);
  document.body.append(box);
  for (const then of [act, undefined]) {
    if ('updateComplete' in element) await element.updateComplete;
    await frame();
    then?.(element);
  }
  if ('restore' in element && typeof element.restore === 'function') element.restore();
  await frame();
  await frame();
  return element;
}

/** All that is drawn of an element, and of what is in it. */
function drawn(root: Element): HTMLElement[] {
  const inside = [...(root.shadowRoot?.querySelectorAll<HTMLElement>('*') ?? [])];
  const visible = inside.filter((element) => element.checkVisibility() && !element.closest('.hidden'));
  return visible.flatMap((element) => [element, ...(element.shadowRoot ? drawn(element) : [])]);
}

const nameOf = (element: Element) => `${element.localName}[${element.getAttribute('part') ?? element.className}]`;

describe('What the elements look like', () => {
  before(function () {
    if (!isChromium) this.skip();
  });
  afterEach(async () => {
    for (const box of document.querySelectorAll('body > section')) box.remove();
    document.documentElement.removeAttribute('style');
    if (isChromium) await prefer({});
  });

  it('moves nothing for those who want less motion', async () => {
    await prefer({ 'prefers-reduced-motion': 'reduce' });
    const moving = new Set<string>();
    const drawings = new Map<string, Element>();
    const look = () => {
      for (const [name, element] of drawings) if (drawn(element).some(isMoving)) moving.add(name);
    };
    for (const picture of PICTURES) {
      drawings.set(picture.name, await draw(picture));
      look();
    }
    expect([...moving]).to.deep.equal([]);
    await prefer({});
    await frame();
    look();
    expect([...moving]).to.include.members(['progress-indeterminate', 'timeline-running', 'panel-running']);
  });

  it('is made of the colours that a reader has chosen for all pages, each beside one that it stands out from', async () => {
    await prefer({ 'forced-colors': 'active', 'prefers-reduced-motion': 'reduce' });
    const system = systemColors();
    for (const picture of PICTURES) {
      const element = await draw(picture);
      for (const each of drawn(element)) {
        const what = `${picture.name} ${nameOf(each)}`;
        const { color, backgroundColor, outlineColor, outlineStyle, boxShadow } = getComputedStyle(each);
        expect(system, `${what}: text`).to.include(color);
        if (outlineStyle !== 'none') expect(system, `${what}: focus`).to.include(outlineColor);
        if (!isSign(each)) continue;
        // A sign is a shape in one colour: a ground of its own, or a ring.
        const ink = boxShadow === 'none' ? backgroundColor : boxShadow.replace(/ 0px.*/, '');
        expect(system, `${what}: sign`).to.include(ink);
        expect(ink, what).not.to.equal(getComputedStyle(document.body).backgroundColor);
      }
    }
  });

  it('tells by more than a ground what can be pressed, what is chosen, what is filled and what cannot be pressed', async () => {
    await prefer({ 'forced-colors': 'active', 'prefers-reduced-motion': 'reduce' });
    const part = (element: Element, selector: string) =>
      getComputedStyle(element.shadowRoot?.querySelector(selector) as Element);
    const [choices, timeline, bar, busy] = await Promise.all(
      ['question-choices', 'timeline-running', 'progress-running', 'question-sending'].map((name) =>
        draw(PICTURES.find((picture) => picture.name === name) as Picture),
      ),
    );
    const send = part(choices as Element, '[part="send"]');
    const decline = part(choices as Element, '[part="decline"]');
    expect(send.backgroundColor).to.equal(decline.color);
    expect(send.color).not.to.equal(send.backgroundColor);
    expect(decline.borderColor).to.equal(decline.color);
    const [all, other] = ['true', 'false'].map((is) =>
      part(timeline as Element, `[part="agent"][aria-pressed="${is}"]`),
    );
    expect(all?.backgroundColor).not.to.equal(other?.backgroundColor);
    expect(all?.color).not.to.equal(all?.backgroundColor);
    const fill = part(bar as Element, '[part="fill"]');
    const track = part(bar as Element, '[part="track"]');
    expect(fill.backgroundColor).to.equal(track.borderColor);
    expect(fill.backgroundColor).not.to.equal(track.backgroundColor);
    const off = part(busy as Element, '[part="send"]');
    expect(off.borderColor).to.equal(off.color);
    expect([decline.color, off.backgroundColor]).not.to.include(off.color);
  });

  for (const dir of ['ltr', 'rtl'] as const) {
    it(`fits into 320 pixels with text of twice the size: ${dir}`, async () => {
      await prefer({ 'prefers-reduced-motion': 'reduce' });
      document.documentElement.style.fontSize = '200%';
      for (const picture of PICTURES) {
        const box = document.createElement('section');
        Object.assign(box, { dir, lang: dir === 'rtl' ? 'ar' : 'en' });
        box.style.inlineSize = '320px';
        const element = await draw(picture, box);
        const { left, right } = box.getBoundingClientRect();
        const out = drawn(element).filter((each) => {
          const rect = each.getBoundingClientRect();
          return rect.width > 0 && (rect.left < left - 1 || rect.right > right + 1 || cuts(each));
        });
        expect(out.map(nameOf), picture.name).to.deep.equal([]);
        box.remove();
      }
    });
  }

  it('ends a sentence of the server where its own language ends it, whatever the language of the page', async () => {
    const wrong: string[] = [];
    let sentences = 0;
    for (const picture of PICTURES) {
      const box = document.createElement('section');
      Object.assign(box, { dir: 'rtl', lang: 'ar' });
      box.style.inlineSize = '1200px';
      const element = await draw(picture, box);
      for (const text of drawn(element).flatMap(textsOf)) {
        if (!/^[A-Za-z].*[.?]$/.test(text.data.trim())) continue;
        const from = edgeOf(text, text.data.search(/\S/));
        const to = edgeOf(text, text.data.trimEnd().length - 1);
        sentences++;
        // In several lines the last may be a short one.
        if (from.top === to.top && to.left < from.left) wrong.push(`${picture.name}: ${text.data}`);
      }
      box.remove();
    }
    expect(wrong).to.deep.equal([]);
    expect(sentences).to.be.greaterThan(20);
  });
});

function textsOf(element: Element): Text[] {
  return [...element.childNodes].filter((node) => node instanceof Text);
}

/** Where a letter stands. */
function edgeOf(text: Text, at: number): DOMRect {
  const range = document.createRange();
  range.setStart(text, at);
  range.setEnd(text, at + 1);
  return range.getBoundingClientRect();
}

function isMoving(element: Element): boolean {
  return element.getAnimations({ subtree: true }).length > 0;
}

function isSign(element: Element): boolean {
  return element.matches('[part~="indicator"], .bullet, .chevron') && getComputedStyle(element).display !== 'none';
}

/** Whether something of it cannot be read, as it does not fit: what is to be scrolled scrolls up and down alone. */
function cuts(element: HTMLElement): boolean {
  const { overflowX, display } = getComputedStyle(element);
  return display !== 'inline' && overflowX !== 'visible' && element.scrollWidth > element.clientWidth + 1;
}

/** The colours that the browser has of the reader. */
function systemColors(): readonly string[] {
  const probe = document.createElement('span');
  document.body.append(probe);
  const names = [
    'CanvasText',
    'LinkText',
    'GrayText',
    'Highlight',
    'HighlightText',
    'ButtonText',
    'ButtonFace',
    'FieldText',
    'Canvas',
    'Field',
    'ButtonBorder',
  ];
  const colors = names.map((name) => {
    probe.style.color = name;
    return getComputedStyle(probe).color;
  });
  probe.remove();
  return colors;
}
