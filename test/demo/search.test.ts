import assert from 'node:assert/strict';
import { test } from 'node:test';
import { search } from '../../demo/app/search.js';

const stories = [
  { tag: 'status-panel', title: 'Waiting for a person', shows: 'What is asked stands out.' },
  { tag: 'status-question', title: 'A form', shows: 'Fields of all kinds.' },
  { tag: 'status-question', title: 'Nobody answered', shows: 'The default counts for a person who waits.' },
];
const found = (query: string) => search(stories, query).map(({ title }) => title);

test('every word of a query has to stand somewhere, in whatever case', () => {
  assert.deepEqual(found('QUESTION form'), ['A form']);
  assert.deepEqual(found('question  fields'), ['A form']);
  assert.deepEqual(found('panel form'), []);
});

test('what has it in its name comes before what only tells of it', () => {
  assert.deepEqual(found('person'), ['Waiting for a person', 'Nobody answered']);
});

test('an empty query finds all', () => {
  assert.equal(found('  ').length, 3);
});
