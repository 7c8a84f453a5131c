import './status-attention/define.js';
import './status-connection/define.js';
import './status-controls/define.js';
import './status-messenger/define.js';
import './status-panel/define.js';
import './status-progress/define.js';
import './status-results/define.js';
import './status-question/define.js';
import './status-timeline/define.js';

export * from './index.js';
