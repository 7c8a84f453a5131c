import './define.js';
import { startStatusUpdates } from './start-status-updates.js';

export { setWords } from './words/index.js';

declare global {
  interface Window {
    /** The seed's way to show statuses, set by the one-file build. */
    startStatusUpdates: typeof startStatusUpdates;
  }
}

window.startStatusUpdates = startStatusUpdates;
