import '../../../status-controls/define.js';
import { StatusControlsElement } from '../../../status-controls/status-controls.js';
import { elementComponent, eventName } from '../element-component.js';

/** `<status-controls>`: stops the run, and starts it again. */
export const StatusControls = /*#__PURE__*/ elementComponent(
  'status-controls',
  StatusControlsElement,
  ['htmlFor', 'session', 'words', 'confirm', 'restartable'],
  { onCancel: eventName<Event>('cancel'), onRestart: eventName<Event>('restart') },
);
