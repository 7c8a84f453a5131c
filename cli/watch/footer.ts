import type { Connection } from '../../components/session/index.js';
import { type ChannelState, openQuestion, type Phase, type ProgressView } from '../../protocol/index.js';
import { clipColumns } from '../output/columns.js';
import type { Colour, Paint } from '../output/paint.js';
import { plainText } from '../output/plain-text.js';
import { spanText } from '../output/span.js';

/** The times that a footer speaks of, in milliseconds since 1970: here, and on the server. */
export interface Now {
  readonly here: number;
  readonly server: number;
}

export interface FooterStyle {
  readonly columns: number;
  readonly paint: Paint;
}

const PHASES: { readonly [P in Phase]: readonly [text: string, colour: Colour] } = {
  idle: ['nothing yet', 'dim'],
  running: ['running', 'cyan'],
  waiting: ['waiting for an answer', 'yellow'],
  completed: ['completed', 'green'],
  failed: ['failed', 'red'],
  cancelled: ['stopped', 'yellow'],
};

/** The lines below all others: how the run is, and how the connection is where it is not live. Pure; no line has more columns than there are. */
export function footer(
  state: ChannelState,
  connection: Connection,
  now: Now,
  { columns, paint }: FooterStyle,
): readonly string[] {
  const [phase, colour] = PHASES[state.phase];
  const text = [phase, takenText(state, connection, now), amountText(state.progress), nowText(state)];
  const run = clipColumns(text.filter((part) => part !== '').join(' · '), columns);
  const trouble = connectionText(connection, state, now);
  if (trouble === '') return [paint(colour, run)];
  return [paint('dim', run), paint('yellow', clipColumns(trouble, columns))];
}

/** How the connection is; empty while it is live. */
export function connectionText(connection: Connection, { messages }: ChannelState, { here }: Now): string {
  const mark = messages.length > 0 ? '; what stands above is what was last known' : '';
  switch (connection.status) {
    case 'reconnecting': {
      const since = `no connection for ${spanText(here - connection.since)} (${plainText(connection.reason)})`;
      const wait = connection.retryAt === undefined ? 0 : connection.retryAt - here;
      return `${since}${mark}; ${wait > 0 ? `trying again in ${spanText(Math.ceil(wait / 1000) * 1000)}` : 'trying again'}`;
    }
    case 'offline':
      return `no network${mark}`;
    case 'refused':
      return `refused with ${connection.code}: ${plainText(connection.reason)}`;
    case 'connecting':
      return 'connecting';
    default:
      return '';
  }
}

/** How long the run has taken: while the connection is lost, as long as it is known to. */
function takenText({ startedAt, endedAt }: ChannelState, connection: Connection, { here, server }: Now): string {
  if (startedAt === undefined) return '';
  const lostFor = connection.status === 'reconnecting' || connection.status === 'offline' ? here - connection.since : 0;
  return spanText((endedAt ?? server - lostFor) - startedAt);
}

function amountText(progress: ProgressView | null): string {
  const { value, max, unit = '' } = progress ?? {};
  if (value === undefined) return '';
  const amount = plainText(`${value}${max === undefined ? '' : ` of ${max}`} ${unit}`);
  return max === undefined || !(max > 0) ? amount : `${Math.floor((Math.min(value, max) / max) * 100)} % (${amount})`;
}

/** What goes on now: what is asked, or else the innermost step. What was said stands above. */
function nowText(state: ChannelState): string {
  const question = openQuestion(state)?.question;
  const step = state.steps.findLast(({ status }) => status === 'running')?.label;
  return plainText((question ?? step ?? '').slice(0, 500));
}
