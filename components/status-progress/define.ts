import { defineElement } from '../define-element.js';
import { StatusProgressElement } from './status-progress.js';

export * from './status-progress.js';

defineElement('status-progress', StatusProgressElement);
