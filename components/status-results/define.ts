import { defineElement } from '../define-element.js';
import { StatusResultsElement } from './status-results.js';

export * from './status-results.js';

defineElement('status-results', StatusResultsElement);
