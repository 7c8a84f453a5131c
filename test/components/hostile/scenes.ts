import type { TestSession } from '../../../components/testing/index.js';

/** What a server says, with a text of a stranger's in each of its fields. */
export interface Scene {
  /** Says it. `at` is the text for the field of a name. */
  play(session: TestSession, at: (field: string) => string): void;
  /** The fields that can be read, by the element that shows them. */
  readonly shown: { readonly [tag: string]: readonly string[] };
}

const ask = (session: TestSession, at: (field: string) => string, data: object) =>
  session.say({ type: 'question', agent: at('asker'), data: { questionId: 'q', ...data } });

export const SCENES: { readonly [name: string]: Scene } = {
  'work that goes on': {
    play(session, at) {
      const work = [
        { type: 'status', agent: at('agent'), run: at('run'), data: at('status') },
        { type: 'status', level: 'warning' as const, step: at('nowhere'), data: { message: at('warning') } },
        { type: 'event', agent: at('other agent'), data: { event: 'step_started', step: 's', label: at('step') } },
        { type: 'event', data: { event: 'tool_started', step: at('tool id'), parent: 's', label: at('tool') } },
        { type: 'event', data: { event: at('event'), label: at('event label'), step: at('event step') } },
        { type: 'progress', data: { step: 's', message: at('step message'), unit: at('step unit'), value: 1, max: 3 } },
        { type: 'progress', data: { label: at('label'), message: at('message'), unit: at('unit'), value: 1, max: 3 } },
        { type: 'error', data: { message: at('error'), code: at('code') } },
        { type: 'state', data: { status: 'RUNNING', taskId: at('task'), currentAgent: at('current agent') } },
        { type: at('type'), data: { [at('key')]: at('value') } },
      ];
      session.say(...work);
    },
    shown: {
      'status-panel': ['warning'],
      'status-timeline':
        'status,warning,agent,other agent,step,tool,event label,step message,step unit,message,unit,error'.split(','),
      'status-progress': ['label', 'message', 'unit'],
      'status-progress[step]': ['step', 'step message', 'step unit'],
    },
  },
  'results and a summary': {
    play(session, at) {
      const inner = Object.fromEntries([[at('inner key'), at('inner value')]]);
      session.say(
        { type: 'result', data: { agent: at('agent'), data: at('text') } },
        { type: 'result', data: { agent: 'Lists', data: [at('item'), inner] } },
        { type: 'result', data: { agent: 'Objects', data: Object.fromEntries([[at('key'), at('field')]]) } },
        { type: 'complete', data: { summary: at('summary') } },
      );
    },
    shown: {
      'status-results': ['agent', 'text', 'item', 'inner key', 'inner value', 'key', 'field', 'summary'],
      'status-timeline': ['agent', 'text', 'summary'],
      notification: ['summary'],
    },
  },
  'a run that failed': {
    play(session, at) {
      session.say(
        { type: 'event', data: { event: 'step_started', step: 's', label: at('step') } },
        { type: 'event', data: { event: 'step_failed', step: 's', error: at('why') } },
        { type: 'error', data: { message: at('error'), code: at('code'), fatal: true } },
      );
    },
    shown: {
      'status-panel': ['error'],
      'status-results': ['error'],
      'status-progress': ['error'],
      'status-progress[step]': ['step', 'why'],
      'status-timeline': ['step', 'why', 'error'],
      notification: ['error'],
    },
  },
  'a question for a text': {
    play: (session, at) => ask(session, at, { question: at('question'), default: at('default') }),
    shown: {
      'status-question': ['asker', 'question', 'default'],
      'status-timeline': ['question'],
      notification: ['question'],
    },
  },
  'a question with choices': {
    play(session, at) {
      const choices = [{ value: at('value'), label: at('label') }, at('bare')];
      ask(session, at, { question: at('question'), choices, default: at('value') });
    },
    shown: { 'status-question': ['label', 'bare'] },
  },
  'a form': {
    play(session, at) {
      const properties = {
        [at('name')]: { type: 'string', description: at('hint'), default: at('written') },
        choice: {
          type: 'string',
          title: at('title'),
          enum: [at('value'), 'b'],
          enumNames: [at('label'), at('second')],
        },
        one: { type: 'string', oneOf: [{ const: at('const'), title: at('const title') }], default: at('const') },
        several: {
          type: 'array',
          title: at('list'),
          items: { anyOf: [{ const: at('item'), title: at('item title') }] },
        },
        sure: { type: 'boolean', title: at('yes or no') },
        'a mail': { type: 'string', format: 'email', title: at('mail') },
      };
      const schema = { type: 'object', title: at('form title'), description: at('form'), properties };
      ask(session, at, { question: at('question'), schema });
    },
    shown: {
      'status-question': 'name,hint,written,title,label,second,const title,list,item title,yes or no,mail,form'.split(
        ',',
      ),
    },
  },
  'a schema that is none': {
    play: (session, at) =>
      ask(session, at, { question: at('question'), schema: { type: at('type'), [at('rule')]: at('value') } }),
    shown: { 'status-question': ['question'] },
  },
  'a question that was answered': {
    play(session, at) {
      ask(session, at, { question: at('question') });
      session.say({
        type: 'answered',
        data: { questionId: 'q', outcome: 'answered', answer: at('answer'), by: at('by') },
      });
    },
    shown: { 'status-question': ['question', 'answer', 'by'], 'status-timeline': ['question', 'answer', 'by'] },
  },
  'a question that went on without an answer, and the next': {
    play(session, at) {
      ask(session, at, { question: at('question') });
      session.say({ type: 'answered', data: { questionId: 'q', outcome: 'expired', answer: at('answer') } });
      session.say({ type: 'question', data: { questionId: at('id').slice(-128), question: at('next') } });
    },
    shown: { 'status-question': ['next'], 'status-timeline': ['question', 'answer', 'next'] },
  },
  'a connection that was refused': {
    play(session, at) {
      session.say({ type: 'status', data: at('status') });
      session.setConnection({ status: 'refused', code: 4403, reason: at('reason') });
    },
    shown: { 'status-connection': ['reason'] },
  },
};

/** What the server answers to what a person asks for. */
export const REFUSALS: { readonly [name: string]: Scene & { readonly press: string } } = {
  'a stop that is refused': {
    play: (session) => session.say({ type: 'status', data: 'Reading' }),
    press: 'status-controls [part="stop"]',
    shown: { 'status-controls': ['reason'] },
  },
  'an answer that is refused': {
    play: (session, at) => ask(session, at, { question: 'Which?', schema: { type: 'boolean' } }),
    press: 'status-question [part="decline"]',
    shown: { 'status-question': ['reason'] },
  },
};
