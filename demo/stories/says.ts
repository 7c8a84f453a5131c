import type { Message, ProgressData, QuestionData } from 'status-messenger/protocol';

/** What a story's server says. Its time is added where it is said. */
export type Said = Pick<Message, 'type' | 'data'> & Partial<Message>;

type Extra = Pick<Message, 'agent' | 'step' | 'level'>;

export function status(text: string, extra: Partial<Extra> = {}): Said {
  return { type: 'status', data: text, ...extra };
}

export function progress(data: ProgressData, extra: Partial<Extra> = {}): Said {
  return { type: 'progress', data: { ...data }, ...extra };
}

export function begin(
  step: string,
  label: string,
  { parent, ...extra }: Partial<Extra> & { parent?: string } = {},
): Said {
  return { type: 'event', data: { event: 'step_started', step, label, ...(parent ? { parent } : {}) }, ...extra };
}

export function finish(step: string): Said {
  return { type: 'event', data: { event: 'step_finished', step } };
}

export function failStep(step: string, error: string): Said {
  return { type: 'event', data: { event: 'step_failed', step, error } };
}

export function tool(step: string, label: string, extra: Partial<Extra> & { parent?: string } = {}): Said {
  const { parent, ...rest } = extra;
  return { type: 'event', data: { event: 'tool_started', step, label, ...(parent ? { parent } : {}) }, ...rest };
}

export function toolDone(step: string): Said {
  return { type: 'event', data: { event: 'tool_finished', step } };
}

export function question(data: QuestionData & { readonly questionId: string }, extra: Partial<Extra> = {}): Said {
  return { type: 'question', data: JSON.parse(JSON.stringify(data)), ...extra };
}

export function answered(questionId: string, data: object): Said {
  return { type: 'answered', data: JSON.parse(JSON.stringify({ questionId, outcome: 'answered', ...data })) };
}

export function result(agent: string, data: Message['data']): Said {
  return { type: 'result', data: { agent, data }, agent };
}

export function complete(summary: string): Said {
  return { type: 'complete', data: { summary } };
}

export function fail(message: string): Said {
  return { type: 'error', data: { message, fatal: true } };
}

export function stop(): Said {
  return { type: 'state', data: { status: 'CANCELLED' } };
}
