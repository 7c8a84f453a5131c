import '../../components/define.js';
import '../../components/words/languages/ar.js';
import { PICTURES } from './pictures.js';

/** Where a picture stands in the page, in pixels. */
export interface Box {
  readonly name: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Puts all pictures into the page, each in a box of its own. Answers where they are. */
async function drawAll(): Promise<readonly Box[]> {
  for (const { name, width, isDark, lang, draw, act } of PICTURES) {
    const box = document.createElement('section');
    Object.assign(box, { id: name, lang: lang ?? 'en', dir: lang ? 'rtl' : 'ltr' });
    box.style.width = `${width}px`;
    box.style.colorScheme = isDark ? 'dark' : 'light';
    document.body.append(box);
    const element = draw();
    box.append(element);
    await updated(element);
    act?.(element);
    await updated(element);
    if ('restore' in element && typeof element.restore === 'function') element.restore();
  }
  await frames(3);
  const boxes = [...document.querySelectorAll('section')];
  return boxes.map(({ id, offsetLeft, offsetTop, offsetWidth, offsetHeight }) => ({
    name: id,
    x: offsetLeft,
    y: offsetTop,
    width: offsetWidth,
    height: offsetHeight,
  }));
}

async function updated(element: Element): Promise<void> {
  if ('updateComplete' in element) await element.updateComplete;
  await frames(1);
  if ('updateComplete' in element) await element.updateComplete;
}

async function frames(count: number): Promise<void> {
  for (let i = 0; i < count; i++) await new Promise((resolve) => requestAnimationFrame(resolve));
}

Object.assign(globalThis, { drawAll });
