import './define.js';
import { startStatusUpdates } from './start-status-updates.js';
import { setWords } from './words/index.js';

declare global {
  interface Window {
    /** The seed's way to show statuses, set by the one-file build. */
    startStatusUpdates: typeof startStatusUpdates;
    /** What of the kit is called and not written as a tag, set by the one-file build. */
    statusMessenger: { readonly setWords: typeof setWords };
  }
}

window.startStatusUpdates = startStatusUpdates;
window.statusMessenger = { setWords };
