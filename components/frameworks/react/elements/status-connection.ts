import '../../../status-connection/define.js';
import { StatusConnectionElement } from '../../../status-connection/status-connection.js';
import { elementComponent } from '../element-component.js';

/** `<status-connection>`: how the page stands to its server. */
export const StatusConnection = /*#__PURE__*/ elementComponent(
  'status-connection',
  StatusConnectionElement,
  ['htmlFor', 'session', 'words'],
  {},
);
