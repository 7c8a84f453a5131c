import { type ChannelState, type KeptMessage, openQuestion, type QuestionView } from '../../protocol/index.js';
import type { Connection } from '../session/index.js';

/** What is there to show of a session, in whatever framework. */
export interface SessionView {
  /** Connected, and nothing is missing. While it is `false`, all else is what was last known. */
  readonly isConnected: boolean;
  /** How the page stands to its server, in full. */
  readonly connection: Connection;
  /** The last messages, oldest first, within the bounds of the state (200, 64 KiB). */
  readonly messages: readonly KeptMessage[];
  /** The text of the oldest question that waits for its answer; `null` while none does. */
  readonly currentQuestion: string | null;
  /** The same with its choices or its form. */
  readonly question: QuestionView | null;
  /** The text of the last status; `''` before the first. */
  readonly currentStatus: string;
  /** The last result of each agent, by the agent's name. */
  readonly agentResults: { readonly [agent: string]: unknown };
  /** What a run that ended well came to; `null` before that. */
  readonly finalSummary: string | null;
  /** All that the session's messages add up to. */
  readonly state: ChannelState;
}

/** What there is to show. What has not changed stays the same object. Pure. */
export function sessionView(state: ChannelState, connection: Connection): SessionView {
  const question = openQuestion(state) ?? null;
  return {
    isConnected: connection.status === 'live',
    connection,
    messages: state.messages,
    currentQuestion: question?.question ?? null,
    question,
    currentStatus: state.status?.text ?? '',
    agentResults: byAgent(state.results),
    finalSummary: state.summary,
    state,
  };
}

const known = new WeakMap<ChannelState['results'], SessionView['agentResults']>();

function byAgent(results: ChannelState['results']): SessionView['agentResults'] {
  const made = known.get(results) ?? Object.fromEntries(results.map(({ agent, data }) => [agent, data]));
  known.set(results, made);
  return made;
}
