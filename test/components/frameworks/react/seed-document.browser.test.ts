import { expect } from '@open-wc/testing';
import { createElement, type ReactNode, StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { useStatusMessenger } from '../../../../components/frameworks/react/index.js';
import { newSession, until } from '../../../helpers/in-browser.js';
import { CONVERSATION } from './address.js';
import { usePythonWebSocket } from './seed-hook.js';

/** What the conversation comes to for whoever holds it, in the document's terms. */
const TOLD = [
  ['Status:', 'Starting Clarifier conversation...'],
  ['Progress:', 'Clarifier (Round 1): I need to understand your requirements...'],
  ['Question:', 'What is the main purpose of your app?'],
  ['Result:', 'clarifier', { done: false, resp: ['My answer to the question'] }],
  ['Error:', 'Error description'],
  ['Custom:', { custom_data: 'value', timestamp: 5 }],
  ['Question:', 'Is that all?'],
  ['Result:', 'clarifier', { done: true, resp: ['My answer to the question'] }],
  ['Complete:', 'Project requirements gathered successfully...'],
];

/** The component of the document's "Basic Usage", with either hook. */
function conversation(told: unknown[]) {
  const callbacks = {
    onStatus: (status: string) => told.push(['Status:', status]),
    onProgress: (progress: string) => told.push(['Progress:', progress]),
    onQuestion: (question: string) => told.push(['Question:', question]),
    onResult: (agent: string, data: unknown) => told.push(['Result:', agent, data]),
    onComplete: (summary: string) => told.push(['Complete:', summary]),
    onError: (error: string) => told.push(['Error:', error]),
    onCustomType: (data: unknown) => told.push(['Custom:', data]),
  };
  return { autoConnect: true, ...callbacks };
}

interface Shown {
  readonly currentStatus: string;
  readonly currentQuestion: string | null;
  readonly agentResults: object;
  readonly finalSummary: string | null;
  readonly isConnected: boolean;
  readonly sendAnswer: (answer: string) => unknown;
}

function show({ currentStatus, currentQuestion, agentResults, finalSummary, isConnected, sendAnswer }: Shown) {
  const handleAnswer = () => {
    if (currentQuestion) sendAnswer(currentQuestion === 'Is that all?' ? 'true' : 'My answer to the question');
  };
  return createElement(
    'div',
    null,
    createElement('p', null, `Status: ${currentStatus}`),
    currentQuestion &&
      createElement(
        'div',
        null,
        createElement('q', null, currentQuestion),
        createElement('button', { type: 'button', onClick: handleAnswer }, 'Send Answer'),
      ),
    createElement('pre', null, JSON.stringify(agentResults)),
    createElement('b', null, finalSummary),
    createElement('i', null, isConnected ? 'connected' : ''),
  );
}

/** Holds the whole conversation with a component, by clicks. */
async function hold(app: ReactNode): Promise<void> {
  const element = document.createElement('div');
  document.body.append(element);
  const root = createRoot(element);
  root.render(app);
  const text = (selector: string) => element.querySelector(selector)?.textContent;
  const answer = async (question: string) => {
    await until(() => text('q') === question, question);
    element.querySelector('button')?.click();
  };
  await answer('What is the main purpose of your app?');
  expect(text('p')).to.equal('Status: Starting Clarifier conversation...');
  expect(text('i')).to.equal('connected');
  await answer('Is that all?');
  await until(() => text('b') === 'Project requirements gathered successfully...');
  await until(() => element.querySelector('button') === null);
  expect(text('pre')).to.equal('{"clarifier":{"done":true,"resp":["My answer to the question"]}}');
  root.unmount();
  element.remove();
}

interface Props {
  readonly clientId: string;
  readonly told: unknown[];
}

function WithOurs({ clientId, told }: Props) {
  return show(useStatusMessenger({ clientId, url: `${CONVERSATION}/ws`, ...conversation(told) }));
}

function WithTheirs({ clientId, told }: Props) {
  const server = `${location.origin.replace('http', 'ws')}${CONVERSATION}`;
  return show(usePythonWebSocket({ clientId, server, ...conversation(told) }));
}

describe('the conversation of the seed document', () => {
  it('is held by useStatusMessenger', async () => {
    const props = { clientId: newSession(), told: [] };
    await hold(createElement(WithOurs, props));
    expect(props.told).to.deep.equal(TOLD);
  });

  it('is held by useStatusMessenger under StrictMode, too', async () => {
    const props = { clientId: newSession(), told: [] };
    await hold(createElement(StrictMode, null, createElement(WithOurs, props)));
    expect(props.told).to.deep.equal(TOLD);
  });

  it('is held by a hook that was written from the document alone', async () => {
    const props = { clientId: newSession(), told: [] };
    await hold(createElement(WithTheirs, props));
    expect(props.told).to.deep.equal(TOLD);
  });
});
