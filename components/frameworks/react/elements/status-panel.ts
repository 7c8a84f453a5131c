import '../../../status-panel/define.js';
import { StatusPanelElement } from '../../../status-panel/status-panel.js';
import { elementComponent } from '../element-component.js';

/** `<status-panel>`: all of a session. */
export const StatusPanel = /*#__PURE__*/ elementComponent(
  'status-panel',
  StatusPanelElement,
  [
    'url',
    'sessionId',
    'threadId',
    'userId',
    'token',
    'paused',
    'getToken',
    'decode',
    'snapshot',
    'variant',
    'confirm',
    'restartable',
    'htmlFor',
    'session',
    'words',
  ],
  {},
);
