import './status-messenger/define.js';

export * from './index.js';
