import '../../../status-attention/define.js';
import { StatusAttentionElement } from '../../../status-attention/status-attention.js';
import { elementComponent } from '../element-component.js';

/** `<status-attention>`: calls whoever looks at another tab. */
export const StatusAttention = /*#__PURE__*/ elementComponent(
  'status-attention',
  StatusAttentionElement,
  ['htmlFor', 'session', 'words', 'notify'],
  {},
);
