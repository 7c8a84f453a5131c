import '../../../status-results/define.js';
import { StatusResultsElement } from '../../../status-results/status-results.js';
import { elementComponent } from '../element-component.js';

/** `<status-results>`: the summary, and the result of every agent. */
export const StatusResults = /*#__PURE__*/ elementComponent(
  'status-results',
  StatusResultsElement,
  ['htmlFor', 'session', 'words', 'renderMarkdown'],
  {},
);
