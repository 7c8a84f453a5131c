import '../../../status-messenger/define.js';
import type { StatusMessengerEventMap } from '../../../status-messenger/events.js';
import { StatusMessengerElement } from '../../../status-messenger/status-messenger.js';
import { elementComponent, eventName } from '../element-component.js';

/** `<status-messenger>`: holds the session, and shows how it stands. */
export const StatusMessenger = /*#__PURE__*/ elementComponent(
  'status-messenger',
  StatusMessengerElement,
  ['url', 'sessionId', 'threadId', 'userId', 'token', 'paused', 'getToken', 'decode', 'snapshot', 'session', 'words'],
  {
    onMessage: eventName<StatusMessengerEventMap['message']>('message'),
    onStateChange: eventName<StatusMessengerEventMap['statechange']>('statechange'),
    onChannelState: eventName<StatusMessengerEventMap['channelstate']>('channelstate'),
    onStatusChange: eventName<StatusMessengerEventMap['statuschange']>('statuschange'),
    onConnectionChange: eventName<StatusMessengerEventMap['connectionchange']>('connectionchange'),
    onQuestionOpen: eventName<StatusMessengerEventMap['questionopen']>('questionopen'),
    onRunEnd: eventName<StatusMessengerEventMap['runend']>('runend'),
    onProblem: eventName<StatusMessengerEventMap['problem']>('problem'),
  },
);
