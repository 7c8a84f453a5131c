import { isDeepStrictEqual } from 'node:util';
import type { Ack, ChannelState, Message, Outcome } from '../../protocol/index.js';
import type { Entry } from './journal.js';
import { questionNumber } from './messages.js';

/** What a page answered to a question, and what it was told of that. */
export interface Answered {
  readonly questionId: string;
  /** What it answered, which nobody else ever does; `undefined` where it declined to. */
  readonly value: string | undefined;
  readonly acks: readonly Pick<Ack, 'accepted' | 'reason'>[];
  /** Nobody waits for the server's word any more. */
  readonly orphaned?: true;
}

/** What a run has to show of its questions. */
export interface Talk {
  /** The messages of each log, in the order of their beginnings. */
  readonly logs: readonly (readonly Message[])[];
  /** What each server wrote down, in the order of their beginnings. */
  readonly journals: readonly (readonly Entry[])[];
  readonly answers: readonly Answered[];
  /** What pages show in the end, each at the head of the last log. */
  readonly pages: ReadonlyArray<{ readonly name: string; readonly state: Pick<ChannelState, 'questions'> }>;
  /** The log outlives its server. */
  readonly durable: boolean;
}

interface End {
  readonly outcome: Outcome;
  readonly answer?: unknown;
  /** Where in its log. */
  readonly at: number;
  /** Nobody said how it ended: its run was over. */
  readonly byRun?: true;
}

/** A question as it stands in a log. */
interface Asked {
  readonly id: string;
  readonly number: number;
  readonly log: readonly Message[];
  readonly isKeyed: boolean;
  readonly ends: End[];
}

/** What a page hears of a question that nothing is known of any more. */
const UNKNOWN = 'no such question is open';

/**
 * What questions are promised. Each is asked once in its run, whatever server asks it, and ends once. The answer that was acknowledged as accepted is that end,
 * no other answer was accepted, and none was carried out twice. Whoever asked was told that end and nothing else, a server that took the question up later
 * included; and every page shows it.
 */
export function checkQuestions({ logs, journals, answers, pages, durable }: Talk): string[] {
  const wrongs: string[] = [];
  const asked = new Map<string, Asked>();
  for (const log of logs) {
    for (const question of questionsIn(log, wrongs)) asked.set(question.id, question);
  }
  const lost = (log: unknown) => !durable && log !== logs.at(-1);
  for (const question of asked.values()) {
    wrongs.push(
      ...checkEnd(question, lost(question.log), answers),
      ...checkTold(question, journals, lost(question.log)),
    );
  }
  for (const answer of answers) wrongs.push(...checkAnswer(answer, asked.get(answer.questionId), lost));
  const carriedOut = [...asked.values()].flatMap(({ ends }) => ends.map(({ answer }) => answer));
  for (const { value } of answers) {
    const times = carriedOut.filter((answer) => value !== undefined && answer === value).length;
    if (times > 1) wrongs.push(`the answer ${value} was carried out ${times} times`);
  }
  for (const journal of journals) wrongs.push(...checkJournal(journal, [...asked.values()]));
  for (const page of pages) wrongs.push(...checkPage(page, logs.at(-1), asked));
  return wrongs;
}

/** The questions of a log, and how they ended by its messages: not by what those are folded to. */
function questionsIn(log: Asked['log'], wrongs: string[]): Asked[] {
  const questions = new Map<string, Asked>();
  for (const [at, message] of log.entries()) {
    const data = message.data as { [field: string]: unknown };
    if (message.type === 'question') {
      const number = questionNumber(data.question);
      if (number === undefined) continue;
      const id = String(data.questionId);
      if (questions.has(id)) wrongs.push(`question ${number} was asked twice as ${id}`);
      questions.set(id, { id, number, log, isKeyed: id.startsWith('key.'), ends: [] });
    } else if (message.type === 'answered') {
      const { outcome, answer } = data as { readonly outcome: Outcome; readonly answer?: unknown };
      questions.get(String(data.questionId))?.ends.push({ outcome, answer, at });
    } else if (endsRun(message)) {
      for (const { ends } of questions.values()) {
        if (ends.length === 0) ends.push({ outcome: 'cancelled', at, byRun: true });
      }
    }
  }
  return [...questions.values()];
}

function checkEnd({ id, number, ends }: Asked, isLost: boolean, answers: readonly Answered[]): string[] {
  const what = `question ${number} (${id})`;
  const [end] = ends;
  const wrongs: string[] = [];
  if (ends.length > 1) wrongs.push(`${what} ended ${ends.length} times: ${JSON.stringify(ends)}`);
  if (!end && !isLost) wrongs.push(`${what} never ended`);
  const given = answers.filter(({ questionId }) => questionId === id);
  const accepted = given.filter(({ acks }) => acks[0]?.accepted);
  if (accepted.length > 1) wrongs.push(`${accepted.length} answers to ${what} were accepted`);
  const isByPage = end?.outcome === 'answered' || end?.outcome === 'declined';
  const from = given.filter(({ value }) => value === end?.answer);
  if (isByPage && !isLost && !from.some(({ acks, orphaned }) => acks[0]?.accepted || orphaned)) {
    wrongs.push(
      `${what} was ${end.outcome}${end.answer ? ` with ${end.answer}` : ''}, and no page was told that it was accepted`,
    );
  }
  return wrongs;
}

/** What its page was told of an answer is what became of the question. */
function checkAnswer(
  { questionId, value, acks }: Answered,
  question: Asked | undefined,
  lost: (log: unknown) => boolean,
): string[] {
  const what = value === undefined ? `that ${questionId} was declined` : `the answer ${value} to ${questionId}`;
  if (!question) return [`${what}: there is no such question`];
  const [end] = question.ends;
  const isIt = end?.outcome === (value === undefined ? 'declined' : 'answered') && end.answer === value;
  return acks.flatMap(({ accepted, reason }) => {
    if (accepted) return isIt ? [] : [`${what} was accepted, and the question has ended as ${JSON.stringify(end)}`];
    // Of what was in a log that is lost nothing is known any more.
    if (reason === UNKNOWN && lost(question.log)) return [];
    if (value !== undefined && isIt) return [`${what} was refused (${reason}), and carried out`];
    const isReason = reason === end?.outcome || (reason === UNKNOWN && end?.byRun);
    return isReason ? [] : [`${what} was refused (${reason}), and the question has ended as ${JSON.stringify(end)}`];
  });
}

/** Somebody was told the answer, unless everybody who asked was gone first, and nobody could ask for it again. */
function checkTold({ id, number, log, isKeyed, ends }: Asked, journals: Talk['journals'], isLost: boolean): string[] {
  const [end] = ends;
  if (end?.outcome !== 'answered') return [];
  const entries = journals.flat();
  if (entries.some((entry) => 'told' in entry && entry.told === number && entry.answer === end.answer)) return [];
  const isInterrupted = journals.some((journal) => times(journal, 'asks', number) > times(journal, 'told', number));
  const isRunOver = log.slice(end.at).some(endsRun);
  if (isInterrupted && (isLost || !isKeyed || isRunOver)) return [];
  return [`question ${number} (${id}) was answered with ${String(end.answer)}, and nobody was told who asked`];
}

/** What those who asked were told stood in the log before. */
function checkJournal(journal: readonly Entry[], asked: readonly Asked[]): string[] {
  const wrongs: string[] = [];
  const stored = new Set<unknown>();
  for (const entry of journal) {
    if ('frame' in entry) stored.add(JSON.parse(entry.frame).id);
    if (!('told' in entry)) continue;
    const { told, outcome, answer } = entry;
    const ends = asked.flatMap(({ number, ends, log }) =>
      number === told ? ends.slice(0, 1).map((end) => ({ ...end, position: log[end.at]?.id })) : [],
    );
    const those = ends.filter((end) => end.outcome === outcome && isDeepStrictEqual(end.answer, answer));
    const text = `question ${told}: whoever asked was told ${outcome} ${String(answer ?? '')}`;
    if (those.length === 0) wrongs.push(`${text}, and it ended as ${JSON.stringify(ends)}`);
    else if (!those.some(({ position }) => stored.has(position))) wrongs.push(`${text} before it stood in the log`);
  }
  const numbers = new Set(journal.flatMap((entry) => ('told' in entry ? [entry.told] : [])));
  for (const number of numbers) {
    const [asks, told] = [times(journal, 'asks', number), times(journal, 'told', number)];
    if (told > asks) wrongs.push(`question ${number} was asked ${asks} times by a server, and told of ${told} times`);
  }
  return wrongs;
}

/** A page shows how each question ended that it still shows. */
function checkPage({ name, state }: Talk['pages'][number], log: unknown, asked: ReadonlyMap<string, Asked>): string[] {
  return state.questions.flatMap(({ id, question, status, answer }) => {
    if (questionNumber(question) === undefined) return [];
    const known = asked.get(id);
    const [end] = known?.ends ?? [];
    if (known?.log !== log) return [`page ${name} shows ${id}, which is not in the log`];
    const isIt = status === (end?.outcome ?? 'open') && answer === end?.answer;
    return isIt
      ? []
      : [`page ${name} shows ${id} as ${status} ${String(answer ?? '')}, and it ended as ${JSON.stringify(end)}`];
  });
}

function endsRun({ type, data }: Message): boolean {
  return type === 'complete' || (type === 'error' && (data as { readonly fatal?: unknown }).fatal === true);
}

function times(journal: readonly Entry[], what: 'asks' | 'told', number: number): number {
  return journal.filter(
    (entry) => (what === 'asks' ? 'asks' in entry && entry.asks : 'told' in entry && entry.told) === number,
  ).length;
}
