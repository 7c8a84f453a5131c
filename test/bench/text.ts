const LINE = 'Reading chapter of the great book of statuses, page ';

/** The status that a server under test sends: a line of usual length, its number in its session, and when it was published. */
export function benchText(index: number): string {
  return `${LINE}${index}@${process.hrtime.bigint()}`;
}

/** The number of a status in its session. */
export function indexOf(text: string): number {
  const index = Number(text.slice(LINE.length, text.indexOf('@')));
  if (!text.startsWith(LINE) || !Number.isInteger(index))
    throw new Error(`got "${text}", expected a status of the bench`);
  return index;
}

const AT = '@'.charCodeAt(0);
const ZERO = '0'.charCodeAt(0);

/** When the status in a frame was published: nanoseconds of the clock that all processes of a machine share. Read without making a text of it. */
export function publishedAt(data: Buffer, start: number, end: number): number {
  let at = data.indexOf(AT, start) + 1;
  if (at === 0 || at >= end)
    throw new Error(`got "${data.toString('utf8', start, end)}", expected a status of the bench`);
  let time = 0;
  for (; at < end; at++) {
    const digit = (data[at] ?? 0) - ZERO;
    if (digit < 0 || digit > 9) break;
    time = time * 10 + digit;
  }
  return time;
}
