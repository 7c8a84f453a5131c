import { hasEnded, type Phase, type ProgressView } from '../../protocol/index.js';
import { timeTaken } from '../known-time.js';
import type { Formats, Locale } from '../words/index.js';
import { type Pace, speed, timeLeft } from './pace.js';
import type { Tracked } from './tracked.js';

/** What is said of a progress. Texts are empty where there is nothing to say. */
export interface BarView {
  readonly label: string;
  readonly phase: Phase;
  /** The run, or the step, is over, and nobody ever said how far it was. */
  readonly isUntold: boolean;
  /** How much is done, from 0 to 1; `undefined` where nobody knows. */
  readonly share: number | undefined;
  /** The same in whole percents: a hundred only of what is whole. */
  readonly done: number | undefined;
  /** How it stands, where it does not simply go on. */
  readonly status: string;
  readonly percent: string;
  /** The bar in words. */
  readonly valueText: string;
  readonly message: string;
  readonly amount: string;
  readonly rate: string;
  readonly elapsed: string;
  readonly remaining: string;
}

/** What to show. `until`: up to when it is known what goes on, in the server's time; `isStale`: that is all that is known. Pure. */
export function barView(
  tracked: Tracked,
  pace: Pace,
  until: number | undefined,
  isStale: boolean,
  { words, formats }: Locale,
): BarView {
  const { phase, progress } = tracked;
  const share = shareOf(tracked);
  const status = phase === 'running' ? '' : words[phase];
  const done = share === undefined ? undefined : Math.floor(share * 100 + 1e-9);
  const percent = done === undefined || phase === 'completed' ? '' : formats.percent(done / 100);
  const amount = amountText(progress, words.ofTotal, formats);
  const time = timeTaken(tracked, until);
  // How it goes on is known only of what goes on.
  const perMs = phase !== 'running' || isStale || until === undefined ? undefined : speed(pace, until);
  const left = perMs === undefined || share === undefined ? undefined : timeLeft(progress, perMs, until ?? 0);
  const clock = time === undefined ? '' : formats.clock(time);
  return {
    label: tracked.label || words.progress,
    phase,
    isUntold: hasEnded(phase) && Object.keys(progress).length === 0,
    share,
    done,
    status,
    percent,
    valueText: [status, percent, amount].filter(Boolean).join(', '),
    message: messageText(tracked),
    amount,
    rate: perMs === undefined || amount === '' ? '' : rateText(perMs, progress.unit, words, formats),
    elapsed: clock === '' || hasEnded(phase) ? clock : words.elapsed(clock),
    remaining: left === undefined ? '' : words.remaining(formats.span(roughly(left))),
  };
}

/** What the server said of it. Where that was nothing, what is done is done whole. */
function shareOf({ phase, progress: { value, max } }: Tracked): number | undefined {
  const isKnown = value !== undefined && max !== undefined && max > 0;
  if (isKnown) return Math.min(1, Math.max(0, value / max));
  return phase === 'completed' ? 1 : undefined;
}

function messageText({ phase, label, progress, step, error }: Tracked): string {
  if (phase === 'failed') return error;
  if (hasEnded(phase)) return '';
  return progress.message ?? (step !== undefined && progress.label !== label ? (progress.label ?? '') : '');
}

/** `3 of 10 pages`. Of shares of one or of a hundred the percentage says it all. */
function amountText(
  { value, max, unit }: ProgressView,
  ofTotal: (value: string, max: string) => string,
  formats: Formats,
): string {
  if (value === undefined) return '';
  if (max === undefined || max <= 0) return withUnit(formats.number(value), unit);
  if (unit === undefined && (max === 1 || max === 100)) return '';
  return ofTotal(formats.number(value), withUnit(formats.number(max), unit));
}

/** In two digits: more would be made up. What is slower than one a second is counted by the minute. */
function rateText(perMs: number, unit: string | undefined, words: Locale['words'], formats: Formats): string {
  const perSecond = perMs * 1000;
  const isSlow = perSecond < 1;
  const amount = Number((isSlow ? perSecond * 60 : perSecond).toPrecision(2));
  const text = withUnit(formats.number(amount), unit);
  return isSlow ? words.perMinute(text) : words.perSecond(text);
}

function withUnit(amount: string, unit: string | undefined): string {
  return unit ? `${amount} ${unit}` : amount;
}

/** A time that is only estimated is not counted by the second. */
function roughly(ms: number): number {
  return ms <= 10_000 ? ms : Math.ceil(ms / 5000) * 5000;
}
