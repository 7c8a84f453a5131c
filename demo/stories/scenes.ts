import {
  answered,
  begin,
  complete,
  fail,
  failStep,
  finish,
  progress,
  question,
  result,
  status,
  tool,
  toolDone,
} from './says.js';
import type { StorySession } from './session.js';

/** A report that three agents work on: the beginning of most stories. */
export const REPORT = {
  question: 'Which figures go into the report?',
  summary: 'The report has 14 pages and 9 charts. Revenue grew by 12 %; two regions are below plan.',
  error: 'The archive of 2024 could not be opened: the password is wrong.',
};

/** Two of three agents are done or at work: steps, a tool, a question that was answered, progress. */
export function underWay(session: StorySession): void {
  const researcher = { agent: 'Researcher' };
  const analyst = { agent: 'Analyst' };
  session.ago(94, status('Collecting what there is…', researcher), begin('collect', 'Collecting', researcher));
  session.ago(90, tool('search', 'Searching the archive', { ...researcher, parent: 'collect' }));
  session.ago(83, toolDone('search'), begin('sort', 'Sorting 48 documents', { ...researcher, parent: 'collect' }));
  session.ago(74, finish('sort'), finish('collect'));
  session.ago(73, question({ questionId: 'figures', question: REPORT.question }, analyst));
  session.ago(51, answered('figures', { answer: 'Revenue and returns, by region', by: 'Ada' }));
  session.ago(50, begin('analyse', 'Analysing', analyst), status('Reading the figures of five regions…', analyst));
  session.ago(49, begin('north', 'North', { ...analyst, parent: 'analyse' }));
  session.ago(38, finish('north'), begin('south', 'South', { ...analyst, parent: 'analyse' }));
  session.ago(21, finish('south'), begin('west', 'West', { ...analyst, parent: 'analyse' }));
  for (const [ago, value] of [
    [36, 9],
    [28, 15],
    [20, 21],
    [11, 27],
    [3, 31],
  ] as const) {
    session.ago(ago, progress({ label: 'Documents', value, max: 48, unit: 'documents' }));
  }
  session.ago(2, status('Comparing West with last year…', analyst));
}

export const RESULTS = {
  Analyst: {
    revenue: {
      total: 48_200_000,
      change: '+12 %',
      byRegion: { North: 14.1, South: 11.8, West: 9.6, East: 7.4, Abroad: 5.3 },
    },
    returns: ['North 2.1 %', 'South 1.8 %', 'West 4.9 %'],
    belowPlan: ['West', 'East'],
    isComplete: true,
  },
  Writer:
    'Revenue grew by 12 % over last year. West and East stay below plan: West because of returns, East because two shops opened later than planned.',
};

/** All of it, to a good end. */
export function done(session: StorySession): void {
  underWay(session);
  session.say(finish('west'), finish('analyse'), result('Analyst', RESULTS.Analyst), result('Writer', RESULTS.Writer));
  session.say(progress({ label: 'Documents', value: 48, max: 48, unit: 'documents' }), complete(REPORT.summary));
}

/** As far as it got. */
export function failed(session: StorySession): void {
  underWay(session);
  session.say(failStep('west', REPORT.error), failStep('analyse', REPORT.error), fail(REPORT.error));
}

/** A whole run, as it happens, with a question in the middle. It goes on when that is answered. */
export async function wholeRun(session: StorySession): Promise<void> {
  const researcher = { agent: 'Researcher' };
  const analyst = { agent: 'Analyst' };
  session.say(status('Collecting what there is…', researcher), begin('collect', 'Collecting', researcher));
  for (let read = 0; read <= 48; read += 6) {
    session.say(progress({ label: 'Documents', value: read, max: 48, unit: 'documents' }));
    session.say(status(`Reading document ${Math.max(1, read)} of 48`, researcher));
    await session.wait(450);
  }
  session.say(finish('collect'), begin('analyse', 'Analysing', analyst));
  session.say(
    question({ questionId: 'go', question: 'Compare with last year?', schema: { type: 'boolean' } }, analyst),
  );
  while (session.source.state.questions.some((each) => each.status === 'open')) await session.wait(200);
  for (const region of ['North', 'South', 'West']) {
    const step = region.toLowerCase();
    session.say(begin(step, region, { ...analyst, parent: 'analyse' }), status(`Reading ${region}…`, analyst));
    await session.wait(900);
    session.say(finish(step));
  }
  session.say(finish('analyse'), result('Analyst', RESULTS.Analyst), complete(REPORT.summary));
}
