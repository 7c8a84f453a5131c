import '../status-connection/define.js';
import '../status-controls/define.js';
import '../status-messenger/define.js';
import '../status-progress/define.js';
import '../status-question/define.js';
import '../status-results/define.js';
import '../status-timeline/define.js';
import { defineElement } from '../define-element.js';
import { StatusPanelElement } from './status-panel.js';

export * from './status-panel.js';

defineElement('status-panel', StatusPanelElement);
