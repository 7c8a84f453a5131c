import { defineElement } from '../define-element.js';
import { StatusConnectionElement } from './status-connection.js';

export * from './status-connection.js';

defineElement('status-connection', StatusConnectionElement);
