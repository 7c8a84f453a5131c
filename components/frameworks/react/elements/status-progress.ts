import '../../../status-progress/define.js';
import { StatusProgressElement } from '../../../status-progress/status-progress.js';
import { elementComponent } from '../element-component.js';

/** `<status-progress>`: how far the run is, or a step of it. */
export const StatusProgress = /*#__PURE__*/ elementComponent(
  'status-progress',
  StatusProgressElement,
  ['htmlFor', 'session', 'words', 'step'],
  {},
);
