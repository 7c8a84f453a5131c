'use client';

export type { ElementComponent, ElementProps } from './element-component.js';
export { StatusAttention } from './elements/status-attention.js';
export { StatusConnection } from './elements/status-connection.js';
export { StatusControls } from './elements/status-controls.js';
export { StatusMessenger } from './elements/status-messenger.js';
export { StatusPanel } from './elements/status-panel.js';
export { StatusProgress } from './elements/status-progress.js';
export { StatusQuestion } from './elements/status-question.js';
export { StatusResults } from './elements/status-results.js';
export { StatusTimeline } from './elements/status-timeline.js';
export type { StatusMessengerCallbacks, StatusMessengerView, UseStatusMessengerOptions } from './options.js';
export { useStatusMessenger } from './use-status-messenger.js';
