import { defineElement } from '../define-element.js';
import { StatusTimelineElement } from './status-timeline.js';

export * from './status-timeline.js';

defineElement('status-timeline', StatusTimelineElement);
