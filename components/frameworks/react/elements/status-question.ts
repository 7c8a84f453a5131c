import '../../../status-question/define.js';
import type { Reply } from '../../../status-question/events.js';
import { StatusQuestionElement } from '../../../status-question/status-question.js';
import { elementComponent, eventName } from '../element-component.js';

/** `<status-question>`: asks what the run waits for. */
export const StatusQuestion = /*#__PURE__*/ elementComponent(
  'status-question',
  StatusQuestionElement,
  ['htmlFor', 'session', 'words', 'questionId'],
  { onAnswer: eventName<CustomEvent<Reply>>('answer'), onDecline: eventName<CustomEvent<Reply>>('decline') },
);
