/** How a language writes numbers, spans of time and moments. One for each language, since formatters are slow to make. */
export class Formats {
  static readonly #all = new Map<string, Formats>();
  readonly #language: string;
  readonly #numbers = new Map<string, Intl.NumberFormat>();
  #ago: Intl.RelativeTimeFormat | undefined;
  readonly #times = new Map<string, Intl.DateTimeFormat>();
  #list: Intl.ListFormat | undefined;

  private constructor(language: string) {
    this.#language = language;
  }

  /** What is no language tag is written as English. */
  static of(language: string): Formats {
    let formats = Formats.#all.get(language);
    if (!formats) {
      formats = new Formats(isLanguage(language) ? language : 'en');
      Formats.#all.set(language, formats);
    }
    return formats;
  }

  /** What has more than fifteen digits is written by its powers of ten. */
  number(value: number): string {
    return Math.abs(value) < 1e15
      ? this.#number('number', {}).format(value)
      : this.#number('large', { notation: 'scientific', maximumFractionDigits: 3 }).format(value);
  }

  /** `0.123` as `12%`. */
  percent(share: number): string {
    return this.#number('percent', { style: 'percent' }).format(share);
  }

  /** A span as a clock shows it: `0:07`, `12:34`, `1:02:03`. */
  clock(ms: number): string {
    const seconds = Math.max(0, Math.floor(ms / 1000));
    const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
    const shown = parts[0] === 0 ? parts.slice(1) : parts;
    const first = this.#number('first', { useGrouping: false });
    const rest = this.#number('rest', { useGrouping: false, minimumIntegerDigits: 2 });
    return shown.map((part, i) => (i === 0 ? first : rest).format(part)).join(':');
  }

  /** A span in its largest fitting unit: `7 sec`, `3 min`, `2 hr`. For what counts down; hence rounded up. */
  span(ms: number): string {
    const [value, unit] = inUnit(Math.max(0, Math.ceil(ms / 1000)), Math.ceil);
    return this.#number(unit, { style: 'unit', unit, unitDisplay: 'short' }).format(value);
  }

  /** How long ago something was: `5 seconds ago`. */
  ago(ms: number): string {
    this.#ago ??= new Intl.RelativeTimeFormat(this.#language, { numeric: 'always' });
    const [value, unit] = inUnit(Math.max(0, Math.round(ms / 1000)), Math.round);
    return this.#ago.format(-value, unit);
  }

  /** A span in its two largest units: `7s`, `12m 34s`, `1h 2m`. For what is over, or ticks; hence rounded down. */
  duration(ms: number): string {
    const seconds = Math.max(0, Math.floor(ms / 1000));
    const parts: ReadonlyArray<readonly [number, Unit]> = [
      [Math.floor(seconds / 86_400), 'day'],
      [Math.floor(seconds / 3600) % 24, 'hour'],
      [Math.floor(seconds / 60) % 60, 'minute'],
      [seconds % 60, 'second'],
    ];
    const largest = seconds === 0 ? parts.length - 1 : parts.findIndex(([value]) => value > 0);
    const narrow = ([value, unit]: readonly [number, Unit]) =>
      this.#number(`narrow ${unit}`, { style: 'unit', unit, unitDisplay: 'narrow' }).format(value);
    return parts
      .slice(largest, largest + 2)
      .map(narrow)
      .join(' ');
  }

  /** The time of day: `14:05:09`; where nobody knows the time zone, that at Greenwich. */
  time(at: number | Date, isGreenwich = false): string {
    const zone = isGreenwich ? { timeZone: 'UTC' } : {};
    return this.#time(`time ${isGreenwich}`, { timeStyle: 'medium', ...zone }).format(at);
  }

  /** The time of day, and of another day than that of `now` the date, too: `Nov 28, 14:05`. */
  timeOf(at: Date, now: Date): string {
    if (at.toDateString() === now.toDateString()) return this.time(at);
    const year = at.getFullYear() === now.getFullYear() ? {} : ({ year: 'numeric' } as const);
    const format = { month: 'short', day: 'numeric', hour: 'numeric', minute: '2-digit', ...year } as const;
    return this.#time(`date ${year.year}`, format).format(at);
  }

  /** The date and the time of day in full. */
  moment(at: Date): string {
    return this.#time('moment', { dateStyle: 'full', timeStyle: 'medium' }).format(at);
  }

  /** `a, b and c`. */
  list(items: readonly string[]): string {
    this.#list ??= new Intl.ListFormat(this.#language);
    return this.#list.format(items);
  }

  #time(key: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
    let format = this.#times.get(key);
    if (!format) {
      format = new Intl.DateTimeFormat(this.#language, options);
      this.#times.set(key, format);
    }
    return format;
  }

  #number(key: string, options: Intl.NumberFormatOptions): Intl.NumberFormat {
    let format = this.#numbers.get(key);
    if (!format) {
      format = new Intl.NumberFormat(this.#language, options);
      this.#numbers.set(key, format);
    }
    return format;
  }
}

type Unit = 'second' | 'minute' | 'hour' | 'day';

/** One and a half of a unit is where it begins to be used: before that the smaller one tells more. */
function inUnit(seconds: number, round: (value: number) => number): [number, Unit] {
  if (seconds < 90) return [seconds, 'second'];
  if (seconds < 5400) return [round(seconds / 60), 'minute'];
  if (seconds < 129_600) return [round(seconds / 3600), 'hour'];
  return [round(seconds / 86_400), 'day'];
}

function isLanguage(tag: string): boolean {
  try {
    return Intl.NumberFormat.supportedLocalesOf(tag).length > 0;
  } catch {
    return false;
  }
}
