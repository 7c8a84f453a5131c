import { defineElement } from '../define-element.js';
import { StatusMessengerElement } from './status-messenger.js';

export * from './status-messenger.js';

defineElement('status-messenger', StatusMessengerElement);
