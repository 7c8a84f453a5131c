import { html, svg, type TemplateResult } from 'lit';
import { type Happening, type Sample, SPAN, type Strip } from './strip.js';

const WIDTH = 600;
const HEIGHT = 56;

/** A viewer's connection in numbers, and the last minute of it as a picture. */
export function stripView(name: string, strip: Strip, now: number): TemplateResult {
  const { position, lag, resumes, snapshots } = strip;
  const facts = [
    ['Position', position],
    ['Lag', lag],
    ['Resumes', resumes],
    ['Snapshots', snapshots],
  ] as const;
  return html`
    <div class="strip" data-viewer=${name}>
      <h3>${name === 'first' ? 'First viewer' : 'Second viewer'}</h3>
      <dl>
        ${facts.map(
          ([label, value]) =>
            html`<div><dt>${label}</dt><dd data-fact=${label.toLowerCase()}>${value.toLocaleString('en')}</dd></div>`,
        )}
      </dl>
      <svg viewBox="0 0 ${WIDTH} ${HEIGHT}" preserveAspectRatio="none" aria-hidden="true">${picture(strip, now)}</svg>
    </div>
  `;
}

const x = (at: number, now: number) => WIDTH * (1 - (now - at) / SPAN);

function picture({ samples, marks }: Strip, now: number) {
  const most = Math.max(10, ...samples.map(({ lag }) => lag));
  const y = (lag: number) => HEIGHT - 3 - (lag / most) * (HEIGHT - 14);
  const area = samples.map(({ at, lag }) => `${x(at, now).toFixed(1)},${y(lag).toFixed(1)}`);
  const [first, last] = [samples.at(0), samples.at(-1)];
  const closed =
    first && last
      ? [`${x(first.at, now).toFixed(1)},${HEIGHT}`, ...area, `${x(last.at, now).toFixed(1)},${HEIGHT}`]
      : [];
  return svg`
    ${gaps(samples).map(([from, to]) => svg`<rect class="gap" x=${x(from, now)} y="0" width=${Math.max(1, x(to, now) - x(from, now))} height=${HEIGHT} />`)}
    <polygon class="lag" points=${closed.join(' ')} />
    <polyline class="lag-line" points=${area.join(' ')} />
    ${marks.map(({ at, kind }) => svg`<line class=${kind satisfies Happening} x1=${x(at, now)} x2=${x(at, now)} y1="0" y2=${HEIGHT} />`)}
  `;
}

/** From when to when there was no connection. */
function gaps(samples: readonly Sample[]): readonly (readonly [number, number])[] {
  const found: [number, number][] = [];
  let last: [number, number] | undefined;
  for (const { at, status } of samples) {
    if (status === 'live' || status === 'ended') {
      if (last) last[1] = at;
      last = undefined;
    } else if (last) last[1] = at;
    else {
      last = [at, at];
      found.push(last);
    }
  }
  return found;
}
