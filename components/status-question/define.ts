import { defineElement } from '../define-element.js';
import { StatusQuestionElement } from './status-question.js';

export type * from './events.js';
export * from './status-question.js';

defineElement('status-question', StatusQuestionElement);
