import { renderMarkdown } from './markdown.js';
import { complete, result, status, stop } from './says.js';
import { done, failed, REPORT, RESULTS } from './scenes.js';
import type { StoryGroup } from './story.js';

export const statusResults: StoryGroup = {
  tag: 'status-results',
  about: 'What came out: the summary, and the result of every agent.',
  stories: [
    {
      id: 'completed',
      title: 'Completed',
      shows: 'Texts are texts; lists and objects are trees. Each can be copied.',
      setUp: done,
    },
    {
      id: 'so-far',
      title: 'So far',
      shows: 'Results come while the run goes on.',
      setUp(session) {
        session.ago(20, status('Writing…'), result('Analyst', RESULTS.Analyst));
      },
      moves: [
        { label: 'Another result', run: (session) => session.say(result('Writer', RESULTS.Writer)) },
        { label: 'Complete', run: (session) => session.say(complete(REPORT.summary)) },
      ],
    },
    {
      id: 'markdown',
      title: 'Markdown',
      shows:
        'With a renderer that the page hands in, here marked and DOMPurify; the README has its few lines. Without one it stays text.',
      properties: {
        renderMarkdown: { value: renderMarkdown, code: 'renderMarkdown', from: './render-markdown.js' },
      },
      setUp(session) {
        session.ago(9, status('Writing…'));
        session.say(
          result(
            'Writer',
            '**In short**\n\n- Revenue grew by **12 %**\n- *West* and *East* are below plan\n\n| Region | Plan | Result |\n|---|---|---|\n| West | 10.4 | 9.6 |\n| East | 8.0 | 7.4 |\n\nSee [the archive](https://example.org/archive).',
          ),
        );
        session.say(complete(`${REPORT.summary} Details are in \`report.pdf\`.`));
      },
    },
    { id: 'failed', title: 'Failed', shows: 'Why, and what there is nevertheless.', setUp: failed },
    {
      id: 'cancelled',
      title: 'Stopped',
      shows: 'What had come out by then.',
      setUp(session) {
        session.ago(20, status('Writing…'), result('Analyst', RESULTS.Analyst));
        session.say(stop());
      },
    },
    {
      id: 'large',
      title: 'A large result',
      shows: 'Long lists are shown in pages, and branches open when they are asked for.',
      setUp(session) {
        const rows = Array.from({ length: 120 }, (_, i) => ({
          invoice: 1000 + i,
          amount: (i * 37) % 900,
          isPaid: i % 3 > 0,
        }));
        session.ago(5, status('Reading…'), result('Researcher', { rows, source: 'archive/2025', pages: 14 }));
      },
    },
    { id: 'empty', title: 'Nothing yet', shows: 'There are no results.', setUp: () => {} },
  ],
};
