import { defineElement } from '../define-element.js';
import { StatusControlsElement } from './status-controls.js';

export * from './status-controls.js';

defineElement('status-controls', StatusControlsElement);
