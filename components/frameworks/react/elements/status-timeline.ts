import '../../../status-timeline/define.js';
import { StatusTimelineElement } from '../../../status-timeline/status-timeline.js';
import { elementComponent, eventName } from '../element-component.js';

/** `<status-timeline>`: all that happened, in time. */
export const StatusTimeline = /*#__PURE__*/ elementComponent(
  'status-timeline',
  StatusTimelineElement,
  ['htmlFor', 'session', 'words', 'agents'],
  { onAgentsChange: eventName<Event>('agentschange') },
);
