import { defineElement } from '../define-element.js';
import { StatusAttentionElement } from './status-attention.js';

export * from './status-attention.js';

defineElement('status-attention', StatusAttentionElement);
