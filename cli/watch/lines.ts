import {
  type AnsweredData,
  type ChannelState,
  type EventData,
  isBuiltInMessage,
  type Level,
  type Message,
  type QuestionData,
  readStepEvent,
  statusText,
} from '../../protocol/index.js';
import type { Colour, Paint } from '../output/paint.js';
import { plainText } from '../output/plain-text.js';
import { spanText } from '../output/span.js';

/** Characters of a line: of what is longer, a terminal shows enough. */
const LONGEST = 2000;
const COLOURS: { readonly [L in Level]?: Colour } = { warning: 'yellow', error: 'red' };

/** What a message adds to what is read from top to bottom: a line, or nothing. Pure. `state` is the one with the message. */
export function lineOf(message: Message, state: ChannelState, paint: Paint): string | undefined {
  if (!isBuiltInMessage(message)) return undefined;
  const by = message.agent === undefined ? '' : `${short(message.agent)}: `;
  const line = (sign: string, text: string, colour?: Colour) => {
    const whole = `${sign} ${by}${short(text)}`;
    return colour ? paint(colour, whole) : whole;
  };
  switch (message.type) {
    case 'status':
      return line(' ', statusText(message.data), message.level && COLOURS[message.level]);
    case 'progress':
      return message.data.message === undefined ? undefined : line(' ', message.data.message);
    case 'event':
      return eventLine(message.data, state, line);
    case 'question':
      return line('?', questionText(message.data), 'cyan');
    case 'answered':
      return line('?', answerText(message.data, state), 'dim');
    case 'result': {
      const { agent, data } = message.data;
      return line('•', `${agent}: ${typeof data === 'string' ? data : JSON.stringify(data)}`, 'bold');
    }
    case 'complete':
      return line('✓', message.data.summary, 'green');
    case 'error':
      return line('✗', message.data.message, 'red');
    case 'state':
      return undefined;
  }
}

type Line = (sign: string, text: string, colour?: Colour) => string;

function eventLine({ event, step: id, label, error }: EventData, { steps }: ChannelState, line: Line) {
  const step = steps.find((each) => each.id === id);
  const name = label ?? step?.label ?? id ?? event;
  const { startedAt, endedAt } = step ?? {};
  const took = startedAt === undefined || endedAt === undefined ? '' : ` (${spanText(endedAt - startedAt)})`;
  switch (readStepEvent(event)?.status) {
    case 'running':
      return line('▸', name);
    case 'finished':
      return line('✓', name + took, 'dim');
    case 'failed':
      return line('✗', `${name}${took}${error === undefined ? '' : `: ${error}`}`, 'red');
    case 'stopped':
      return line('■', name + took, 'dim');
    case undefined:
      return label === undefined ? undefined : line(' ', label);
  }
}

function questionText({ question, choices = [] }: QuestionData): string {
  const labels = choices.map((choice) => (typeof choice === 'string' ? choice : (choice.label ?? choice.value)));
  return labels.length === 0 ? question : `${question} (${labels.join(', ')})`;
}

function answerText({ questionId, answer, outcome, by }: AnsweredData, { questions }: ChannelState): string {
  const asked = questions.find(({ id }) => id === questionId)?.question ?? questionId;
  const said = typeof answer === 'string' ? answer : JSON.stringify(answer);
  const how = answer === undefined ? outcome : `${said}${outcome === 'answered' ? '' : ` (${outcome})`}`;
  return `${asked} ${how}${by === undefined ? '' : `, by ${by}`}`;
}

function short(text: string): string {
  const line = plainText(text.slice(0, 2 * LONGEST));
  return line.length > LONGEST ? `${line.slice(0, LONGEST)}…` : line;
}
